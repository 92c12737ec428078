internal import Glibc

/// A thread that can be waited for: LMDB ties a writer to its thread.
public final class JoinableThread: @unchecked Sendable {
  private let body: @Sendable () -> Void
  private var handle = pthread_t()

  public init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  /// Begins; whoever starts it joins it as well.
  public func start() {
    pthread_create(
      &handle, nil,
      { context in
        context.map { Unmanaged<JoinableThread>.fromOpaque($0).takeUnretainedValue().body() }
        return nil
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  public func join() { pthread_join(handle, nil) }
}
