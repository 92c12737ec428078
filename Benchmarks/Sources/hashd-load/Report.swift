import Glibc

/// A tally, as one object of JSON.
struct Report {
  let json: String

  init(_ tally: Tally, seconds: Double) {
    let (latencies, shares) = (tally.latencies.sorted(), tally.ownShares.sorted())
    let mean = shares.isEmpty ? 0 : Double(shares.reduce(0, +)) / Double(shares.count)
    let statuses = tally.statuses.sorted { $0.key < $1.key }.map { ("\($0.key)", "\($0.value)") }
    json = Self.object([
      ("requests", "\(latencies.count)"),
      ("failures", "\(tally.failures)"),
      ("problem", tally.problem.map { "\"\($0)\"" } ?? "null"),
      ("seconds", Self.number(seconds)),
      ("per_second", Self.number(Double(latencies.count) / seconds)),
      (
        "latency_us",
        Self.object([
          ("p50", "\(Self.quantile(0.5, of: latencies))"),
          ("p90", "\(Self.quantile(0.9, of: latencies))"),
          ("p99", "\(Self.quantile(0.99, of: latencies))"),
          ("max", "\(latencies.last ?? 0)"),
        ])
      ),
      ("statuses", Self.object(statuses)),
      (
        "sums",
        Self.object([
          ("queue_us", "\(tally.timings.queue)"), ("decode_us", "\(tally.timings.decode)"),
          ("lookup_us", "\(tally.timings.lookup)"), ("total_us", "\(tally.timings.total)"),
        ])
      ),
      (
        "own_share_us",
        Self.object([
          ("mean", Self.number(mean)), ("p50", "\(Self.quantile(0.5, of: shares))"),
          ("p99", "\(Self.quantile(0.99, of: shares))"),
        ])
      ),
      ("cpu_seconds", Self.number(Self.cpuSeconds)),
    ])
  }

  private static func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { name, value in "\"\(name)\":\(value)" }.joined(separator: ",") + "}"
  }

  private static func number(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }

  private static func quantile(_ part: Double, of sorted: [Int]) -> Int {
    sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(part * Double(sorted.count)))]
  }

  /// What this process has used of the processor.
  private static var cpuSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
