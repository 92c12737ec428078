import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The path of a Unix socket, claimed by one daemon.
final class SocketFile: Sendable {
  let path: FilePath
  /// Held as long as the path is claimed, so that of two daemons that start at once only one gets it.
  private let lock: FileDescriptor
  private let isRemoved = Atomic(false)

  /// Claims the path, and removes a socket that a killed daemon left there.
  ///
  /// - Throws: ``StartError`` when a daemon answers there, or something else is in the way.
  init(claiming path: FilePath) throws(StartError) {
    self.path = path
    lock = try Self.lock(at: path)
    do throws(StartError) {
      try Self.clear(path)
    } catch {
      Self.unlock(lock, at: path)
      throw error
    }
  }

  /// Gives the path up, once only: what others put there afterwards stays.
  func remove() {
    guard !isRemoved.exchange(true, ordering: .relaxed) else { return }
    _ = path.withPlatformString { unlink($0) }
    Self.unlock(lock, at: path)
  }

  private static func clear(_ path: FilePath) throws(StartError) {
    var status = stat()
    guard path.withPlatformString({ lstat($0, &status) }) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw StartError("cannot listen on \(path): it exists, and is not a socket")
    }
    guard try !isAnswered(path) else {
      throw StartError("cannot listen on \(path): a daemon is running there")
    }
    guard path.withPlatformString({ unlink($0) }) == 0 else {
      throw StartError("cannot remove the old socket \(path)", errno: errno)
    }
  }

  private static func lockPath(of path: FilePath) -> FilePath { FilePath(path.string + ".lock") }

  private static func lock(at path: FilePath) throws(StartError) -> FileDescriptor {
    let file = lockPath(of: path)
    while true {
      let lock: FileDescriptor
      do {
        lock = try FileDescriptor.open(
          file, .readWrite, options: [.create, .closeOnExec, .noFollow],
          permissions: [.ownerReadWrite])
      } catch {
        throw StartError("cannot lock \(file): \(error)")
      }
      guard flock(lock.rawValue, LOCK_EX | LOCK_NB) == 0 else {
        try? lock.close()
        throw StartError("cannot listen on \(path): a daemon is running there")
      }
      // A daemon that was just ending may have removed the file in between: then this lock protects nothing.
      var (held, named) = (stat(), stat())
      if fstat(lock.rawValue, &held) == 0, file.withPlatformString({ stat($0, &named) }) == 0,
        held.st_ino == named.st_ino
      {
        return lock
      }
      try? lock.close()
    }
  }

  private static func unlock(_ lock: FileDescriptor, at path: FilePath) {
    // Removed before the lock is released, so that nobody locks a file that is about to be removed.
    _ = lockPath(of: path).withPlatformString { unlink($0) }
    try? lock.close()
  }

  private static func isAnswered(_ path: FilePath) throws(StartError) -> Bool {
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw StartError("cannot look at \(path)", errno: errno) }
    defer { close(descriptor) }
    guard let address = UnixAddress(path.string) else {
      throw StartError("\(path): too long for a socket's path")
    }
    return address.withPointer { connect(descriptor, $0, $1) == 0 }
  }
}
