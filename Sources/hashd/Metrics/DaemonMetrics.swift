import CoreMetrics
import HashEngine
import Metrics

/// The daemon's metrics.
struct DaemonMetrics: Sendable {
  private let registry = PrometheusRegistry()
  private let duration: Timer
  private let decoding: Timer
  private let lookup: Timer
  private let queue: Timer

  private static let help = [
    "hashd_requests_total": "Requests answered, by endpoint, status and outcome.",
    "hashd_request_seconds": "From a request's header to its answer.",
    "hashd_decode_seconds": "Decoding and hashing a picture.",
    "hashd_lookup_seconds": "Searching the lists.",
    "hashd_queue_seconds": "Waiting for a worker.",
    "hashd_matches_total": "Matches found, by list and what it means.",
    "hashd_not_scanned_total": "Pictures that were not scanned, by reason.",
    "hashd_decoders_lost_total": "Decoders that were lost, by what became of their picture.",
    "hashd_list_serial": "A list's serial; it grows with every change.",
    "hashd_list_entries": "Entries of a list.",
    "hashd_list_age_seconds": "Seconds since the last import into a list, or since it was made.",
    "hashd_list_stale": "Whether a list is older than it may be: 1, else 0.",
    "hashd_list_expired":
      "Whether a list is no longer compared because its time is over: 1, else 0.",
    "hashd_lists_in_force": "Lists that a picture can match.",
    "hashd_queue_waiting": "Requests that wait for a worker.",
    "hashd_body_bytes": "Bytes of request bodies held now.",
    "hashd_connections": "Connections that are open.",
  ]

  private let connections: Connections

  init(connections: Connections) {
    self.connections = connections
    duration = Timer(label: "hashd_request_seconds", factory: registry)
    decoding = Timer(label: "hashd_decode_seconds", factory: registry)
    lookup = Timer(label: "hashd_lookup_seconds", factory: registry)
    queue = Timer(label: "hashd_queue_seconds", factory: registry)
    // There from the start, at 0: a counter that only comes with its first event hides that event from alerts.
    for code in ImageError.Code.allCases {
      counter("hashd_not_scanned_total", code).increment(by: 0)
      counter("hashd_decoders_lost_total", code).increment(by: 0)
    }
  }

  func answered(_ notes: Exchange.Notes, status: Int, in total: Duration) {
    // A lookup's verdict, such as 2/5, counts as looked_up: each pair of numbers would be its own series.
    let outcome =
      notes.errorCode ?? notes.verdict.map { $0.contains("/") ? "looked_up" : $0 } ?? "done"
    Counter(
      label: "hashd_requests_total",
      dimensions: [
        ("endpoint", notes.endpoint ?? "unknown"), ("status", "\(status)"), ("outcome", outcome),
      ], factory: registry
    ).increment()
    duration.record(duration: total)
    if let time = notes.waited { queue.record(duration: time) }
    if let time = notes.decoding { decoding.record(duration: time) }
    if let time = notes.lookup { lookup.record(duration: time) }
  }

  func matched(_ matches: [Match]) {
    for match in matches where !match.isExcused {
      Counter(
        label: "hashd_matches_total",
        dimensions: [("list", match.list), ("meaning", match.meaning.rawValue)], factory: registry
      ).increment()
    }
  }

  func notScanned(_ reason: ImageError) {
    counter("hashd_not_scanned_total", reason.code).increment()
  }

  func decoderLost(_ reason: ImageError) {
    counter("hashd_decoders_lost_total", reason.code).increment()
  }

  private func counter(_ label: String, _ reason: ImageError.Code) -> Counter {
    Counter(label: label, dimensions: [("reason", reason.rawValue)], factory: registry)
  }

  /// All of it as Prometheus reads it.
  ///
  /// - Parameter states: Of the same lists; both are empty where the database cannot be read.
  func text(
    lists: [HashList], states: [ListVersion], waiting: Int, bytesInFlight: Int
  ) -> String {
    // Lists come and go, so their metrics are read at this moment and not kept.
    var current = PrometheusText(help: Self.help)
    let now = Timestamp.now
    for list in lists {
      let labels = PrometheusText.labels([("list", list.name)])
      current.add("hashd_list_serial", .gauge, "\(labels) \(list.serial)")
      current.add("hashd_list_entries", .gauge, "\(labels) \(list.count)")
      current.add(
        "hashd_list_age_seconds", .gauge, "\(labels) \(list.age(at: now).components.seconds)")
      current.add("hashd_list_stale", .gauge, "\(labels) \(list.isStale(at: now) ? 1 : 0)")
    }
    for state in states {
      let labels = PrometheusText.labels([("list", state.name)])
      current.add("hashd_list_expired", .gauge, "\(labels) \(state.isExpired ? 1 : 0)")
    }
    let inForce = states.count(where: \.canMatch)
    current.add("hashd_lists_in_force", .gauge, " \(inForce)")
    current.add("hashd_queue_waiting", .gauge, " \(waiting)")
    current.add("hashd_body_bytes", .gauge, " \(bytesInFlight)")
    current.add("hashd_connections", .gauge, " \(connections.count)")
    return registry.text(help: Self.help) + current.text
  }
}
