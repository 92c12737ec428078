internal import CLinux
internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A file that gets its name when it is complete. Whatever ends the process before leaves nothing behind, where the file
/// system can do that; elsewhere a file with a name of its own.
final class NewFile {
  let file: FileDescriptor
  /// The name that it has meanwhile; `nil` where it needs none.
  private var temporary: FilePath?

  /// - Parameter folder: One of the file system in which it will be named.
  /// - Throws: ``StorageError``.
  init(in folder: FilePath) throws(StorageError) {
    let descriptor = folder.withPlatformString { clinux_unnamed_file($0) }
    if descriptor >= 0 {
      file = FileDescriptor(rawValue: descriptor)
      return
    }
    guard errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL else {
      throw StorageError(making: folder, errno)
    }
    let path = folder.appending(".hashscan-\(getpid())-\(UInt32.random(in: 0 ... .max))")
    do {
      file = try .open(
        path, .readWrite, options: [.create, .exclusiveCreate, .closeOnExec],
        permissions: .ownerReadWrite)
    } catch {
      throw StorageError(making: path, (error as? Errno)?.rawValue ?? EIO)
    }
    temporary = path
  }

  deinit {
    if let temporary { _ = temporary.withPlatformString { unlink($0) } }
    try? file.close()
  }

  /// Names it, once its bytes are on the disk.
  func name(_ path: FilePath) throws(StorageError) {
    guard fsync(file.rawValue) == 0 else { throw StorageError(making: path, errno) }
    let isNamed = path.withPlatformString { path in
      temporary?.withPlatformString { link($0, path) == 0 }
        ?? (clinux_name_file(file.rawValue, path) == 0)
    }
    guard isNamed else { throw StorageError(making: path, errno) }
  }
}

extension StorageError {
  /// A file or folder could not be made.
  init(making path: FilePath, _ code: CInt) {
    let reason = Errno(rawValue: code)
    switch code {
    case ENOSPC, EDQUOT, EFBIG: self.init(.full, "cannot make \(path): no room left")
    case EACCES, EPERM, EROFS: self.init(.notPermitted, "cannot make \(path): \(reason)")
    case EEXIST, ENOTEMPTY: self.init(.notADatabase, "\(path): is there already; name a new folder")
    default: self.init(.failed, "cannot make \(path): \(reason)")
    }
  }
}
