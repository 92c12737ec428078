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
    "hashd_list_age_seconds": "Seconds since a list was last changed.",
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

  func notScanned(_ reason: ImageError) { count("hashd_not_scanned_total", reason) }

  func decoderLost(_ reason: ImageError) { count("hashd_decoders_lost_total", reason) }

  private func count(_ label: String, _ reason: ImageError) {
    Counter(
      label: label, dimensions: [("reason", reason.code.rawValue)], factory: registry
    ).increment()
  }

  /// All of it as Prometheus reads it.
  ///
  /// - Parameter changed: When the list was last changed.
  func text(
    lists: [(list: HashList, changed: Timestamp?)], waiting: Int, bytesInFlight: Int
  ) -> String {
    // Lists come and go, so their metrics are read at this moment and not kept.
    var current = PrometheusText(help: Self.help)
    for (list, changed) in lists {
      let labels = PrometheusText.labels([("list", list.name)])
      current.add("hashd_list_serial", .gauge, "\(labels) \(list.serial)")
      current.add("hashd_list_entries", .gauge, "\(labels) \(list.count)")
      if let changed {
        current.add(
          "hashd_list_age_seconds", .gauge,
          "\(labels) \(max(0, Timestamp.now.seconds - changed.seconds))")
      }
    }
    current.add("hashd_queue_waiting", .gauge, " \(waiting)")
    current.add("hashd_body_bytes", .gauge, " \(bytesInFlight)")
    current.add("hashd_connections", .gauge, " \(connections.count)")
    return registry.text(help: Self.help) + current.text
  }
}
