import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Holds reading back to so many bytes a second, all threads together.
final class Pace: Sendable {
  private let bytesPerSecond: Double?
  /// When the next read may begin.
  private let next = Mutex(ContinuousClock.now)

  /// - Parameter bytesPerSecond: `nil` for as fast as it goes.
  init(bytesPerSecond: Int?) { self.bytesPerSecond = bytesPerSecond.map { Double($0) } }

  /// Waits until so many bytes may be read.
  func wait(for bytes: Int) {
    guard let bytesPerSecond else { return }
    let turn = next.withLock { next in
      let turn = max(next, .now)
      next = turn + .seconds(Double(bytes) / bytesPerSecond)
      return turn
    }
    let left = turn - .now
    guard left > .zero else { return }
    let (seconds, attoseconds) = left.components
    var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    nanosleep(&time, nil)
  }

  /// Gives way to whatever else wants the processor or the disk: this process, and those that it starts from now on.
  static func giveWay() {
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
  }
}
