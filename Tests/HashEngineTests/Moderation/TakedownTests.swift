import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// From a reported picture to one that stays down, and back when it was harmless.
@Suite struct TakedownTests {
  private let fixture: ListFixture
  private var store: ListStore { fixture.store }
  private let original = TestFiles.fixtures.appending("uploads/glacier.jpg")

  init() throws {
    fixture = try ListFixture()
    try fixture.importBystander()
  }

  private func examine(_ path: FilePath) throws -> Examination {
    try Moderator(store).examine(path)
  }

  private func takedown(_ path: FilePath) throws -> Takedown {
    let bytes = try PictureFile.read(path)
    return try Takedown(of: bytes.span)
  }

  @Test func aPictureTakenDownStaysDownUntilItIsReleased() throws {
    #expect(try examine(original).verdict == .noMatch)
    let picture = try takedown(original)
    #expect(Set(picture.hashes.map(\.kind)) == [.sha256, .pdq])
    let (receipt, ids) = try store.takeDown(
      [picture], on: "reported", reason: "complaint", caseID: "2026-17")
    #expect(receipt.added == 1 && receipt.caseID == "2026-17" && ids.count == 1)
    let found = try examine(original)
    #expect(found.action == .block)
    guard case .match(let matches) = found.verdict else {
      Issue.record("no match")
      return
    }
    #expect(
      Set(matches.map(\.kind)) == [.sha256, .pdq] && matches.allSatisfy { $0.entry == ids[0] })
    // Listed once, however often it is reported.
    #expect(
      try store.takeDown([picture], on: "reported", reason: "again", caseID: "2026-17")
        .receipt.added == 0)
    #expect(throws: ListError.self) { try store.release(caseID: "2026-18") }
    #expect(try store.release(caseID: "2026-17", reason: "mistake").map(\.withdrawn) == [1])
    #expect(try examine(original).verdict == .noMatch)
    #expect(throws: ListError.self) { try store.release(caseID: "2026-17") }
    #expect(
      try store.history(of: "reported").map(\.action) == [.takedown, .takedown, .release])
    // And down again.
    try store.takeDown([picture], on: "reported", reason: "after all")
    #expect(try examine(original).action == .block)
  }

  /// Cases in the order of the takedowns, "" for none; and whether it is still listed once each is released.
  @Test(arguments: [
    (["1", "2"], [true, false]), (["2", "1", "3"], [true, true, false]), (["", "7"], [true]),
    (["7", ""], [true]),
    (["7", "7"], [false]),
  ])
  func whatIsListedTwiceStaysUntilBothAreReleased(_ cases: [String], _ isListed: [Bool]) throws {
    let picture = try takedown(original)
    for (index, caseID) in cases.enumerated() {
      let receipt = try store.takeDown(
        [picture], on: "reported", reason: "r\(index)", caseID: caseID.isEmpty ? nil : caseID
      ).receipt
      guard index > 0 else { continue }
      let told = receipt.warnings.joined()
      #expect(
        told.contains("is listed already") && (cases[0].isEmpty || told.contains("\"\(cases[0])\""))
      )
    }
    var named: [String] = []
    for name in cases where !name.isEmpty && !named.contains(name) { named.append(name) }
    for (caseID, isListed) in zip(named, isListed) {
      #expect(try store.entries(ofCase: caseID).count == 1)
      _ = try store.release(caseID: caseID)
      #expect(try store.entries(ofCase: caseID).isEmpty)
      #expect(try (examine(original).action == .block) == isListed)
    }
    #expect(try store.indexProblems().isEmpty)
  }

  @Test func aFlatPictureIsListedByItsBytesOnly() throws {
    let picture = try takedown(TestFiles.fixtures.appending("flat.gif"))
    #expect(picture.isExactOnly && picture.hashes.map(\.kind) == [.sha256])
  }

  @Test func aTurnedPictureIsFoundUpright() throws {
    let turned = try takedown(TestFiles.fixtures.appending("turned/orientation-6.jpg"))
    try store.takeDown([turned], on: "reported", reason: "r")
    #expect(try examine(TestFiles.fixtures.appending("turned/upright.png")).action == .block)
  }

  @Test func allowedIsAllowedAndStillTold() throws {
    let name = FilePath("uploads/2026/10/aurora-recompressed.jpg")
    let copy = TestFiles.fixtures.appending(name.components)
    _ = try fixture.importBytes(
      TestFiles.bytes(of: TestFiles.fixtures.appending("blocklist.csv")), into: "demo")
    guard case .match(let before) = try examine(copy).verdict else {
      Issue.record("the copy does not match")
      return
    }
    #expect(before.map(\.isExcused) == [false])
    try store.allow(
      [AllowedPicture(takedown(copy), excuses: [EntryReference(list: "demo", entry: "case-1")])],
      on: "allow",
      reason: "a meme", caseID: "8")
    let after = try examine(copy)
    #expect(after.action == .allow)
    guard case .match(let matches) = after.verdict else {
      Issue.record("no match")
      return
    }
    #expect(Set(matches.map(\.list)) == ["demo", "allow"])
    #expect(matches.first { $0.list == "demo" }?.isExcused == true)
    // What the entry was made for is excused by its look as well, but nothing else is.
    _ = try fixture.importText(
      "\(try #require(takedown(copy).hashes.last?.text)),z\n", into: "second",
      ImportOptions(kind: .pdq))
    #expect(try examine(copy).action == .allow)
    try store.release(caseID: "8")
    #expect(try examine(copy).action == .block)
  }

  @Test func aPerceptualHashOnAnAllowlistExcusesOnlyTheEntriesItNames() throws {
    let hash = try #require(try takedown(original).hashes.last).text
    try fixture.importText("\(hash),a\n\(hash),b\n", into: "bad", ImportOptions(kind: .pdq))
    var settings = ListSettings()
    settings.meaning = .allow
    try store.create("fine", settings: settings)
    let receipt = try fixture.importText("\(hash),x\n", into: "fine", ImportOptions(kind: .pdq))
    #expect(receipt.warnings.contains { $0.contains("excuse none") })
    #expect(try examine(original).action == .block)
    try fixture.importText(
      ListFixture.jsonl(#"{"id":"x","h":"\#(hash)","allows":[{"list":"bad","entry":"a"}]}"#),
      into: "fine")
    guard case .match(let matches) = try examine(original).verdict else {
      Issue.record("no match")
      return
    }
    #expect(matches.filter(\.isExcused).map(\.entry) == ["a"])
    #expect(try examine(original).action == .block)
    try store.disable(entry: "b", of: "bad")
    #expect(try examine(original).action == .allow)
    // A list for review is graver than what is allowed, and less than what is blocked.
    try fixture.importText("\(hash),r\n", into: "look", ImportOptions(kind: .pdq))
    try store.set("look") { $0.meaning = .review }
    #expect(try examine(original).action == .review)
  }

  @Test func aTakedownIsNotPutOnAnAllowlist() throws {
    let picture = try takedown(original)
    try store.allow([AllowedPicture(picture, excuses: [])], on: "allow", reason: "r")
    #expect(throws: ListError.self) {
      try store.takeDown([picture], on: "allow", reason: "r")
    }
    try store.takeDown([picture], on: "bad", reason: "r")
    #expect(throws: ListError.self) {
      try store.allow([AllowedPicture(picture, excuses: [])], on: "bad", reason: "r")
    }
  }

  @Test func whatCannotBeDecodedMayStillBeListed() throws {
    let text = TestFiles.fixtures.appending("uploads/broken/a-text.jpg")
    let bytes = try TestFiles.bytes(of: text)
    let digest = Digests.of(bytes.span, kinds: [.md5])
    let md5 = try #require(digest[.md5].map { hexText($0) })
    guard case .notScanned = try examine(text).verdict else {
      Issue.record("scanned")
      return
    }
    try fixture.importText("\(md5)\n", into: "files")
    #expect(try examine(text).action == .block)
  }

  /// A harmless picture that resembles a listed one does not excuse the listed one.
  @Test func theListedPictureIsNotExcusedByOneThatResemblesIt() throws {
    let listed = try #require(try takedown(original).hashes.last?.pdq)
    let near = PDQHash(words: listed.words ^ SIMD4(0xF_FFFF, 0, 0, 0))
    try store.takeDown([takedown(original)], on: "bad", reason: "r")
    let entry = try #require(try store.matches(for: ListedHash(listed)).first?.entry)
    var settings = ListSettings()
    settings.meaning = .allow
    try store.create("fine", settings: settings)
    try fixture.importText(
      ListFixture.jsonl(
        #"{"id":"x","h":"\#(near)","allows":[{"list":"bad","entry":"\#(entry)"}]}"#), into: "fine")
    // Nearer to the listed picture than to the harmless one.
    #expect(try examine(original).action == .block)
  }

  @Test func whatIsOnlyPartlyScannedIsNotExcusedByItsLook() throws {
    let broken = TestFiles.fixtures.appending("uploads/broken/cut-off.jpg")
    let hash = try #require(try takedown(broken).hashes.last).text
    var settings = ListSettings()
    settings.meaning = .allow
    try store.create("fine", settings: settings)
    try fixture.importText("\(hash),x\n", into: "fine", ImportOptions(kind: .pdq))
    guard case .notScanned = try examine(broken).verdict else {
      Issue.record("a picture that is half there was let through")
      return
    }
    // To the byte it is known, however much of it there is.
    try store.allow([AllowedPicture(takedown(broken), excuses: [])], on: "fine", reason: "r")
    #expect(try examine(broken).action == .allow)
  }
}
