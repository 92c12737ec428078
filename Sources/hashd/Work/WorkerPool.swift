import HashEngine
import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Threads for what takes long, with a queue that does not grow without end.
final class WorkerPool: Sendable {
  private static let niceness: CInt = 5

  private let threads: NIOThreadPool
  /// Jobs at work and waiting together.
  private let most: Int
  private let jobs = Atomic(0)
  private let workers: Int

  init(workers: Int, queue: Int) {
    self.workers = workers
    most = workers + queue
    threads = NIOThreadPool(numberOfThreads: workers)
    threads.start()
  }

  /// Jobs that wait.
  var waiting: Int { max(0, jobs.load(ordering: .relaxed) - workers) }

  /// Runs a job when its turn comes.
  ///
  /// - Parameter deadline: After this it is not begun.
  /// - Returns: What it made, and how long it waited.
  /// - Throws: ``APIError`` 503 when too many wait, or it would begin too late.
  func run<Value: Sendable>(
    by deadline: ContinuousClock.Instant? = nil, _ job: @escaping @Sendable () throws -> Value
  ) async throws -> (value: Value, waited: Duration) {
    guard jobs.add(1, ordering: .relaxed).newValue <= most else {
      jobs.subtract(1, ordering: .relaxed)
      throw APIError.busy("busy", "too many requests are waiting")
    }
    let start = ContinuousClock.now
    return try await withCheckedThrowingContinuation { continuation in
      threads.submit { state in
        // Of the calling thread only: who reads requests and sends answers goes first, else finished answers
        // wait for pictures that are being decoded.
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
        let now = ContinuousClock.now
        let result = Result<(value: Value, waited: Duration), any Error> {
          guard state == .active else { throw APIError.busy("stopping", "the daemon is stopping") }
          if let deadline, now > deadline {
            throw APIError.busy("too-late", "it waited for longer than a request may take")
          }
          return (value: try job(), waited: now - start)
        }
        self.jobs.subtract(1, ordering: .relaxed)
        continuation.resume(with: result)
      }
    }
  }
}
