internal import CLMDB
internal import Synchronization

/// A consistent view of the database.
protocol Transaction: ~Copyable {
  var handle: OpaquePointer { get }
  var path: String { get }
  /// See ``Environment/mapChanges``; the same throughout the transaction.
  var mapChanges: Int { get }
}

/// The newest committed state, unchanged by whatever is written meanwhile. Short: while it lives,
/// pages it could read are not used again.
struct ReadTransaction: Transaction, ~Copyable {
  let handle: OpaquePointer
  private let environment: Environment
  private var isFinished = false

  var path: String { environment.path }
  var mapChanges: Int { environment.mapChanges.load(ordering: .sequentiallyConsistent) }

  init(_ environment: Environment) throws(StorageError) {
    handle = try environment.begin(UInt32(MDB_RDONLY))
    self.environment = environment
  }

  /// Ends the transaction and keeps the tables it opened open; LMDB closes those of any other.
  consuming func keepTables() throws(StorageError) {
    isFinished = true
    let result = mdb_txn_commit(handle)
    environment.ended()
    guard result == MDB_SUCCESS else { throw StorageError(lmdb: result, path: path) }
  }

  deinit {
    guard !isFinished else { return }
    mdb_txn_abort(handle)
    environment.ended()
  }
}

/// The one writer. All its changes become visible at `commit`, or none.
struct WriteTransaction: Transaction, ~Copyable {
  let handle: OpaquePointer
  private let environment: Environment
  private var isFinished = false
  var mapChanges: Int { environment.mapChanges.load(ordering: .sequentiallyConsistent) }

  var path: String { environment.path }

  /// Waits for the writer before it, in whichever process that is. LMDB ties a writer to its
  /// thread.
  @available(*, noasync)
  init(_ environment: Environment) throws(StorageError) {
    environment.growIfHalfFull()
    handle = try environment.begin(0)
    self.environment = environment
  }

  @available(*, noasync)
  consuming func commit() throws(StorageError) {
    // LMDB frees the handle whether it commits or fails.
    isFinished = true
    let result = mdb_txn_commit(handle)
    environment.ended()
    guard result == MDB_SUCCESS else { throw StorageError(lmdb: result, path: path) }
  }

  deinit {
    guard !isFinished else { return }
    mdb_txn_abort(handle)
    environment.ended()
  }
}
