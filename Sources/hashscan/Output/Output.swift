import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Standard output. A line that could not be written is an error of the command, not a line that nobody misses: a full
/// disk must not look like "nothing found".
enum Output {
  private struct State {
    var waiting: [UInt8] = []
    var lastWrite = ContinuousClock.now
    var problem: Errno?
  }

  private static let state = Mutex(State())
  private static let isTerminal = isatty(STDOUT_FILENO) == 1
  private static let mostWaiting = 1 << 15

  /// Prints a line. Lines are written together, at a terminal and after a while each at once.
  static func print(_ line: some CustomStringConvertible) {
    state.withLock { state in
      state.waiting += line.description.utf8
      state.waiting.append(UInt8(ascii: "\n"))
      guard
        isTerminal || state.waiting.count >= mostWaiting
          || ContinuousClock.now - state.lastWrite > .milliseconds(200)
      else { return }
      write(&state)
    }
  }

  /// Whether something could not be written, so that it makes no sense to go on.
  static var isBroken: Bool { state.withLock { $0.problem != nil } }

  /// Writes what waits; every command ends with it.
  ///
  /// - Throws: ``Failure`` when something could not be written, now or before.
  static func finish() throws(Failure) {
    let problem = state.withLock { state in
      write(&state)
      return state.problem
    }
    if let problem { throw Failure("the output could not be written: \(problem)") }
  }

  private static func write(_ state: inout State) {
    defer {
      state.waiting.removeAll(keepingCapacity: true)
      state.lastWrite = .now
    }
    guard state.problem == nil, !state.waiting.isEmpty else { return }
    do {
      try FileDescriptor.standardOutput.writeAll(state.waiting)
    } catch {
      state.problem = error as? Errno ?? .ioError
    }
  }
}
