import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

@Suite struct RematchTests {
  private let fixture: LedgerFixture

  init() throws { fixture = try LedgerFixture() }

  private func names(_ findings: [Rematch.Finding]) -> Set<String> {
    Set(findings.flatMap(\.files).compactMap { $0.path.lastComponent?.string })
  }

  @Test func findsWhatAFreshScanFinds() throws {
    for number in 0..<40 { try fixture.upload(number, as: "\(number).png") }
    try fixture.upload(5, as: "again.png")
    _ = try fixture.scan()
    for number in [3, 5, 8] { try fixture.list(number) }
    let (findings, summary) = try fixture.rematch()
    #expect(names(findings) == ["3.png", "5.png", "again.png", "8.png"])
    #expect(findings.allSatisfy { $0.isNew && $0.gone.isEmpty })
    #expect(summary.files == 41 && summary.newMatches == 4 && summary.toBeRead == 0)
    // Few were asked in full, and no file was read.
    #expect(summary.asked < 10 && fixture.decoder.count == 40)
    #expect(try fixture.rematch().findings.isEmpty)
    LedgerFixture.settle()
    #expect(try fixture.scan() == fixture.scanWithoutLedger())
  }

  @Test func whatWasWithdrawnIsTold() throws {
    try fixture.upload(1, as: "a.png")
    try fixture.list(1)
    _ = try fixture.scan()
    #expect(try fixture.rematch().findings.isEmpty)
    try fixture.store.withdraw(entries: ["p1"], from: "l")
    let (findings, summary) = try fixture.rematch()
    #expect(names(findings) == ["a.png"] && summary.gone == 1 && summary.newMatches == 0)
    #expect(findings.first?.gone == [EntryReference(list: "l", entry: "p1")])
    #expect(findings.first?.examination.verdict == .noMatch)
    try fixture.list(2)
    #expect(try fixture.rematch().findings.isEmpty)
  }

  /// A bad picture that was listed by its digest does not become clean when it is taken off the list.
  @Test func whatCannotBeDecodedStaysNotScanned() throws {
    let bytes = Array("no picture".utf8)
    try fixture.lists.folder.write(bytes, to: "up/a.txt")
    let digest = try #require(Digests.of(bytes.span, kinds: [.md5])[.md5])
    try fixture.lists.importText(
      "\(hexText(digest)),d\n", into: "digests", ImportOptions(kind: .md5))
    guard case .match = try fixture.scan()["a.txt"] else {
      Issue.record("not matched by its digest")
      return
    }
    try fixture.store.withdraw(entries: ["d"], from: "digests")
    let (findings, summary) = try fixture.rematch()
    #expect(findings.count == 1 && summary.notScanned == 1)
    guard case .notScanned = findings.first?.examination.verdict,
      case .notScanned = try fixture.scan()["a.txt"]
    else {
      Issue.record("\(findings)")
      return
    }
  }

  @Test(arguments: [true, false])
  func whatAsksForMoreIsCountedAndNotCalledClean(_ isEffort: Bool) throws {
    try fixture.upload(1, as: "a.png")
    _ = try fixture.scan()
    if isEffort {
      try fixture.store.set("bystander") { $0.effort = .thorough }
    } else {
      try fixture.lists.importText(
        "0123456789abcdef,x\n", into: "phash", ImportOptions(kind: .phash64))
    }
    #expect(try fixture.rematch().summary.toBeRead == 1)
    #expect(try fixture.rematch().summary.toBeRead == 1)
    _ = try fixture.scan()
    #expect(try fixture.rematch().summary.toBeRead == 0)
  }

  /// A scan that has asked the lists before an import, and writes after the rematch, must not hide what it asked.
  @Test func aScanThatEndsLaterIsNotCovered() throws {
    try fixture.upload(0, as: "0.png")
    _ = try fixture.scan()
    let path = try fixture.upload(1, as: "1.png")
    let late = try FileScan(fixture.moderator(), fixture.store, fixture.ledger)
    #expect(try late.examine(try LedgerFixture.walked(path), .nothing).verdict == .noMatch)
    // Long enough in the same state, but not written: as if the writer were held up.
    try fixture.list(1)
    let (findings, _) = try fixture.rematch()
    try late.finish()
    let (later, _) = try fixture.rematch()
    #expect(names(findings).union(names(later)) == ["1.png"])
  }

  /// Looking is not getting: what was found stays news until somebody has it.
  @Test func aTrialUsesNothingUp() throws {
    try fixture.upload(1, as: "a.png")
    _ = try fixture.scan()
    try fixture.list(1)
    for _ in 0..<2 {
      let rematch = try Rematch(fixture.moderator(), fixture.store, fixture.ledger)
      #expect(try rematch.run(threads: 1) { _ in }.newMatches == 1)
    }
    let rematch = try Rematch(fixture.moderator(), fixture.store, fixture.ledger)
    let found = Mutex<[Rematch.Finding]>([])
    let summary = try rematch.run(threads: 1) { finding in found.withLock { $0.append(finding) } }
    // It could not be moved.
    for finding in found.withLock({ $0 }) { rematch.keepAsNews(finding) }
    try rematch.end(summary)
    #expect(try names(fixture.rematch().findings) == ["a.png"])
    #expect(try fixture.rematch().findings.isEmpty)
  }

  /// It matched all the time, but now it counts, or counts for more.
  @Test func whatComesToCountIsNews() throws {
    try fixture.upload(1, as: "a.png")
    try fixture.list(1)
    try fixture.store.set("l") { $0.meaning = .review }
    let bytes = LedgerFixture.picture(1).png
    let picture = AllowedPicture(
      try Takedown(of: bytes.span), excuses: [EntryReference(list: "l", entry: "p1")])
    _ = try fixture.store.allow([picture], on: "allowed", reason: "x", caseID: "k")
    _ = try fixture.scan()
    #expect(try fixture.rematch().findings.isEmpty)
    _ = try fixture.store.release(caseID: "k")
    #expect(try fixture.rematch().findings.map(\.isNew) == [true])
    try fixture.store.set("l") { $0.meaning = .block }
    let (findings, _) = try fixture.rematch()
    #expect(findings.map(\.isNew) == [true] && findings.first?.examination.action == .block)
    try fixture.store.set("l") { $0.meaning = .allow }
    #expect(try fixture.rematch().findings.map(\.gone.count) == [1])
  }

  /// An entry that was switched off for a while comes back by itself.
  @Test func whatComesBackByItselfIsNews() throws {
    try fixture.upload(1, as: "a.png")
    try fixture.list(1)
    _ = try fixture.scan()
    let until = Timestamp(seconds: Timestamp.now.seconds + 3)
    try fixture.store.disable(entry: "p1", of: "l", until: until)
    #expect(try fixture.rematch().summary.gone == 1)
    usleep(4_000_000)
    #expect(try names(fixture.rematch().findings) == ["a.png"])
    guard case .match = try fixture.scan()["a.png"] else {
      Issue.record("a scan does not know")
      return
    }
  }

  @Test func aLedgerOfAnotherVersionIsToBeRead() throws {
    try fixture.upload(1, as: "a.png")
    _ = try fixture.scan()
    try fixture.ledger.write { ledger throws(StorageError) in
      let old: [UInt8] = Array("HSFP".utf8) + [Fingerprint.binaryVersion - 1, 1, 1]
      try ledger.fingerprints.put(old.span, for: 1)
    }
    try fixture.list(1)
    #expect(try fixture.rematch().summary.toBeRead == 1)
    guard case .match = try fixture.scan()["a.png"] else {
      Issue.record("not read again")
      return
    }
  }
}
