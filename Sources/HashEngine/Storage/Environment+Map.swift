internal import CLMDB
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The map: the address space that the database has in this process. Its size may change only while the
/// process has no running transaction, so the environment counts them.
extension Environment {
  /// Begins a transaction; the caller must call ``ended()`` after it.
  ///
  /// Another process may have made the database larger than this process's map. The map is then enlarged as
  /// soon as the transactions running here have ended; until then they keep the state that they see.
  ///
  /// - Throws: ``StorageError``; `replaced` when the files at the path are others by now: what would be read is of
  ///   yesterday, and what would be written is lost.
  func begin(_ flags: UInt32) throws(StorageError) -> OpaquePointer {
    while true {
      // Counted before it begins, since a writer may wait here for another one.
      guard enter() else {
        usleep(200)
        continue
      }
      var transaction: OpaquePointer?
      let result = mdb_txn_begin(handle, nil, flags, &transaction)
      if result == MDB_SUCCESS, let transaction {
        // A writer holds the lock by now: no restore can come in between.
        guard isInPlace else {
          mdb_txn_abort(transaction)
          ended()
          throw replacedError
        }
        return transaction
      }
      ended()
      guard result == MDB_MAP_RESIZED else { throw StorageError(lmdb: result, path: path) }
      // Size 0 stands for the size that was committed last.
      switch resize(to: 0) {
      case MDB_SUCCESS: continue
      case nil: usleep(200)
      case let failure?: throw StorageError(lmdb: failure, path: path)
      }
    }
  }

  func ended() { activity.withLock { $0.running -= 1 } }

  /// Counts a transaction that is about to begin; `false` while a writer waits for the others to end.
  private func enter() -> Bool {
    activity.withLock { activity in
      guard activity.waiting == 0 else { return false }
      activity.running += 1
      return true
    }
  }

  /// Doubles the map before a writer begins if more than half of it is used: only a transaction that writes
  /// as much as all before it can then run out of space.
  ///
  /// The transactions that run here must end first, so that no new one begins meanwhile. One that does not end
  /// within a second leaves it to the next writer.
  func growIfHalfFull() {
    guard let size = sizeIfHalfFull() else { return }
    activity.withLock { $0.waiting += 1 }
    defer { activity.withLock { $0.waiting -= 1 } }
    let deadline = ContinuousClock.now + .seconds(1)
    while resize(to: 2 * size) == nil, ContinuousClock.now < deadline { usleep(200) }
  }

  /// The map's size in bytes if more than half of it is used.
  private func sizeIfHalfFull() -> Int? {
    activity.withLock { _ in
      // Both read the map, which cannot be moved while the lock is held.
      var info = MDB_envinfo()
      var status = MDB_stat()
      guard mdb_env_info(handle, &info) == MDB_SUCCESS,
        mdb_env_stat(handle, &status) == MDB_SUCCESS
      else { return nil }
      let used = (info.me_last_pgno + 1) * Int(status.ms_psize)
      return used > info.me_mapsize / 2 ? info.me_mapsize : nil
    }
  }

  /// How much of its file is in use, in bytes.
  var usedBytes: Int {
    activity.withLock { _ in
      var info = MDB_envinfo()
      var status = MDB_stat()
      guard mdb_env_info(handle, &info) == MDB_SUCCESS,
        mdb_env_stat(handle, &status) == MDB_SUCCESS
      else { return 0 }
      return (info.me_last_pgno + 1) * Int(status.ms_psize)
    }
  }

  /// LMDB's result code; `nil` when transactions are running, so that nothing was done.
  private func resize(to size: Int) -> CInt? {
    activity.withLock { activity in
      // No transaction of this process can begin while the lock is held.
      guard activity.running == 0 else { return nil }
      mapChanges.add(1, ordering: .sequentiallyConsistent)
      return mdb_env_set_mapsize(handle, size)
    }
  }
}
