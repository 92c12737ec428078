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
  private static let isFlushing = Atomic(false)
  private static let longestWait = Duration.milliseconds(200)
  private static let isTerminal = isatty(STDOUT_FILENO) == 1
  private static let mostWaiting = 1 << 15

  /// Prints a line. Lines are written together, at a terminal each at once, and none waits for long: whoever reads along
  /// may be waiting for it.
  static func print(_ line: some CustomStringConvertible) {
    let isWaiting = state.withLock { state in
      state.waiting += line.description.utf8
      state.waiting.append(UInt8(ascii: "\n"))
      let isDue =
        isTerminal || state.waiting.count >= mostWaiting
        || ContinuousClock.now - state.lastWrite > longestWait
      if isDue { write(&state) }
      return !isDue
    }
    if isWaiting, !isFlushing.exchange(true, ordering: .relaxed) {
      startThread {
        while true {
          usleep(200_000)
          flush()
        }
      }
    }
  }

  /// Writes what waits.
  static func flush() { state.withLock { write(&$0) } }

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
