import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What goes to the person at the terminal rather than into the output.
enum Terminal {
  /// Whether standard error is a terminal.
  static let isInteractive = isatty(STDERR_FILENO) == 1

  /// A line on standard error.
  static func warn(_ line: String) { write(line + "\n") }

  static func write(_ text: String) {
    // When standard error is gone, there is nowhere to report that.
    _ = try? FileDescriptor.standardError.writeAll(text.utf8)
  }
}

/// One line on a terminal that says how far the work is; nothing when standard error is piped.
struct ProgressLine {
  enum Unit {
    case files, bytes
  }

  private let total: Int?
  private let unit: Unit
  private let start = ContinuousClock.now
  private var shown = ContinuousClock.now
  private var isVisible = false

  /// - Parameter total: How much there is to do; `nil` when it is not known.
  init(total: Int?, unit: Unit) {
    self.total = total
    self.unit = unit
  }

  mutating func update(_ done: Int) {
    let now = ContinuousClock.now
    guard Terminal.isInteractive, now - shown >= .milliseconds(100) else { return }
    shown = now
    let seconds = max((now - start) / .seconds(1), 0.001)
    let rate = Double(done) / seconds
    var line = Self.text(done, unit)
    if let total { line += " of \(Self.text(total, unit))" }
    line += unit == .files ? " files, " : ", "
    line += "\(Self.text(Int(rate), unit)) a second"
    if let total, rate > 0, done < total {
      line += ", \(Self.clock(Int(Double(total - done) / rate))) left"
    }
    Terminal.write("\r\u{1B}[K" + line)
    isVisible = true
  }

  /// Removes the line, to make way for other output.
  mutating func clear() {
    guard isVisible else { return }
    Terminal.write("\r\u{1B}[K")
    isVisible = false
  }

  private static func text(_ amount: Int, _ unit: Unit) -> String {
    switch unit {
    case .files: "\(amount)"
    case .bytes: "\(amount / 1_000_000).\(amount / 100_000 % 10) MB"
    }
  }

  private static func clock(_ seconds: Int) -> String {
    let (minutes, rest) = (seconds / 60, seconds % 60)
    let padded = rest < 10 ? "0\(rest)" : "\(rest)"
    if minutes < 60 { return "\(minutes):\(padded)" }
    let (hours, left) = (minutes / 60, minutes % 60)
    return "\(hours):" + (left < 10 ? "0\(left)" : "\(left)") + ":\(padded)"
  }
}
