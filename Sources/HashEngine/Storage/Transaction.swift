internal import CLMDB
internal import Synchronization

/// What a transaction may do with tables: ``Reading`` or ``Writing``.
protocol TransactionAccess {}

/// Tables can be read.
enum Reading: TransactionAccess {}

/// Tables can be read and changed.
enum Writing: TransactionAccess {}

/// A consistent view of an environment.
protocol Transaction: ~Copyable {
  associatedtype Access: TransactionAccess

  var handle: OpaquePointer { get }
  var environment: Environment { get }
}

extension Transaction where Self: ~Copyable {
  /// A table as this transaction sees it.
  @_lifetime(borrow self)
  borrowing func table(_ id: TableID) -> Table<Access> { Table(id, self) }

  /// The table of that name, `nil` when there is none yet.
  borrowing func openTable(
    _ name: String, _ kind: TableID.Kind = []
  ) throws(StorageError) -> TableID? {
    var id: MDB_dbi = 0
    let result = mdb_dbi_open(handle, name, kind.rawValue, &id)
    if result == MDB_NOTFOUND { return nil }
    guard result == MDB_SUCCESS else {
      throw StorageError(lmdb: result, path: environment.path)
    }
    return TableID(number: id)
  }

  /// The table that names the others.
  borrowing func openMainTable() throws(StorageError) -> TableID {
    var id: MDB_dbi = 0
    let result = mdb_dbi_open(handle, nil, 0, &id)
    guard result == MDB_SUCCESS else {
      throw StorageError(lmdb: result, path: environment.path)
    }
    return TableID(number: id)
  }
}

/// The newest committed state, unaffected by later writes. It should be short: while it lives, pages that it
/// could read cannot be reused.
struct ReadTransaction: Transaction, ~Copyable {
  typealias Access = Reading

  let handle: OpaquePointer
  let environment: Environment
  private var isFinished = false

  init(_ environment: Environment) throws(StorageError) {
    handle = try environment.begin(UInt32(MDB_RDONLY))
    self.environment = environment
  }

  /// Ends the transaction and keeps the tables that it opened; otherwise LMDB closes them.
  consuming func keepTables() throws(StorageError) {
    isFinished = true
    let result = mdb_txn_commit(handle)
    environment.ended()
    guard result == MDB_SUCCESS else {
      throw StorageError(lmdb: result, path: environment.path)
    }
  }

  deinit {
    guard !isFinished else { return }
    mdb_txn_abort(handle)
    environment.ended()
  }
}

/// The only writer. All its changes become visible at `commit`; without it, none do.
struct WriteTransaction: Transaction, ~Copyable {
  typealias Access = Writing

  let handle: OpaquePointer
  let environment: Environment
  private var isFinished = false

  /// Waits until an earlier writer, in any process, has ended. LMDB ties a writer to its thread.
  @available(*, noasync)
  init(_ environment: Environment) throws(StorageError) {
    environment.growIfHalfFull()
    let wait = WriterWait()
    defer { wait.end() }
    do throws(StorageError) {
      handle = try environment.begin(0)
    } catch  where error.code == .notPermitted && environment.isOnReadOnlyDisk {
      throw StorageError(
        .notPermitted, "\(environment.path): is on a file system that is mounted read-only")
    }
    self.environment = environment
  }

  /// The table of that name, made when there is none.
  borrowing func makeTable(
    _ name: String, _ kind: TableID.Kind = []
  ) throws(StorageError) -> TableID {
    var id: MDB_dbi = 0
    let result = mdb_dbi_open(handle, name, kind.rawValue | UInt32(MDB_CREATE), &id)
    guard result == MDB_SUCCESS else {
      throw StorageError(lmdb: result, path: environment.path)
    }
    return TableID(number: id)
  }

  @available(*, noasync)
  consuming func commit() throws(StorageError) {
    // LMDB frees the handle whether it commits or fails.
    isFinished = true
    let result = mdb_txn_commit(handle)
    environment.ended()
    guard result == MDB_SUCCESS else {
      throw StorageError(lmdb: result, path: environment.path)
    }
  }

  deinit {
    guard !isFinished else { return }
    mdb_txn_abort(handle)
    environment.ended()
  }
}

extension Environment {
  /// Runs `body` in a write transaction and commits it, unless `body` throws.
  ///
  /// - Throws: ``StorageError``, also what `body` throws.
  @available(*, noasync)
  func write<Result>(
    _ body: (borrowing WriteTransaction) throws(StorageError) -> Result
  ) throws(StorageError) -> Result {
    let transaction = try WriteTransaction(self)
    let result = try body(transaction)
    try transaction.commit()
    return result
  }
}
