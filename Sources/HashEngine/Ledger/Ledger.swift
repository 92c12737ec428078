public import SystemPackage

/// What was scanned: for each file its stamp, and for its bytes their digests, their fingerprint, and what the lists said.
///
/// It lies in an environment of its own beside the lists, since an import holds the lists' only writer for long. Nothing
/// in it is trusted to be about the file at hand until the file's stamp is compared. Safe to use from any thread.
public final class Ledger: Sendable {
  let database: Database
  let tables: LedgerTables

  /// Fingerprints longer than this are not kept, in bytes: those of long animations. Their files are read again whenever
  /// the lists have changed.
  static let longestFingerprint = 1 << 18

  /// The folder of the ledger of a database of lists.
  public static func folder(of database: FilePath) -> FilePath { database.appending("ledger") }

  /// Opens the ledger in a folder.
  ///
  /// - Parameters:
  ///   - folder: Where it is; see ``folder(of:)``.
  ///   - creates: Makes it when there is none.
  /// - Throws: ``StorageError`` when the folder has no ledger, or one of an unknown format; or when this process has it
  ///   open already.
  public init(at folder: FilePath, creates: Bool = false) throws(StorageError) {
    database = try Database(at: folder, .ledger, creates: creates)
    let reading = try ReadTransaction(database.environment)
    tables = try LedgerTables(open: reading)
    try reading.keepTables()
  }

  /// Reads one consistent state.
  func read<Result>(
    _ body: (borrowing LedgerReader) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    try body(LedgerReader(ReadTransaction(database.environment), tables))
  }

  /// Changes it in one transaction.
  @available(*, noasync)
  func write<Result>(
    _ body: (borrowing LedgerWriting) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    let writing = LedgerWriting(try WriteTransaction(database.environment), tables)
    let result = try body(writing)
    try writing.commit()
    return result
  }
}

/// How much a ledger holds.
public struct LedgerAmounts: Sendable, Hashable {
  /// Files.
  public let uploads: Int
  /// Distinct contents of these.
  public let contents: Int
  /// The size of its file, in bytes.
  public let bytes: Int
}

extension Ledger {
  /// How much is in it.
  ///
  /// - Throws: ``StorageError``.
  public func amounts() throws(StorageError) -> LedgerAmounts {
    let size = database.environment.usedBytes
    return try read { ledger throws(StorageError) in
      LedgerAmounts(
        uploads: try ledger.uploads.count(), contents: try ledger.contents.count(), bytes: size)
    }
  }
}
