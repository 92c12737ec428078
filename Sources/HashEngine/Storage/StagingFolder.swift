internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The folder inside that of a database in which a restore is prepared. There is one restore at a time; what one left
/// that was killed is removed by the next.
final class StagingFolder {
  /// Where the copy is laid.
  let path: FilePath
  /// The folder around it, which is locked; that of the copy is locked by who opens it.
  private let outer: FilePath
  private let lock: FileDescriptor

  /// - Throws: ``StorageError`` when another restore is under way.
  init(in folder: FilePath) throws(StorageError) {
    outer = folder.appending("restoring")
    path = outer.appending("copy")
    while true {
      if outer.withPlatformString({ mkdir($0, 0o700) }) != 0, errno != EEXIST {
        throw StorageError(making: outer, errno)
      }
      let open: FileDescriptor
      do {
        open = try .open(outer, .readOnly, options: [.directory, .closeOnExec, .noFollow])
      } catch {
        throw StorageError(making: outer, (error as? Errno)?.rawValue ?? EIO)
      }
      guard flock(open.rawValue, LOCK_EX | LOCK_NB) == 0 else {
        try? open.close()
        throw StorageError(.failed, "\(folder): another restore is under way; nothing was changed")
      }
      var (held, named) = (stat(), stat())
      if fstat(open.rawValue, &held) == 0, outer.withPlatformString({ lstat($0, &named) }) == 0,
        held.st_ino == named.st_ino
      {
        lock = open
        break
      }
      // One that just ended has removed it in between.
      try? open.close()
    }
    EnvironmentFiles.empty(path)
    guard path.withPlatformString({ mkdir($0, 0o700) }) == 0 || errno == EEXIST else {
      throw StorageError(making: path, errno)
    }
  }

  deinit {
    try? EnvironmentFiles.remove(path)
    _ = outer.withPlatformString { rmdir($0) }
    try? lock.close()
  }
}
