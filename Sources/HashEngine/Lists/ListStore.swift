public import SystemPackage

/// Lists of known hashes, in a database of their own: to import, change, read and export. Verdicts on
/// pictures and hashes come from the ``Moderator``.
///
/// Safe to use from any thread. Every call sees the newest committed state, whichever process committed it.
public final class ListStore: Sendable {
  let database: Database
  let tables: ListTables
  let forceCache = ForceCache()

  /// Opens the database in a folder. One of an earlier format is migrated in a single transaction, and kept as it was.
  ///
  /// - Parameters:
  ///   - folder: Where it is; the database is `data.mdb` in there.
  ///   - creates: Makes folder and database when there are none.
  ///   - mapSize: The address space that the database starts with, in bytes; `nil` for 64 GiB. It grows by
  ///     itself, and uses no disk space before it is needed.
  /// - Throws: ``StorageError`` when the folder has no database, holds something else, or has a database of
  ///   an unknown format; or when this process has it open already.
  public convenience init(
    at folder: FilePath, creates: Bool = false, mapSize: Int? = nil
  ) throws(StorageError) {
    try self.init(at: folder, creates: creates, mapSize: mapSize, keepsBefore: true)
  }

  /// - Parameter keepsBefore: Whether a database that is migrated is kept as it was.
  init(
    at folder: FilePath, creates: Bool, mapSize: Int?, keepsBefore: Bool
  ) throws(StorageError) {
    database = try Database(
      at: folder, .lists, creates: creates, mapSize: mapSize, keepsBefore: keepsBefore)
    let reading = try ReadTransaction(database.environment)
    tables = try ListTables(open: reading)
    try reading.keepTables()
  }

  /// Reads one consistent state of the lists.
  ///
  /// - Parameter activity: What is being done, for the error.
  func read<Result>(
    _ activity: String, _ body: (borrowing ListReader) throws -> Result
  ) throws(ListError) -> Result {
    try ListError.naming(activity) {
      try body(ListReader(ReadTransaction(database.environment), tables))
    }
  }

  /// Begins the only write transaction; waits until an earlier one has ended.
  func beginWriting() throws(StorageError) -> ListWriter {
    ListWriter(try WriteTransaction(database.environment), tables)
  }
}

// MARK: Lists and entries

extension ListStore {
  /// All lists, by name.
  ///
  /// - Throws: ``ListError`` `storage`.
  public func lists() throws(ListError) -> [HashList] {
    try read("reading the lists") { lists in
      try lists.records().map { name, record in record.list(named: name) }
    }
  }

  /// The list of that name.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `storage`.
  public func list(_ name: String) throws(ListError) -> HashList {
    try read("reading list \(name)") { lists in
      try lists.knownRecord(named: name).list(named: name)
    }
  }

  /// The entry of that id.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `unknown-entry`, `storage`.
  public func entry(_ id: String, in list: String) throws(ListError) -> Entry {
    try read("reading an entry of list \(list)") { lists in
      let record = try lists.knownRecord(named: list)
      guard let number = try lists.entryNumber(id, list: record.id),
        let stored = try lists.storedEntry(number)
      else { throw ListError.unknownEntry(id, in: list) }
      return stored.entry
    }
  }

  /// Calls `body` with all entries of a list, in the order of their ids, until it returns `false`. All are of
  /// one state; changes made meanwhile are not seen.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `storage`.
  public func forEachEntry(
    of list: String, _ body: (Entry) -> Bool
  ) throws(ListError) {
    try read("reading list \(list)") { lists in
      try lists.forEachEntry(of: lists.knownRecord(named: list).id, body)
    }
  }

  /// The entries of a case that are not withdrawn, of all lists or of one.
  ///
  /// - Throws: ``ListError`` `storage`.
  public func entries(
    ofCase caseID: String, in list: String? = nil
  ) throws(ListError) -> [EntryReference] {
    let key = Array(caseID.utf8.prefix(ListChange.longestID))
    guard !key.isEmpty else { return [] }
    return try read("reading a case") { lists in
      var names: [UInt32: String] = [:]
      for (name, record) in try lists.records() { names[record.id] = name }
      var numbers: [UInt64] = []
      try lists.cases.forEachValue(of: key) { value in
        if let number = EntryNumber.read(value) { numbers.append(number) }
        return true
      }
      var references: [EntryReference] = []
      for number in numbers {
        guard let stored = try lists.storedEntry(number), let name = names[stored.list],
          list == nil || list == name, stored.entry.state != .withdrawn,
          stored.entry.details.caseIDs.contains(caseID)
        else { continue }
        references.append(EntryReference(list: name, entry: stored.entry.id))
      }
      return references
    }
  }
}

// MARK: For checks

extension ListStore {
  /// Every hash with a posting, as the index has them.
  package func indexedHashes() throws(ListError) -> [PDQHash] {
    try read("reading the index") { lists in
      var hashes: [PDQHash] = []
      try lists.pdq.forEachHash { hashes.append($0) }
      return hashes
    }
  }

  /// Every distinct hash of every entry.
  package func listedHashes() throws(ListError) -> Set<ListedHash> {
    try read("reading the entries") { lists in
      var hashes: Set<ListedHash> = []
      try lists.entries.forEachPair { _, value in
        hashes.formUnion(StoredEntry(value)?.entry.hashes ?? [])
        return true
      }
      return hashes
    }
  }
}
