internal import CLMDB
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The map: how much address space the database has, in this process. LMDB changes it only while no
/// transaction of the process is under way, so the environment counts them.
extension Environment {
  /// Begins a transaction; ``ended()`` is to be called after it.
  ///
  /// Another process may have made the database larger than this one's map. Then the map is taken over as
  /// soon as the transactions that run here have ended: they go on with what they see.
  func begin(_ flags: UInt32) throws(StorageError) -> OpaquePointer {
    while true {
      // Counted before it begins: a writer waits here for those of other processes.
      running.withLock { $0 += 1 }
      var transaction: OpaquePointer?
      let result = mdb_txn_begin(handle, nil, flags, &transaction)
      if result == MDB_SUCCESS, let transaction { return transaction }
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

  func ended() { running.withLock { $0 -= 1 } }

  /// Doubles the map before a writer begins when half of it is used, so that none runs into its end but one
  /// that writes as much as all before. When other transactions run here, the next writer does.
  func growIfHalfFull() {
    let size = running.withLock { _ -> Int? in
      // Both look into the map, which nobody moves meanwhile.
      var info = MDB_envinfo()
      var status = MDB_stat()
      guard mdb_env_info(handle, &info) == MDB_SUCCESS,
        mdb_env_stat(handle, &status) == MDB_SUCCESS
      else { return nil }
      let used = (info.me_last_pgno + 1) * Int(status.ms_psize)
      return used > info.me_mapsize / 2 ? info.me_mapsize : nil
    }
    if let size { _ = resize(to: 2 * size) }
  }

  /// What LMDB says of it, `nil` when transactions run.
  private func resize(to size: Int) -> CInt? {
    running.withLock { running in
      // No transaction of this process can begin while the lock is held.
      guard running == 0 else { return nil }
      mapChanges.add(1, ordering: .sequentiallyConsistent)
      return mdb_env_set_mapsize(handle, size)
    }
  }
}
