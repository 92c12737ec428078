internal import CLMDB
internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

extension Database {
  /// Copies a backup's file into a folder inside that of a database, where it can be opened, checked and migrated
  /// without changing the backup.
  ///
  /// - Parameters:
  ///   - backup: The folder of the backup, or its `data.mdb`.
  ///   - folder: That of the database, made if there is none.
  /// - Throws: ``StorageError``; nothing was changed then.
  static func stage(
    _ backup: FilePath, in folder: FilePath
  ) throws(StorageError) -> StagingFolder {
    let source = backup.lastComponent == "data.mdb" ? backup.removingLastComponent() : backup
    if let problem = try EnvironmentFiles.digestProblem(of: source) {
      throw StorageError(.damaged, "\(source): \(problem)")
    }
    var options = Environment.Options()
    options.isReadOnly = true
    let environment = try Environment(source, options: options)
    try Environment.prepare(folder, path: folder.string, creates: true, isShared: true)
    let staging = try StagingFolder(in: folder)
    let file = try NewFile(in: staging.path)
    do throws(StorageError) {
      try environment.copy(to: file)
    } catch  where error.code == .damaged {
      throw StorageError(.damaged, "\(source): the backup is damaged (\(error))")
    }
    try file.name(EnvironmentFiles.data(in: staging.path))
    return staging
  }

  /// Puts the staged copy in the place of a database's files. Processes that have it open notice at their next
  /// transaction; nobody loses a change, since the writers' lock is held meanwhile.
  ///
  /// - Parameter name: Of the folder for the files before, inside that of the database; if it is there, one with a number.
  /// - Returns: That folder; `nil` when there was no database.
  /// - Throws: ``StorageError``; nothing was changed then.
  @available(*, noasync)
  static func swapIn(
    _ staging: StagingFolder, in folder: FilePath, keepingAs name: String
  ) throws(StorageError) -> FilePath? {
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
    var kept: FilePath?
    if isThere {
      let place = try EnvironmentFiles.makeFolder(named: name, in: folder)
      guard
        data.withPlatformString({ data in
          EnvironmentFiles.data(in: place).withPlatformString { link(data, $0) }
        }) == 0
      else { throw StorageError(making: place, errno) }
      kept = place
    }
    // The lock file first: whoever still has the old one sees that it is gone, and opens both anew.
    _ = lock.withPlatformString { unlink($0) }
    let staged = EnvironmentFiles.data(in: staging.path)
    guard
      staged.withPlatformString({ staged in data.withPlatformString { rename(staged, $0) } }) == 0
    else { throw StorageError(making: data, errno) }
    EnvironmentFiles.giveToOwner(of: folder, kept)
    return kept
  }
}

extension EnvironmentFiles {
  /// Makes a folder; if one of that name is there, one with a number behind it.
  static func makeFolder(named name: String, in folder: FilePath) throws(StorageError) -> FilePath {
    var number = 1
    while true {
      let path = folder.appending(number == 1 ? name : "\(name)-\(number)")
      if path.withPlatformString({ mkdir($0, 0o700) }) == 0 { return path }
      guard errno == EEXIST, number < 10_000 else { throw StorageError(making: path, errno) }
      number += 1
    }
  }
}
