/// Lines of Prometheus' text format, grouped by metric.
struct PrometheusText {
  enum Kind: String { case counter, gauge, histogram }

  private let help: [String: String]
  private var metrics: [String: (kind: Kind, lines: [String])] = [:]

  init(help: [String: String]) { self.help = help }

  /// - Parameter rest: Labels and value.
  mutating func add(_ name: String, _ kind: Kind, suffix: String = "", _ rest: String) {
    metrics[name, default: (kind, [])].lines.append("\(name)\(suffix)\(rest)")
  }

  var text: String {
    metrics.sorted { $0.key < $1.key }.map { name, metric in
      let help = help[name].map { "# HELP \(name) \($0)\n" } ?? ""
      // The lines of a histogram keep their order: its buckets grow.
      let lines = metric.kind == .histogram ? metric.lines : metric.lines.sorted()
      return help + "# TYPE \(name) \(metric.kind.rawValue)\n"
        + lines.map { $0 + "\n" }.joined()
    }.joined()
  }

  /// `{a="b",…}`; empty when there are no labels.
  static func labels(_ dimensions: [(String, String)]) -> String {
    guard !dimensions.isEmpty else { return "" }
    let texts = dimensions.map { name, value in "\(name)=\"\(escaped(value))\"" }
    return "{" + texts.joined(separator: ",") + "}"
  }

  /// Labels with one more.
  static func joined(_ labels: String, _ label: String) -> String {
    labels.isEmpty ? "{\(label)}" : "\(labels.dropLast()),\(label)}"
  }

  private static func escaped(_ value: String) -> String {
    value.map { character in
      switch character {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\n": "\\n"
      default: String(character)
      }
    }.joined()
  }
}
