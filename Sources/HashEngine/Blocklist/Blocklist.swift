public import SystemPackage

/// Lists of known hashes in a database, and the question whether a hash is near one of them.
///
/// Safe to use from any thread. Every call sees the newest committed state, whichever process
/// committed it.
public final class Blocklist: Sendable {
  let environment: Environment
  let tables: BlocklistTables

  /// Opens the database in a folder.
  ///
  /// - Parameters:
  ///   - creates: Makes folder and database when there are none.
  ///   - mapSize: The address space that the database has to begin with, in bytes; `nil` for 64 GiB. It
  ///     grows by itself, and takes no room before it is needed.
  /// - Throws: ``StorageError`` when there is no database, or something else, or one written by
  ///   software of another format; when this process has it open already.
  public init(
    at folder: FilePath, creates: Bool = false, mapSize: Int? = nil
  ) throws(StorageError) {
    var options = Environment.Options(
      creates: creates, format: BlocklistTables.format, oldestFormat: BlocklistTables.format)
    if let mapSize { options.mapSize = mapSize }
    environment = try Environment(folder, options: options)
    if let tables = try Self.existingTables(in: environment) {
      self.tables = tables
      return
    }
    guard creates else {
      throw StorageError(.notADatabase, "\(environment.path): the database has no lists")
    }
    let writing = try WriteTransaction(environment)
    tables = try BlocklistTables.make(in: writing)
    try writing.commit()
  }

  private static func existingTables(
    in environment: Environment
  ) throws(StorageError) -> BlocklistTables? {
    let reading = try ReadTransaction(environment)
    guard let tables = try BlocklistTables.existing(in: reading) else { return nil }
    try reading.keepTables()
    return tables
  }

  /// Seals the hashes of every index that has grown far enough for it to pay, or of all with `always`.
  /// Searches are then faster; answers are the same. Readers go on meanwhile, and so do writers
  /// between its steps.
  ///
  /// - Returns: How many hashes of each kind are sealed now, for the kinds that were.
  @discardableResult
  public func seal(always: Bool = false) throws(StorageError) -> [HashKind: Int] {
    var (seals, sealed) = ((pdq: always, phash64: always), [HashKind: Int]())
    if !always {
      let reading = try ReadTransaction(environment)
      seals.pdq = try tables.pdq.isGrown(in: reading)
      seals.phash64 = try tables.phash64.isGrown(in: reading)
    }
    if seals.pdq { sealed[.pdq] = try tables.pdq.seal(environment) }
    if seals.phash64 { sealed[.phash64] = try tables.phash64.seal(environment) }
    return sealed
  }

  /// The kinds of hash that some list has.
  func kinds(in transaction: borrowing ReadTransaction) throws(StorageError) -> Set<HashKind> {
    var kinds: Set<HashKind> = []
    for kind in HashKind.allCases {
      try tables.postings.forEach(from: [kind.code], in: transaction) { key, _ in
        if key.byteCount > 0, key.unsafeLoad(as: UInt8.self) == kind.code { kinds.insert(kind) }
        return false
      }
    }
    return kinds
  }

  /// Every hash with a posting, as the index has them; for checks.
  package func indexedHashes() throws(StorageError) -> [PDQHash] {
    var hashes: [PDQHash] = []
    try tables.pdq.forEach(in: ReadTransaction(environment)) { hashes.append($0) }
    return hashes
  }

  /// Every distinct hash of every entry; for checks.
  package func listedHashes() throws(StorageError) -> Set<ListedHash> {
    var hashes: Set<ListedHash> = []
    try tables.entries.forEach(in: ReadTransaction(environment)) { _, value in
      hashes.formUnion(StoredEntry(value)?.entry.hashes ?? [])
      return true
    }
    return hashes
  }
}
