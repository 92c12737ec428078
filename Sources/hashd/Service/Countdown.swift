import Synchronization

/// Runs an action once, when ``count()`` has been called a given number of times.
final class Countdown: Sendable {
  private let left: Atomic<Int>
  private let action: @Sendable () -> Void

  init(_ count: Int, action: @escaping @Sendable () -> Void) {
    left = Atomic(count)
    self.action = action
  }

  func count() {
    if left.subtract(1, ordering: .relaxed).newValue == 0 { action() }
  }
}
