internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The two files of an environment, as they were when it was opened.
struct EnvironmentFiles: Sendable {
  private let paths: [FilePath]
  private let identities: [FileIdentity?]

  /// - Parameter folder: The environment's.
  init(in folder: FilePath) {
    paths = [Self.data(in: folder), Self.lock(in: folder)]
    identities = paths.map { FileIdentity($0) }
  }

  /// The file of the pages.
  static func data(in folder: FilePath) -> FilePath { folder.appending("data.mdb") }

  /// The file of the locks, shared by all processes that have the environment open. Processes with different ones would
  /// not see each other.
  static func lock(in folder: FilePath) -> FilePath { folder.appending("lock.mdb") }

  /// Whether the same files are at the same paths.
  var areInPlace: Bool { zip(paths, identities).allSatisfy { FileIdentity($0) == $1 } }

  /// Whether there is a file of pages at all.
  var areThere: Bool { FileIdentity(paths[0]) != nil }

  /// The size of a new lock file: room for the readers of ``Environment/Options/readers``, 64 bytes each.
  private static let lockBytes: off_t = 36_864

  /// Makes the lock file if there is none, with its blocks: LMDB maps it without, and a process that touches it on a
  /// full disk is ended by the system.
  ///
  /// - Throws: ``StorageError`` `full`. What else fails is left to LMDB, which says it better.
  static func makeLockFile(in folder: FilePath, path: String) throws(StorageError) {
    let file = lock(in: folder)
    let open: FileDescriptor
    do {
      open = try .open(
        file, .readWrite, options: [.create, .closeOnExec, .noFollow], permissions: .ownerReadWrite)
    } catch {
      if error as? Errno == .noSpace { throw StorageError(lmdb: ENOSPC, path: path) }
      return
    }
    defer { try? open.close() }
    var status = stat()
    guard fstat(open.rawValue, &status) == 0 else { return }
    let size = status.st_size == 0 ? lockBytes : status.st_size
    guard off_t(status.st_blocks) * 512 < size else { return }
    var problem = EINTR
    while problem == EINTR { problem = posix_fallocate(open.rawValue, 0, size) }
    guard problem == ENOSPC || problem == EDQUOT else { return }
    // Nobody has it open yet.
    if status.st_size == 0 { _ = file.withPlatformString { unlink($0) } }
    throw StorageError(lmdb: problem, path: path)
  }

  /// What root makes in somebody's folder belongs to them: else the service could not open its own database after an
  /// import by root.
  ///
  /// - Parameter inner: Another environment's folder in there that root has made.
  static func giveToOwner(of folder: FilePath, _ inner: FilePath? = nil) {
    var status = stat()
    guard geteuid() == 0, folder.withPlatformString({ stat($0, &status) }) == 0, status.st_uid != 0
    else { return }
    let inside = inner.map { [$0, data(in: $0)] } ?? []
    for file in [data(in: folder), lock(in: folder)] + inside {
      _ = file.withPlatformString { lchown($0, status.st_uid, status.st_gid) }
    }
  }
}
