import Logging
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where log lines go: standard error, or a file that can be opened anew after it was moved away. Says how much is
/// logged, and how; both can change while the daemon runs.
final class LogOutput: Sendable {
  private struct State {
    var descriptor: FileDescriptor
    var format: Settings.LogFormat
    var level: Logger.Level
    /// Lines that could not be written since the last one that was.
    var lost = 0
  }

  private let state: Mutex<State>

  /// - Throws: ``StartError`` when the file cannot be written.
  init(_ settings: Settings) throws(StartError) {
    state = Mutex(
      State(
        descriptor: try Self.descriptor(settings.logFile), format: settings.logFormat,
        level: settings.logLevel))
  }

  var format: Settings.LogFormat { state.withLock { $0.format } }

  /// Lines below it are not written.
  var level: Logger.Level { state.withLock { $0.level } }

  /// Writes a whole line at once, so that lines do not mix.
  ///
  /// A log that cannot be written is no reason to refuse pictures, nor is one that takes nothing more at the moment, as a
  /// pipe that nobody reads: lines are left out then, and counted.
  func write(_ line: String) {
    state.withLock { state in
      guard Self.takes(state.descriptor) else {
        state.lost += 1
        return
      }
      if state.lost > 0 {
        let told = "\(state.lost) lines are missing here: the log could not be written\n"
        state.lost = 0
        _ = try? state.descriptor.writeAll(told.utf8)
      }
      _ = try? state.descriptor.writeAll(line.utf8)
    }
  }

  private static func takes(_ file: FileDescriptor) -> Bool {
    var wanted = pollfd(fd: file.rawValue, events: Int16(POLLOUT), revents: 0)
    return poll(&wanted, 1, 0) > 0
  }

  /// Opens the file by its name again, and takes over how much is logged.
  ///
  /// - Throws: ``StartError``; lines then still go into the old file.
  func reopen(_ settings: Settings) throws(StartError) {
    let new = try Self.descriptor(settings.logFile)
    let old = state.withLock { state in
      let old = state.descriptor
      state = State(descriptor: new, format: settings.logFormat, level: settings.logLevel)
      return old
    }
    if old != .standardError { try? old.close() }
  }

  private static func descriptor(_ path: FilePath?) throws(StartError) -> FileDescriptor {
    try path.map { path throws(StartError) in try open(path) } ?? .standardError
  }

  private static func open(_ path: FilePath) throws(StartError) -> FileDescriptor {
    do {
      return try FileDescriptor.open(
        path, .writeOnly, options: [.create, .append, .closeOnExec, .noFollow],
        permissions: [.ownerReadWrite, .groupRead])
    } catch {
      throw StartError("log.file: \(path): cannot be opened: \(error)")
    }
  }
}
