internal import CLMDB
internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

extension Environment {
  /// Writes a copy of the newest committed state into a new folder, without the pages that are free. Readers and
  /// writers go on meanwhile; what they commit is not in it.
  ///
  /// The folder is complete or not there: the copy is made under another name and then renamed.
  ///
  /// - Throws: ``StorageError`` when something is at the path already, or there is no room.
  func copy(to folder: FilePath) throws(StorageError) {
    let path = folder.string
    guard FileIdentity(folder) == nil else {
      throw StorageError(.notADatabase, "\(path): is there already; name a new folder")
    }
    // The map of this process may be too small for what others have committed; a transaction sees to that.
    let reading = try ReadTransaction(self)
    defer { _ = reading.handle }
    let unfinished = FilePath(path + ".unfinished")
    try EnvironmentFiles.remove(unfinished)
    guard unfinished.withPlatformString({ mkdir($0, 0o700) }) == 0 else {
      throw StorageError(lmdb: errno, path: path)
    }
    do throws(StorageError) {
      try write(to: EnvironmentFiles.data(in: unfinished))
      guard
        unfinished.withPlatformString({ old in folder.withPlatformString { rename(old, $0) } }) == 0
      else { throw StorageError(lmdb: errno, path: path) }
    } catch {
      try? EnvironmentFiles.remove(unfinished)
      throw error
    }
  }

  private func write(to file: FilePath) throws(StorageError) {
    let path = file.string
    let open: FileDescriptor
    do {
      open = try .open(
        file, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: .ownerReadWrite)
    } catch {
      throw StorageError(lmdb: (error as? Errno)?.rawValue ?? EIO, path: path)
    }
    defer { try? open.close() }
    var result = mdb_env_copyfd2(handle, open.rawValue, UInt32(MDB_CP_COMPACT))
    if result == MDB_INCOMPATIBLE {
      // Pages that a crash left behind, free but not listed as free, cannot be left out.
      guard ftruncate(open.rawValue, 0) == 0, lseek(open.rawValue, 0, SEEK_SET) == 0 else {
        throw StorageError(lmdb: errno, path: path)
      }
      result = mdb_env_copyfd2(handle, open.rawValue, 0)
    }
    guard result == MDB_SUCCESS else { throw StorageError(lmdb: result, path: path) }
    guard fsync(open.rawValue) == 0 else { throw StorageError(lmdb: errno, path: path) }
  }
}

extension EnvironmentFiles {
  /// Removes an environment's folder with its files, and nothing else: one that holds more stays.
  static func remove(_ folder: FilePath) throws(StorageError) {
    guard FileIdentity(folder) != nil else { return }
    for file in [data(in: folder), lock(in: folder)] {
      _ = file.withPlatformString { unlink($0) }
    }
    guard folder.withPlatformString({ rmdir($0) }) == 0 else {
      throw StorageError(lmdb: errno, path: folder.string)
    }
  }
}
