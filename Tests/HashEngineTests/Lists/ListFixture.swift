import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// A database of its own for one test, and what tests do with it.
struct ListFixture {
  static let hash = "e154078ae38ff1f73fe31c3d087a0202f03cf08cef461bfe13a5c447fc6223b1"
  static let other = "1001a887021f04dba347ce89a53fcbd7a6b46db2f339673a1aec263e5172767c"
  static let third = "de3970f12799eb43a1325983e60f167121ed912e0e7ee6b03ac1ed2c54b49acb"

  let folder: TemporaryFolder
  let store: ListStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ListStore(at: folder.path("db"), creates: true)
  }

  /// A list that nothing in the tests' pictures matches: without a list in force there is no verdict.
  func importBystander() throws {
    try importText("\(Self.third),nobody\n", into: "bystander", ImportOptions(kind: .pdq))
  }

  @discardableResult
  func importBytes(
    _ bytes: some Sequence<UInt8>, into list: String = "l",
    _ options: ImportOptions = ImportOptions(), now: Timestamp = 1_764_000_000
  ) throws -> Receipt {
    let file = try FileDescriptor.open(try folder.write(bytes, to: "list"), .readOnly)
    defer { try? file.close() }
    return try store.importList(
      file, into: list, options: options, by: Author(uid: 7, now: now))
  }

  @discardableResult
  func importText(
    _ text: String, into list: String = "l", _ options: ImportOptions = ImportOptions(),
    now: Timestamp = 1_764_000_000
  ) throws -> Receipt {
    try importBytes(Array(text.utf8), into: list, options, now: now)
  }

  /// Lists and entries that match a PDQ hash exactly, as `list/entry`.
  func matches(_ text: String, now: Timestamp = 1_764_000_000) throws -> [String] {
    let hash = ListedHash(try #require(PDQHash(text)))
    return try store.matches(for: hash, now: now).map { "\($0.list)/\($0.entry)" }
  }

  /// The records of `hashscan-list/1`.
  static func jsonl(_ lines: String...) -> String {
    "{\"format\":\"hashscan-list/1\",\"kind\":\"pdq\"}\n" + lines.joined(separator: "\n") + "\n"
  }
}

/// Times in tests are written as seconds since 1970.
extension Timestamp: ExpressibleByIntegerLiteral {
  package init(integerLiteral seconds: Int) { self.init(seconds: seconds) }
}

extension ListStore {
  /// What the lists have near a hash, nearest first.
  func matches(
    for hash: ListedHash, radius: Int? = nil, now: Timestamp = .now
  ) throws -> [Candidate] {
    let radii = radius.map { [hash.kind: $0] } ?? [:]
    return try search(for: [HashQuery(hash)], SearchOptions(radii: radii, now: now)).candidates[0]
  }

  /// The entry of an id, `nil` when the list has none.
  func entryIfThere(_ id: String, in list: String) throws -> Entry? {
    do throws(ListError) {
      return try entry(id, in: list)
    } catch  where error.code == .unknownEntry {
      return nil
    }
  }

  /// All entries of a list, by id.
  func entries(in list: String) throws -> [Entry] {
    var entries: [Entry] = []
    try forEachEntry(of: list) { entry in
      entries.append(entry)
      return true
    }
    return entries
  }

  func journal() throws -> [String] {
    var lines: [String] = []
    try forEachJournalLine { _, text in lines.append(text) }
    return lines
  }
}

extension Receipt {
  /// Added, replaced, withdrawn, unchanged, skipped, rejected.
  var counts: [Int] {
    [added, replaced, withdrawn, unchanged, skipped.values.reduce(0, +), rejected]
  }
}
