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

  /// How much there is to do; `nil` as long as it is not known.
  var total: Int?
  private let unit: Unit
  private let isShown: Bool
  private let start = ContinuousClock.now
  private var shown = ContinuousClock.now
  /// The text that stands there now.
  private var line: String?

  /// - Parameters:
  ///   - total: How much there is to do; `nil` when it is not known yet.
  ///   - isShown: Whether there is a line at all.
  init(total: Int?, unit: Unit, isShown: Bool = Terminal.isInteractive) {
    self.total = total
    self.unit = unit
    self.isShown = isShown
  }

  mutating func update(_ done: Int) {
    let now = ContinuousClock.now
    guard isShown, now - shown >= .milliseconds(100) else { return }
    shown = now
    let seconds = max((now - start) / .seconds(1), 0.001)
    let rate = Double(done) / seconds
    var line = Self.text(done, unit)
    if let total { line += " of \(Self.text(total, unit))" }
    line += unit == .files ? (total ?? done == 1 ? " file, " : " files, ") : ", "
    line += "\(Self.text(Int(rate), unit)) a second"
    if let total, rate > 0, done < total {
      line += ", \(Self.clock(Int(Double(total - done) / rate))) left"
    }
    draw(line)
  }

  /// Prints lines of output above it; it stays the last line of the terminal.
  mutating func interrupt(by lines: [String]) {
    guard !lines.isEmpty else { return }
    let line = line
    clear()
    for line in lines { Output.print(line) }
    if let line { draw(line) }
  }

  /// Removes the line, when the work is done.
  mutating func clear() {
    guard line != nil else { return }
    Terminal.write("\r\u{1B}[K")
    line = nil
  }

  private mutating func draw(_ text: String) {
    Terminal.write("\r\u{1B}[K" + text)
    line = text
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
