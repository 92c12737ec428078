internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A lock on a folder: shared by those who open the environment in it, exclusive for who replaces its files.
final class FolderGate: Sendable {
  enum Mode { case shared, exclusive }

  private let folder: FileDescriptor

  /// Waits until it is free. `nil` where the folder cannot be locked, as on some network file systems.
  init?(_ folder: FilePath, _ mode: Mode) {
    guard
      let open = try? FileDescriptor.open(folder, .readOnly, options: [.directory, .closeOnExec])
    else { return nil }
    guard flock(open.rawValue, mode == .shared ? LOCK_SH : LOCK_EX) == 0 else {
      try? open.close()
      return nil
    }
    self.folder = open
  }

  /// Lets the next one in; call it once.
  func open() { try? folder.close() }
}
