import Dispatch
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Runs something on a thread of its own.
func startThread(_ body: @escaping @Sendable () -> Void) {
  final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }
  var thread = pthread_t()
  let context = Unmanaged.passRetained(Body(body)).toOpaque()
  let result = pthread_create(
    &thread, nil,
    { context in
      // What was retained for this thread.
      if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
      return nil
    }, context)
  guard result == 0 else {
    // No thread could be started: it runs on this one.
    Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
    return
  }
  pthread_detach(thread)
}

/// Runs an action when the last of a number of threads has ended.
final class RunningThreads: Sendable {
  private let left: Atomic<Int>
  private let action: @Sendable () -> Void

  init(_ count: Int, action: @escaping @Sendable () -> Void) {
    left = Atomic(count)
    self.action = action
  }

  func ended() {
    if left.subtract(1, ordering: .relaxed).newValue == 0 { action() }
  }
}

extension DispatchSemaphore {
  /// A semaphore that lets so many pass before others must leave.
  ///
  /// One that is made with that value ends the process if it goes away while some are still in.
  static func withRoom(for count: Int) -> DispatchSemaphore {
    let semaphore = DispatchSemaphore(value: 0)
    for _ in 0..<max(1, count) { semaphore.signal() }
    return semaphore
  }
}
