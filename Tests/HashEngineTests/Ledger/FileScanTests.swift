import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

@Suite struct FileScanTests {
  private let fixture: LedgerFixture

  init() throws { fixture = try LedgerFixture() }

  /// Each scan says what a scan without the ledger says, and decodes only what it has to.
  @Test func filesAreReadAgainOnlyIfTheyChanged() throws {
    try fixture.list(1)
    for number in 0..<6 { try fixture.upload(number, as: "\(number).png") }
    LedgerFixture.settle()
    #expect(try fixture.scan() == fixture.scanWithoutLedger())
    #expect(fixture.decoder.count == 6)
    #expect(try fixture.scan() == fixture.scanWithoutLedger())
    #expect(fixture.decoder.count == 6)
    // Another picture of the same size, and its time set back by somebody who hides it.
    let path = fixture.uploads.appending("3.png").string
    let time = try #require(
      try FileManager.default.attributesOfItem(atPath: path)[.modificationDate])
    try fixture.upload(1, as: "3.png")
    try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
    let verdicts = try fixture.scan()
    #expect(try verdicts == fixture.scanWithoutLedger())
    guard case .match = verdicts["3.png"] else {
      Issue.record("the changed file does not match")
      return
    }
    // Its bytes are known from another file.
    #expect(fixture.decoder.count == 6)
  }

  @Test func theSameBytesAreDecodedOnce() throws {
    try fixture.upload(7, as: "a.png")
    try fixture.upload(7, as: "b.png")
    link(
      fixture.uploads.appending("a.png").string, fixture.uploads.appending("c.png").string)
    let verdicts = try fixture.scan()
    #expect(verdicts.count == 3 && Set(verdicts.values) == [.noMatch])
    #expect(fixture.decoder.count == 1)
    #expect(try fixture.ledger.amounts().contents == 1)
    #expect(try fixture.ledger.amounts().uploads == 3)
    #expect(try fixture.ledger.problems() == [])
  }

  /// A file that was changed just before it was read may change again without a sign.
  @Test func aYoungFileIsReadAgain() throws {
    let path = try fixture.upload(1, as: "a.png")
    _ = try fixture.scan()
    let scan = try FileScan(fixture.moderator(), fixture.store, fixture.ledger)
    guard case .nothing = try scan.recall(try LedgerFixture.walked(path)) else {
      Issue.record("taken for unchanged")
      return
    }
  }

  /// What lists gain, lose and regain, in any order: the answers are those of a fresh scan.
  @Test(arguments: 0..<2)
  func theAnswersAreThoseOfAFreshScan(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed + 40))
    for number in 0..<12 { try fixture.upload(number, as: "\(number).png") }
    try fixture.lists.folder.write("no picture", to: "up/a.txt")
    LedgerFixture.settle()
    for step in 0..<12 {
      let number = Int.random(in: 0..<12, using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0...2: try fixture.list(number)
      case 3: _ = try? fixture.store.withdraw(entries: ["p\(number)"], from: "l")
      case 4: _ = try? fixture.store.undo("l")
      case 5:
        let effort = try #require(Effort.allCases.randomElement(using: &random))
        _ = try? fixture.store.set("l") { $0.effort = effort }
      case 6:
        let digest = try #require(
          Digests.of(LedgerFixture.picture(number).png.span, kinds: [.md5])[.md5])
        try fixture.lists.importText(
          "\(hexText(digest)),d\(number)\n", into: "digests", ImportOptions(kind: .md5))
      default: _ = try? fixture.store.set("l") { $0.isEnabled.toggle() }
      }
      #expect(try fixture.scan() == fixture.scanWithoutLedger(), "step \(step)")
    }
    #expect(try fixture.ledger.problems() == [])
  }

  /// What only an allowlist has is told as allowed, also of a file that was scanned before.
  @Test func anAllowlistGainsToo() throws {
    for number in 0..<3 { try fixture.upload(number, as: "\(number).png") }
    LedgerFixture.settle()
    _ = try fixture.scan()
    for number in 0..<2 {
      let picture = AllowedPicture(
        try Takedown(of: LedgerFixture.picture(number).png.span), excuses: [])
      _ = try fixture.store.allow([picture], on: "allowed", reason: "x", caseID: nil)
      #expect(try fixture.scan() == fixture.scanWithoutLedger())
    }
  }

  /// A scan with an effort of its own says nothing about what the lists would say.
  @Test func settingsOfOneScanAreNotKept() throws {
    try fixture.upload(1, as: "a.png")
    try fixture.list(1)
    try fixture.store.set("l") { $0.pdqRadius = 31 }
    LedgerFixture.settle()
    #expect(try fixture.scan(MatchPolicy(lists: ["bystander"]))["a.png"] == .noMatch)
    guard case .match = try fixture.scan()["a.png"] else {
      Issue.record("the verdict of a narrower scan was kept")
      return
    }
    #expect(try fixture.scan(MatchPolicy(lists: ["bystander"]))["a.png"] == .noMatch)
    #expect(fixture.decoder.count == 1)
  }

  @Test func whatCouldNotBeDecodedIsRememberedWithItsReason() throws {
    try fixture.lists.folder.write("no picture", to: "up/a.txt")
    let cut = LedgerFixture.picture(3).png.dropLast(4000)
    try fixture.lists.folder.write(cut, to: "up/b.png")
    LedgerFixture.settle()
    let first = try fixture.scan()
    #expect(fixture.decoder.count == 2)
    #expect(try fixture.scan() == first)
    #expect(fixture.decoder.count == 2)
    // Within other limits it may go better.
    var policy = MatchPolicy()
    policy.limits.pixels /= 2
    _ = try fixture.scan(policy)
    #expect(fixture.decoder.count == 4)
  }

  /// Where lists ask for more than was kept, the file is read again.
  @Test func aHigherEffortReadsAgain() throws {
    try fixture.upload(1, as: "a.png")
    LedgerFixture.settle()
    _ = try fixture.scan()
    try fixture.store.set("bystander") { $0.effort = .thorough }
    _ = try fixture.scan()
    #expect(fixture.decoder.count == 2)
    try fixture.store.set("bystander") { $0.effort = .standard }
    _ = try fixture.scan()
    #expect(fixture.decoder.count == 2)
  }

  @Test func freshReadsEverything() throws {
    try fixture.upload(1, as: "a.png")
    try fixture.upload(1, as: "b.png")
    LedgerFixture.settle()
    _ = try fixture.scan()
    _ = try fixture.scan(isFresh: true)
    #expect(fixture.decoder.count == 3)
  }

  /// The link leads to another file than the one that was found.
  @Test func aFileThatBecameALinkIsNotFollowed() throws {
    let path = try fixture.upload(1, as: "a.png")
    let other = try fixture.upload(2, as: "b.png")
    let file = try LedgerFixture.walked(path)
    unlink(path.string)
    symlink(other.string, path.string)
    guard case .notScanned(let reason) = try fixture.moderator().examine(file).verdict else {
      Issue.record("followed")
      return
    }
    #expect(reason.code == .notAFile)
    unlink(path.string)
    mkfifo(path.string, 0o600)
    guard case .notScanned = try fixture.moderator().examine(file).verdict else {
      Issue.record("a pipe was scanned")
      return
    }
  }

  /// A change of the list between two scans by another process, with the same number of changes.
  @Test func aLedgerThatCannotBeWrittenIsTold() throws {
    try fixture.upload(1, as: "a.png")
    let scan = try FileScan(fixture.moderator(), fixture.store, fixture.ledger)
    let file = try LedgerFixture.walked(fixture.uploads.appending("a.png"))
    #expect(try scan.examine(file, .nothing).verdict == .noMatch)
    let data = Ledger.folder(of: fixture.lists.folder.path("db")).appending("data.mdb")
    unlink(data.string)
    #expect(throws: StorageError.self) { try scan.finish() }
  }
}
