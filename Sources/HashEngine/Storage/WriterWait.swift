internal import Dispatch
package import Synchronization

/// Tells somebody that a writer waits for another one, which may take long: LMDB waits without a word.
package final class WriterWait: Sendable {
  /// Called when a writer of this process has waited for two seconds; `nil` for nothing.
  package static let onWait = Mutex<(@Sendable () -> Void)?>(nil)

  private let isOver = Atomic(false)

  init() {
    guard Self.onWait.withLock({ $0 != nil }) else { return }
    DispatchQueue.global().asyncAfter(deadline: .now() + 2) { [self] in
      guard !isOver.load(ordering: .relaxed) else { return }
      Self.onWait.withLock { $0 }?()
    }
  }

  func end() { isOver.store(true, ordering: .relaxed) }
}
