import Glibc
import Synchronization

/// Requests that many connections send, in turn, until all are answered.
final class Load: Sendable {
  private let socket: String
  private let requests: [PreparedRequest]
  private let count: Int
  private let next = Atomic(0)
  private let tallies = Mutex<[Tally]>([])

  init(socket: String, requests: [PreparedRequest], count: Int) {
    self.socket = socket
    self.requests = requests
    self.count = count
  }

  /// Runs to its end.
  func run(connections: Int) -> Tally {
    let threads = (0..<connections).map { _ in Thread { self.work() } }
    for thread in threads { thread.join() }
    return tallies.withLock { $0.reduce(into: Tally()) { $0.add($1) } }
  }

  /// One connection's part.
  private func work() {
    var tally = Tally()
    tally.reserve(count)
    while hasMore {
      do throws(ConnectionError) {
        var connection = try Connection(to: socket)
        while let request = takeRequest() {
          let start = ContinuousClock.now
          let answer: Answer
          do throws(ConnectionError) {
            answer = try connection.ask(request)
          } catch {
            tally.failures += 1
            throw error
          }
          tally.add(answer, after: ContinuousClock.now - start)
        }
      } catch ConnectionError.closed {
        // The daemon may close after an error; the next request goes over a new connection.
      } catch {
        tally.problem = "\(error)"
        break
      }
    }
    let done = tally
    tallies.withLock { $0.append(done) }
  }

  private var hasMore: Bool { next.load(ordering: .relaxed) < count }

  private func takeRequest() -> PreparedRequest? {
    let number = next.add(1, ordering: .relaxed).oldValue
    return number < count ? requests[number % requests.count] : nil
  }
}
