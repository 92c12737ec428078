import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

@Suite struct ListStoreTests {
  private static let hash = "e154078ae38ff1f73fe31c3d087a0202f03cf08cef461bfe13a5c447fc6223b1"
  private static let other = "1001a887021f04dba347ce89a53fcbd7a6b46db2f339673a1aec263e5172767c"

  private let folder: TemporaryFolder
  private let store: ListStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ListStore(at: folder.path("db"), creates: true)
  }

  @discardableResult
  private func importText(
    _ text: String, into list: String = "l", kind: HashKind? = .pdq, format: ListFormat? = nil
  ) throws -> Receipt {
    let file = try FileDescriptor.open(try folder.write(text, to: "list"), .readOnly)
    defer { try? file.close() }
    return try store.importList(
      file, into: list, options: ImportOptions(kind: kind, format: format),
      by: Author(uid: 7, now: 1_764_000_000))
  }

  private func matches(_ text: String, radius: Int = 0) throws -> [Candidate] {
    try store.matches(for: ListedHash(try #require(PDQHash(text))), radius: radius)
  }

  @Test func anImportedHashIsFoundWithItsEntry() throws {
    let report = try importText("\(Self.hash),case 7\n")
    #expect(report.added == 1 && report.format == .text && report.hasEffect)
    let found = try matches(Self.hash)
    #expect(found.map(\.reference) == [EntryReference(list: "l", entry: "case 7")])
    #expect(found.map(\.distance) == [0] && found.map(\.meaning) == [.block])
    #expect(try matches(Self.other, radius: 31).isEmpty)
    let entry = try store.entry("case 7", in: "l")
    #expect(entry.addedAt == 1_764_000_000)
    #expect(entry.hashes.map(\.pdq) == [PDQHash(Self.hash)])
  }

  @Test func importingAgainChangesNothing() throws {
    let text = "\(Self.hash)\n\(Self.other),x\n"
    #expect(try importText(text).added == 2)
    let before = try store.lists()
    let again = try importText(text)
    #expect(again.added == 0 && again.unchanged == 2 && !again.hasEffect)
    #expect(try store.lists() == before)
    #expect(before.map(\.count) == [2])
  }

  @Test func plainTextAsItIsFoundInTheWild() throws {
    let report = try importText(
      "\u{FEFF}# a comment\r\n\(Self.hash.uppercased())\r\n\n  \(Self.other)  file.jpg \r\n"
        + "hash=\(Self.hash),norm\n\(Self.hash),100,a b.jpg\n\(Self.hash),12,flat.jpg\n"
        + "zz\n\(String(repeating: "0", count: 64))\n\(Self.hash) # note\nf8f80x1fe0f4"
        + Self.hash.dropFirst(12) + "\n")
    let rejected = Dictionary(
      uniqueKeysWithValues: report.rejections.map { ($0.number, $0.reason) })
    // The comment behind a hash is no id: that line is the first one again.
    #expect(report.added == 3 && report.rejected == 4)
    #expect(Set(rejected.keys) == [7, 8, 9, 11])
    #expect(rejected[8] == "not a pdq hash: 2 characters instead of 64")
    #expect(rejected[9] == "all bits equal: no picture's hash")
    #expect(
      try Set(matches(Self.hash).map(\.entry))
        .contains("norm"))
    // What stands behind blanks, or behind a quality, is a name, which other pictures may have too.
    #expect(try matches(Self.other).map(\.label) == ["file.jpg"])
  }

  @Test func csvWithNamedColumns() throws {
    let report = try importText(
      """
      Kind;HASH;id;category;quality;comment
      pdq;\(Self.hash);a;"one; two";100;
      ssdeep;3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C;b;;;
      PDQ;\(Self.other);"say ""hi""
      there";x;;"over
      three
      lines"
      pdq;\(Self.other);c;;49;
      pdq;\(Self.other);d;;many;

      """, kind: nil)
    let rejected = report.rejections.map(\.number)
    #expect(report.format == .csv && report.added == 2)
    #expect(rejected == [8, 9] && report.unsupported == ["ssdeep": 1])
    #expect(try matches(Self.hash).map(\.label) == ["one; two"])
    #expect(try matches(Self.other).map(\.entry) == ["say \"hi\"\nthere"])
  }

  @Test func aColumnNamedAfterItsKindStatesIt() throws {
    #expect(try importText("pdq,id\n\(Self.hash),a\n", kind: nil).added == 1)
    #expect(try importText("name\tpdq_hash\nx\t\(Self.other)\n", kind: nil).added == 1)
  }

  @Test func theKindMustBeStated() throws {
    for text in ["\(Self.hash)\n", "hash,id\n\(Self.hash),a\n"] {
      let error = #expect(throws: ListError.self) { try importText(text, kind: nil) }
      #expect(error?.code == .kindNotStated)
    }
    #expect(try store.lists().isEmpty)
  }

  @Test func withdrawnEntriesStopMatching() throws {
    try importText("kind,hash,id,deleted\npdq,\(Self.hash),a,\npdq,\(Self.other),a,\n")
    try importText("\(Self.hash),b\n", into: "elsewhere")
    let report = try importText("hash,id,deleted\n,a,true\n,stranger,true\n")
    #expect(report.withdrawn == 2 && report.hasEffect)
    // The same hash on another list still matches; what nobody lists any more does not.
    #expect(try matches(Self.hash).map(\.list) == ["elsewhere"])
    #expect(try matches(Self.other).isEmpty)
    #expect(try Set(store.indexedHashes()) == [try #require(PDQHash(Self.hash))])
    #expect(try store.lists().map(\.count) == [1, 0])
  }

  @Test func anEntryAddedAndWithdrawnByOneFileIsGone() throws {
    let report = try importText("hash,id,deleted\n\(Self.hash),a,no\n,a,yes\n\(Self.other),b,0\n")
    #expect(report.added == 2 && report.withdrawn == 1)
    #expect(try matches(Self.hash).isEmpty)
    #expect(try matches(Self.other).count == 1)
  }

  @Test func removingAnEntryByItsId() throws {
    try importText("\(Self.hash),a\n\(Self.hash),b\n")
    #expect(try matches(Self.hash).map(\.entry) == ["a", "b"])
    #expect(try store.withdraw(entries: ["a"], from: "l").withdrawn == 1)
    for (list, code) in [("l", ListError.Code.unknownEntry), ("none", .unknownList)] {
      let error = #expect(throws: ListError.self) {
        try store.withdraw(entries: ["a"], from: list)
      }
      #expect(error?.code == code)
    }
    #expect(try matches(Self.hash).map(\.entry) == ["b"])
  }

  @Test(arguments: ["", "a b", "../x", "ü", String(repeating: "x", count: 65)])
  func listNamesArePlain(_ name: String) throws {
    let error = #expect(throws: ListError.self) { try importText(Self.hash, into: name) }
    #expect(error?.code == .invalidName)
  }

  @Test func whatIsNoListImportsNothing() throws {
    try importText(Self.hash)
    for text in ["", " \n", "no hash\nat all\n", "{\"a\": 1}\n", "\u{0}\u{1}\u{2}"] {
      #expect(throws: ListError.self) { try importText(text, into: "bad") }
    }
    #expect(throws: ListError.self) { try importText("a,b\n1,2\n", format: .csv) }
    #expect(try store.lists().map(\.name) == ["l"])
  }

  @Test func overlongLinesAndIdsAreRejected() throws {
    let report = try importText(
      "\(Self.hash)\n" + String(repeating: "x", count: 10_000_000) + "\n\(Self.other),"
        + String(repeating: "y", count: 401) + "\n\(Self.other)\n")
    let reasons = report.rejections.map { "\($0.number): \($0.reason)" }
    // A name that cannot be kept costs the name, not the hash.
    #expect(report.added == 2 && report.warnings.contains { $0.contains("too long") })
    #expect(reasons == ["2: longer than 65536 bytes"])
  }

  @Test func aFullDatabaseImportsNothing() throws {
    let small = try ListStore(at: folder.path("small"), creates: true, mapSize: 1 << 18)
    func file(_ count: Int, seed: UInt64) throws -> FileDescriptor {
      var random = SeededGenerator(seed: seed)
      let lines = (0..<count).map { _ in "\(PDQHash.random(using: &random))\n" }
      return try FileDescriptor.open(
        try folder.write(lines.joined(), to: "many"), .readOnly)
    }
    #expect(
      try small.importList(file(10, seed: 1), into: "l", options: ImportOptions(kind: .pdq)).added
        == 10)
    let error = #expect(throws: ListError.self) {
      try small.importList(file(20_000, seed: 2), into: "l", options: ImportOptions(kind: .pdq))
    }
    #expect(error?.code == .storage && error?.storage?.code == .full)
    #expect(try small.lists().map(\.count) == [10])
    #expect(try small.indexedHashes().count == 10)
    #expect(
      try small.importList(file(10, seed: 3), into: "l", options: ImportOptions(kind: .pdq)).added
        == 10)
  }

  @Test func derivedIdsDoNotShowTheHash() throws {
    try importText(Self.hash)
    let id = try #require(try matches(Self.hash).first?.entry)
    #expect(id.hasPrefix("auto-") && id.count == 21)
    #expect(!Self.hash.contains(id.dropFirst(5)))
  }
}
