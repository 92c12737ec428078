/// What came of requests.
struct Tally: Sendable {
  /// Microseconds from the first byte sent to the last one received, of each answer.
  private(set) var latencies: [Int] = []
  /// The daemon's own share of each answer that tells its timings.
  private(set) var ownShares: [Int] = []
  private(set) var statuses: [Int: Int] = [:]
  private(set) var timings = Answer.Timings()
  /// Requests without an answer.
  var failures = 0
  /// What kept a connection from going on.
  var problem: String?

  mutating func reserve(_ count: Int) {
    latencies.reserveCapacity(count)
    ownShares.reserveCapacity(count)
  }

  mutating func add(_ answer: Answer, after time: Duration) {
    latencies.append(Int(time / .microseconds(1)))
    statuses[answer.status, default: 0] += 1
    guard answer.timings.total > 0 else { return }
    ownShares.append(answer.timings.own)
    timings += answer.timings
  }

  mutating func add(_ other: Tally) {
    latencies += other.latencies
    ownShares += other.ownShares
    statuses.merge(other.statuses, uniquingKeysWith: +)
    timings += other.timings
    failures += other.failures
    problem = problem ?? other.problem
  }
}
