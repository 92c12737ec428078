import HashEngine
import NIOPosix
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Threads for what takes long, with a queue that does not grow without end and is nobody's alone: peers take
/// turns, and when it is full the one with the most jobs in it makes room.
final class JobQueue: Sendable {
  /// By how much jobs give way to the threads that read requests and send answers.
  static let niceness = 5

  private struct Job {
    /// Does the work, and gives what tells of its result.
    let run: @Sendable () -> @Sendable () -> Void
    let refuse: @Sendable () -> Void
  }

  private struct State {
    /// Jobs that wait, the oldest first; the peer whose turn is next stands first.
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

    /// The next job, whose peer goes to the end of the row.
    mutating func next() -> Job? {
      guard !queues.isEmpty else { return nil }
      var (peer, jobs) = queues.removeFirst()
      let job = jobs.removeFirst()
      waiting -= 1
      if !jobs.isEmpty { queues.append((peer, jobs)) }
      return job
    }

    /// The newest job of the peer with the most, if that has more than another would have.
    mutating func giveUp(for peer: Peer?) -> Job? {
      guard let place = queues.indices.max(by: { queues[$0].jobs.count < queues[$1].jobs.count }),
        queues[place].jobs.count > waiting(of: peer) + 1
      else { return nil }
      waiting -= 1
      return queues[place].jobs.removeLast()
    }
  }

  private let threads: NIOThreadPool
  /// Jobs at work and waiting together.
  private let maximum: Int
  private let state = Mutex(State())

  /// - Parameters:
  ///   - threads: Jobs at work at once.
  ///   - waiting: Jobs that may wait besides.
  init(threads: Int, waiting: Int) {
    maximum = threads + waiting
    self.threads = NIOThreadPool(numberOfThreads: threads)
    self.threads.start()
  }

  /// Jobs that wait.
  var waiting: Int { state.withLock { $0.waiting } }

  /// Runs a job when its turn comes.
  ///
  /// - Parameters:
  ///   - deadline: After this it is not begun.
  ///   - peer: On whose behalf; `nil` for the daemon's own.
  /// - Returns: What it made, and how long it waited.
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
              throw APIError.busy("too-late", "it waited for longer than a request may take")
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
    // One that made room for another has left nothing to do.
    let next = state.withLock { state in
      let job = state.next()
      if job != nil { state.running += 1 }
      return job
    }
    guard let next else { return }
    // Of the calling thread only: who reads requests and sends answers goes first, else finished answers
    // wait for pictures that are being decoded.
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, CInt(Self.niceness))
    let tell = next.run()
    // First: whoever hears of it may ask again at once.
    state.withLock { $0.running -= 1 }
    tell()
  }
}
