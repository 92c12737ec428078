import HashEngine
import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Threads for long work, with a queue of limited length that no peer can fill alone: peers take turns, and
/// when the queue is full the peer with the most waiting jobs loses its newest one.
final class JobQueue: Sendable {
  /// The nice value of job threads, so that the threads that read requests and send answers go first.
  static let niceness = 5

  private struct Job {
    /// Does the work, and returns a closure that delivers its result.
    let run: @Sendable () -> @Sendable () -> Void
    let refuse: @Sendable () -> Void
  }

  private struct State {
    /// The waiting jobs of each peer, the oldest first; the peer whose turn is next comes first.
    var queues: [(peer: Peer?, jobs: [Job])] = []
    var waiting = 0
    var running = 0

    func waiting(of peer: Peer?) -> Int { queues.first { $0.peer == peer }?.jobs.count ?? 0 }

    mutating func add(_ job: Job, of peer: Peer?) {
      waiting += 1
      if let place = queues.firstIndex(where: { $0.peer == peer }) {
        queues[place].jobs.append(job)
      } else {
        queues.append((peer, [job]))
      }
    }

    /// Takes the next job; its peer goes to the end of the row.
    mutating func next() -> Job? {
      guard !queues.isEmpty else { return nil }
      var (peer, jobs) = queues.removeFirst()
      let job = jobs.removeFirst()
      waiting -= 1
      if !jobs.isEmpty { queues.append((peer, jobs)) }
      return job
    }

    /// Removes the newest job of the peer with the most, if that has more than `peer` would then have.
    mutating func giveUp(for peer: Peer?) -> Job? {
      guard let place = queues.indices.max(by: { queues[$0].jobs.count < queues[$1].jobs.count }),
        queues[place].jobs.count > waiting(of: peer) + 1
      else { return nil }
      waiting -= 1
      return queues[place].jobs.removeLast()
    }
  }

  private let threads: NIOThreadPool
  /// How many jobs may run and wait together.
  private let maximum: Int
  private let state = Mutex(State())

  /// - Parameters:
  ///   - threads: How many jobs run at once.
  ///   - waiting: How many more jobs may wait.
  init(threads: Int, waiting: Int) {
    maximum = threads + waiting
    self.threads = NIOThreadPool(numberOfThreads: threads)
    self.threads.start()
  }

  /// How many jobs wait.
  var waiting: Int { state.withLock { $0.waiting } }

  /// Runs a job when its turn comes.
  ///
  /// - Parameters:
  ///   - deadline: The job is not started after this.
  ///   - peer: The client that the job is for; `nil` for jobs that count for no client.
  /// - Returns: The job's result, and how long it waited.
  /// - Throws: ``APIError`` 503 when too many wait, or it would begin too late.
  func run<Value: Sendable>(
    by deadline: ContinuousClock.Instant? = nil, for peer: Peer? = nil,
    _ job: @escaping @Sendable () throws -> Value
  ) async throws -> (value: Value, waited: Duration) {
    let start = ContinuousClock.now
    return try await withCheckedThrowingContinuation { continuation in
      let job = Job(
        run: {
          let now = ContinuousClock.now
          let result = Result<(value: Value, waited: Duration), any Error> {
            if let deadline, now > deadline {
              throw APIError.busy("too-late", "the request waited for longer than it may take")
            }
            return (value: try job(), waited: now - start)
          }
          return { continuation.resume(with: result) }
        }, refuse: { continuation.resume(throwing: Self.full) })
      let (isTaken, refused) = state.withLock { state -> (Bool, Job?) in
        var refused: Job?
        if state.running + state.waiting >= maximum {
          refused = state.giveUp(for: peer)
          if refused == nil { return (false, job) }
        }
        state.add(job, of: peer)
        return (true, refused)
      }
      refused?.refuse()
      if isTaken { threads.submit { _ in self.runNext() } }
    }
  }

  private static let full = APIError.busy("busy", "too many requests are waiting")

  private func runNext() {
    // A job that was dropped to make room leaves its call here without work.
    let next = state.withLock { state in
      let job = state.next()
      if job != nil { state.running += 1 }
      return job
    }
    guard let next else { return }
    // For this thread only: the threads that read requests and send answers go first, else finished answers
    // would wait while pictures are being decoded.
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, CInt(Self.niceness))
    let tell = next.run()
    // Before the result is delivered: its receiver may submit another job at once.
    state.withLock { $0.running -= 1 }
    tell()
  }
}
