/// The tables of the ledger, opened once.
///
/// | table | key | value |
/// |---|---|---|
/// | uploads | ``UploadKey`` | ``LedgerUpload`` |
/// | folders | digest of its path (16) | the folder's path |
/// | contents | content number (8) | ``LedgerContent`` |
/// | digests | SHA-256 (32) | content number (8) |
/// | places | content number (8, big-endian), ``UploadKey`` | nothing; one for each upload with these bytes |
/// | fingerprints | content number (8) | a ``Fingerprint``, complete for its effort |
/// | matches | content number (8) | what it matched when it was asked last: ``KeptMatch``es, JSON |
/// | states | number (8) | ``ListsState``, JSON: what contents were asked of |
/// | counters | name | a number (8) |
struct LedgerTables: Sendable {
  let uploads: TableID
  let folders: TableID
  let contents: TableID
  let digests: TableID
  let places: TableID
  let fingerprints: TableID
  let matches: TableID
  let states: TableID
  let counters: TableID

  /// Makes those that are missing.
  init(make transaction: borrowing WriteTransaction) throws(StorageError) {
    uploads = try transaction.makeTable("uploads")
    folders = try transaction.makeTable("folders")
    contents = try transaction.makeTable("contents", .integerKeys)
    digests = try transaction.makeTable("digests")
    places = try transaction.makeTable("places")
    fingerprints = try transaction.makeTable("fingerprints", .integerKeys)
    matches = try transaction.makeTable("matches", .integerKeys)
    states = try transaction.makeTable("states", .integerKeys)
    counters = try transaction.makeTable("counters")
  }

  /// - Throws: ``StorageError`` when one is missing.
  init(open transaction: borrowing some Transaction & ~Copyable) throws(StorageError) {
    let path = transaction.environment.path
    guard let uploads = try transaction.openTable("uploads"),
      let folders = try transaction.openTable("folders"),
      let contents = try transaction.openTable("contents", .integerKeys),
      let digests = try transaction.openTable("digests"),
      let places = try transaction.openTable("places"),
      let fingerprints = try transaction.openTable("fingerprints", .integerKeys),
      let matches = try transaction.openTable("matches", .integerKeys),
      let states = try transaction.openTable("states", .integerKeys),
      let counters = try transaction.openTable("counters")
    else { throw StorageError(.damaged, "\(path): the ledger is damaged (a table is missing)") }
    self.uploads = uploads
    self.folders = folders
    self.contents = contents
    self.digests = digests
    self.places = places
    self.fingerprints = fingerprints
    self.matches = matches
    self.states = states
    self.counters = counters
  }
}

extension Schema {
  /// The ledger's tables.
  static let ledger = Schema(
    tenant: "ledger", format: 1,
    make: { transaction throws(StorageError) in _ = try LedgerTables(make: transaction) },
    migrations: [:])
}

/// A number by its name in the table of counters.
enum LedgerCounter: String {
  /// How often contents were written: each content has the count of the time when it was written last.
  case revision
  /// Contents whose revision is no later than this were asked of the state ``coveredState``, or of a later one.
  case coveredRevision = "covered-revision"
  case coveredState = "covered-state"

  var key: [UInt8] { Array(rawValue.utf8) }
}
