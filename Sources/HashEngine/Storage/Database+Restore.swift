internal import CLMDB
internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

extension Database {
  /// The folder into which a restore first copies what it restores.
  static func staging(in folder: FilePath) -> FilePath { folder.appending("restoring") }

  /// Copies a backup's file into the staging folder of a database, where it can be opened, checked and migrated
  /// without changing the backup.
  ///
  /// - Parameters:
  ///   - backup: The folder of the backup, or its `data.mdb`.
  ///   - folder: That of the database, made if there is none.
  /// - Throws: ``StorageError``; nothing was changed then.
  static func stage(_ backup: FilePath, in folder: FilePath) throws(StorageError) {
    let source = backup.lastComponent == "data.mdb" ? backup.removingLastComponent() : backup
    let place = staging(in: folder)
    try Environment.prepare(folder, path: folder.string, creates: true, isShared: true)
    try EnvironmentFiles.remove(place)
    var options = Environment.Options()
    options.isReadOnly = true
    try Environment(source, options: options).copy(to: place)
  }

  /// Puts the staged copy in the place of a database's files. Processes that have it open notice at their next
  /// transaction; nobody loses a change, since the writers' lock is held meanwhile.
  ///
  /// - Parameter kept: The folder to which the files before go, inside that of the database; `nil` when there were none.
  /// - Throws: ``StorageError``; nothing was changed then.
  @available(*, noasync)
  static func swapIn(
    staged folder: FilePath, keeping kept: FilePath, mapSize: Int? = nil
  ) throws(StorageError) -> Bool {
    let (data, lock) = (EnvironmentFiles.data(in: folder), EnvironmentFiles.lock(in: folder))
    let isThere = FileIdentity(data) != nil
    // Whoever writes now finishes first. A database that cannot even be opened has no writer.
    let old = isThere ? try? Environment(folder, options: Environment.Options()) : nil
    let writing: OpaquePointer? = try? old?.begin(0)
    defer {
      if let old, let writing {
        mdb_txn_abort(writing)
        old.ended()
      }
    }
    let gate = FolderGate(folder, .exclusive)
    defer { gate?.open() }
    if isThere {
      guard kept.withPlatformString({ mkdir($0, 0o700) }) == 0,
        data.withPlatformString({ data in
          EnvironmentFiles.data(in: kept).withPlatformString { link(data, $0) }
        }) == 0
      else { throw StorageError(lmdb: errno, path: kept.string) }
    }
    // The lock file first: whoever still has the old one sees that it is gone, and opens both anew.
    _ = lock.withPlatformString { unlink($0) }
    let staged = EnvironmentFiles.data(in: staging(in: folder))
    guard
      staged.withPlatformString({ staged in data.withPlatformString { rename(staged, $0) } }) == 0
    else { throw StorageError(lmdb: errno, path: folder.string) }
    EnvironmentFiles.giveToOwner(of: folder, isThere ? kept : nil)
    try? EnvironmentFiles.remove(staging(in: folder))
    return isThere
  }
}
