import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where log lines go: standard error, or a file that can be reopened after it was moved away.
final class LogOutput: Sendable {
  private let path: FilePath?
  private let descriptor: Mutex<FileDescriptor>

  /// - Throws: ``StartError`` when the file cannot be written.
  init(_ path: FilePath?) throws(StartError) {
    self.path = path
    descriptor = Mutex(
      try path.map { path throws(StartError) in try Self.open(path) } ?? .standardError)
  }

  /// Writes a whole line at once, so that lines do not mix.
  func write(_ line: String) {
    // A log that cannot be written is no reason to refuse pictures.
    descriptor.withLock { descriptor in _ = try? descriptor.writeAll(line.utf8) }
  }

  /// Opens the file by its name again.
  ///
  /// - Throws: ``StartError``; lines then still go into the old file.
  func reopen() throws(StartError) {
    guard let path else { return }
    let new = try Self.open(path)
    let old = descriptor.withLock { descriptor in
      let old = descriptor
      descriptor = new
      return old
    }
    try? old.close()
  }

  private static func open(_ path: FilePath) throws(StartError) -> FileDescriptor {
    do {
      return try FileDescriptor.open(
        path, .writeOnly, options: [.create, .append, .closeOnExec, .noFollow],
        permissions: [.ownerReadWrite, .groupRead])
    } catch {
      throw StartError("\(path): \(error)")
    }
  }
}
