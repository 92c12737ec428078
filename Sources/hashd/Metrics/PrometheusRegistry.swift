import CoreMetrics
import Synchronization

/// Keeps the metrics of swift-metrics, and writes them as Prometheus reads them
/// (https://prometheus.io/docs/instrumenting/exposition_formats/).
final class PrometheusRegistry: MetricsFactory, Sendable {
  /// A metric's name with its labels.
  private struct Key: Hashable {
    let name: String
    let labels: String
  }

  private struct State {
    var counters: [Key: CounterCell] = [:]
    var histograms: [Key: HistogramCell] = [:]
    var gauges: [Key: GaugeCell] = [:]
  }

  private let state = Mutex(State())

  func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    let key = Self.key(label, dimensions)
    return state.withLock { state in
      if let known = state.counters[key] { return known }
      let new = CounterCell()
      state.counters[key] = new
      return new
    }
  }

  func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    let key = Self.key(label, dimensions)
    return state.withLock { state in
      if let known = state.histograms[key] { return known }
      let new = HistogramCell()
      state.histograms[key] = new
      return new
    }
  }

  func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    let key = Self.key(label, dimensions)
    return state.withLock { state in
      if let known = state.gauges[key] { return known }
      let new = GaugeCell()
      state.gauges[key] = new
      return new
    }
  }

  /// Every metric of the daemon is a counter, a timer or a meter; a recorder keeps its last value.
  func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    GaugeRecorder(meter: makeMeter(label: label, dimensions: dimensions))
  }

  func destroyCounter(_ handler: any CounterHandler) {}
  func destroyTimer(_ handler: any TimerHandler) {}
  func destroyMeter(_ handler: any MeterHandler) {}
  func destroyRecorder(_ handler: any RecorderHandler) {}

  /// Everything, in the text format 0.0.4.
  ///
  /// - Parameter help: Help texts by the metric's name.
  func text(help: [String: String]) -> String {
    var lines = PrometheusText(help: help)
    state.withLock { state in
      for (key, cell) in state.counters {
        lines.add(key.name, .counter, "\(key.labels) \(cell.value)")
      }
      for (key, cell) in state.gauges {
        lines.add(key.name, .gauge, "\(key.labels) \(cell.value)")
      }
      for (key, cell) in state.histograms {
        let (buckets, sum, count) = cell.snapshot
        for (bound, number) in buckets {
          lines.add(
            key.name, .histogram, suffix: "_bucket",
            "\(PrometheusText.joined(key.labels, "le=\"\(bound)\"")) \(number)")
        }
        lines.add(key.name, .histogram, suffix: "_sum", "\(key.labels) \(sum)")
        lines.add(key.name, .histogram, suffix: "_count", "\(key.labels) \(count)")
      }
    }
    return lines.text
  }

  private static func key(_ label: String, _ dimensions: [(String, String)]) -> Key {
    Key(name: label, labels: PrometheusText.labels(dimensions))
  }
}

private final class CounterCell: CounterHandler, Sendable {
  private let count = Atomic<Int64>(0)

  var value: Int64 { count.load(ordering: .relaxed) }

  func increment(by amount: Int64) { count.add(amount, ordering: .relaxed) }
  func reset() { count.store(0, ordering: .relaxed) }
}

private final class GaugeCell: MeterHandler, Sendable {
  private let current = Mutex(0.0)

  var value: Double { current.withLock { $0 } }

  func set(_ value: Int64) { set(Double(value)) }
  func set(_ value: Double) { current.withLock { $0 = value } }
  func increment(by amount: Double) { current.withLock { $0 += amount } }
  func decrement(by amount: Double) { current.withLock { $0 -= amount } }
}

private final class GaugeRecorder: RecorderHandler {
  private let meter: any MeterHandler

  init(meter: any MeterHandler) { self.meter = meter }

  func record(_ value: Int64) { meter.set(value) }
  func record(_ value: Double) { meter.set(value) }
}

/// A histogram of durations.
private final class HistogramCell: TimerHandler, Sendable {
  /// The buckets' upper bounds: in nanoseconds, and as Prometheus' text in seconds.
  private static let bounds: [(nanoseconds: Int64, text: String)] = [
    (100_000, "0.0001"), (250_000, "0.00025"), (500_000, "0.0005"), (1_000_000, "0.001"),
    (2_500_000, "0.0025"), (5_000_000, "0.005"), (10_000_000, "0.01"), (25_000_000, "0.025"),
    (50_000_000, "0.05"), (100_000_000, "0.1"), (250_000_000, "0.25"), (500_000_000, "0.5"),
    (1_000_000_000, "1"), (2_500_000_000, "2.5"), (10_000_000_000, "10"),
  ]

  private struct State {
    var counts = [Int](repeating: 0, count: bounds.count + 1)
    var sum: Int64 = 0
  }

  private let state = Mutex(State())

  func recordNanoseconds(_ duration: Int64) {
    let index = Self.bounds.firstIndex { duration <= $0.nanoseconds } ?? Self.bounds.count
    state.withLock { state in
      state.counts[index] += 1
      state.sum += duration
    }
  }

  /// How many durations are within each bound, their sum in seconds, and their count.
  var snapshot: (buckets: [(bound: String, count: Int)], sum: Double, count: Int) {
    let state = state.withLock { $0 }
    var total = 0
    var buckets: [(bound: String, count: Int)] = []
    for (index, count) in state.counts.enumerated() {
      total += count
      buckets.append((index < Self.bounds.count ? Self.bounds[index].text : "+Inf", total))
    }
    return (buckets, Double(state.sum) / 1e9, total)
  }
}
