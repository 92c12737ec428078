import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// What lists are, how a change is undone, and what the journal keeps.
@Suite struct ListHistoryTests {
  private let fixture: ListFixture
  private var store: ListStore { fixture.store }
  private static let (hash, other, third) = (ListFixture.hash, ListFixture.other, ListFixture.third)

  init() throws { fixture = try ListFixture() }

  @Test func settingsDecideWhatMatches() throws {
    let near = try #require(PDQHash(Self.hash))
    let far = PDQHash(words: near.words ^ SIMD4(0xFFFFF, 0, 0, 0))
    try fixture.importText("\(Self.hash),a\n", ImportOptions(kind: .pdq))
    func found(now: Timestamp = 5) throws -> [ListMeaning] {
      try store.matches(for: ListedHash(far), now: now).map(\.meaning)
    }
    #expect(try found() == [.block])
    try store.set("l") { $0.pdqRadius = 19 }
    #expect(try found().isEmpty)
    #expect(try store.matches(for: ListedHash(far), radius: 20).count == 1)
    try store.set("l") {
      $0.pdqRadius = 20
      $0.meaning = .review
      $0.expiresAt = 100
    }
    #expect(try found() == [.review])
    #expect(try found(now: 100).isEmpty)
    try store.set("l") {
      $0.expiresAt = nil
      $0.isEnabled = false
    }
    #expect(try found().isEmpty)
    let error = #expect(throws: ListError.self) {
      try store.set("l") { $0.pdqRadius = 257 }
    }
    #expect(error?.code == .invalidSetting)
    #expect(try store.list("l").settings.pdqRadius == 20)
    #expect(try store.list("l").serial == 1)
  }

  @Test func eachListHasItsOwnRadius() throws {
    let near = try #require(PDQHash(Self.hash))
    let far = PDQHash(words: near.words ^ SIMD4(0xFF_FFFF_FFFF, 0, 0, 0))
    try fixture.importText("\(Self.hash),a\n", into: "narrow", ImportOptions(kind: .pdq))
    try fixture.importText("\(Self.hash),a\n", into: "wide", ImportOptions(kind: .pdq))
    try store.set("wide") { $0.pdqRadius = 40 }
    let matches = try store.matches(for: ListedHash(far))
    #expect(matches.map(\.list) == ["wide"])
    #expect(matches.map(\.distance) == [40] && matches.map(\.radius) == [40])
  }

  @Test func listsAreMadeAndRemoved() throws {
    try store.create("l")
    let error = #expect(throws: ListError.self) { try store.create("l") }
    #expect(error?.code == .listExists)
    try fixture.importText("\(Self.hash),a\n", ImportOptions(kind: .pdq))
    try fixture.importText("\(Self.hash),a\n", into: "other", ImportOptions(kind: .pdq))
    #expect(try store.remove(list: "l") == 1)
    #expect(try store.lists().map(\.name) == ["other"])
    #expect(try fixture.matches(Self.hash) == ["other/a"])
    #expect(try store.remove(list: "other") == 1)
    #expect(try store.indexedHashes().isEmpty && store.listedHashes().isEmpty)
    // A list of the name begins anew.
    try fixture.importText("\(Self.hash),a\n", ImportOptions(kind: .pdq))
    #expect(try store.history(of: "l").count == 1)
    #expect(try store.verifyJournal().problems.isEmpty)
    #expect(throws: ListError.self) { try store.remove(list: "none") }
    #expect(try store.indexProblems().isEmpty)
  }

  // MARK: Taking back

  @Test func undoTakesTheLastImportBack() throws {
    try fixture.importText(
      ListFixture.jsonl(
        #"{"id":"a","h":"\#(Self.hash)","cat":"x"}"#, #"{"id":"b","h":"\#(Self.other)"}"#))
    let before = try ["a", "b"].map { try store.entry($0, in: "l") }
    try fixture.importText(
      ListFixture.jsonl(
        #"{"id":"a","h":"\#(Self.third)"}"#, #"{"id":"b","del":true}"#,
        #"{"id":"c","h":"\#(Self.hash)"}"#, #"{"id":"d","del":true}"#))
    #expect(try fixture.matches(Self.third) == ["l/a"])
    // A change without effect does not stand in the way.
    try fixture.importText(ListFixture.jsonl(#"{"id":"b","del":true}"#))
    let (undone, receipt) = try store.undo("l")
    #expect(undone.number == 2 && receipt.counts == [1, 1, 1, 0, 0, 0])
    #expect(try store.entry("a", in: "l") == before[0])
    #expect(try store.entry("b", in: "l") == before[1])
    #expect(try store.entryIfThere("c", in: "l") == nil && store.entryIfThere("d", in: "l") == nil)
    #expect(try fixture.matches(Self.hash) == ["l/a"])
    #expect(try fixture.matches(Self.third).isEmpty)
    let list = try store.list("l")
    #expect(list.count == 2 && list.withdrawn == 0 && list.serial == 3)
    #expect(try store.indexProblems().isEmpty)
    let error = #expect(throws: ListError.self) { try store.undo("l") }
    #expect(error?.code == .nothingToUndo)
    #expect(try store.history(of: "l").map(\.action) == [.import, .import, .import, .undo])
  }

  @Test func undoingAReplacementBringsEverythingBack() throws {
    var random = SeededGenerator(seed: 4)
    let lines = (0..<300).map { "\(PDQHash.random(using: &random)),\($0)\n" }
    var options = ImportOptions(kind: .pdq)
    try fixture.importText(lines[..<200].joined(), options)
    let before = try store.listedHashes()
    options.replaces = true
    options.forcesWithdrawal = true
    try fixture.importText(lines[100...].joined(), options)
    #expect(try store.list("l").count == 200)
    try store.undo("l")
    #expect(try store.listedHashes() == before)
    #expect(try store.list("l").count == 200 && store.list("l").withdrawn == 0)
    #expect(try store.indexProblems().isEmpty)
  }

  // MARK: The journal

  @Test func theJournalTellsEveryChangeAndCannotBeAltered() throws {
    try fixture.importText("\(Self.hash),a\n", ImportOptions(kind: .pdq))
    try store.set("l", by: Author(uid: 8, now: 10)) { $0.note = "n" }
    try store.withdraw(entries: ["a"], from: "l", reason: "why", caseID: "c 1")
    let lines = try store.journal()
    #expect(lines.count == 3 && lines[0].contains(#""uid":7"#) && lines[1].contains(#""uid":8"#))
    #expect(lines[2].contains(#""reason":"why""#) && lines[2].contains(#""case":"c 1""#))
    #expect(!lines.joined().contains(Self.hash))
    #expect(try store.verifyJournal(against: lines).problems.isEmpty)
    #expect(try store.verifyJournal(against: lines + ["x"]).problems.count == 1)
    // Whoever alters a line must alter all that follow; the copy tells.
    let altered = Array(lines[1].replacing(#""uid":8"#, with: #""uid":9"#).utf8)
    try store.database.environment.write { transaction throws(StorageError) in
      try transaction.table(store.tables.journal).put(altered.span, for: 2)
    }
    let problems = try store.verifyJournal(against: lines).problems
    #expect(problems.contains("line 3: does not follow the line before"))
    #expect(problems.contains("line 2: differs from the copy"))
  }

  @Test func aJournalWithoutALineIsTold() throws {
    for number in 0..<3 { try store.create("l\(number)") }
    try store.database.environment.write { transaction throws(StorageError) in
      _ = try transaction.table(store.tables.journal).remove(2)
    }
    let problems = try store.verifyJournal().problems
    #expect(problems.contains("line 2: missing"))
    #expect(problems.contains("list l1: the journal has no line for receipt 1"))
  }
}
