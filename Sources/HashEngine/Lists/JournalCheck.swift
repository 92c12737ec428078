/// Checks the journal's lines against each other and against the receipts.
struct JournalCheck {
  private struct Change: Hashable {
    let list: String
    let receipt: Int
  }

  private var problems: [String] = []
  private var previous = Journal.beginning
  private var next = 1
  /// The line of the last restore.
  private(set) var restored: Int?
  /// The journal's line for each change, with the receipt's digest; only for lists that still exist.
  private var changes: [Change: (line: Int, digest: String)] = [:]

  mutating func take(_ number: Int, _ text: String) {
    let bytes = Array(text.utf8)
    if number != next {
      problems.append(
        number == next + 1 ? "line \(next): missing" : "lines \(next) to \(number - 1): missing")
    }
    next = number + 1
    defer { previous = Journal.digest(bytes) }
    guard let line = JSONText.decode(JournalLine.self, bytes.span.bytes), line.line == number else {
      problems.append("line \(number): not a journal line, or not this number")
      return
    }
    if line.previous != previous {
      problems.append("line \(number): does not follow the line before")
    }
    switch line.action {
    case .remove:
      // Removing a list removes its history too.
      changes = changes.filter { $0.key.list != line.list }
    case .restore: restored = number
    case .create, .set, .import, .takedown, .allow, .release, .disable, .enable, .withdraw, .undo:
      changes[Change(list: line.list, receipt: line.receipt)] = (number, line.receiptSHA256)
    }
  }

  /// - Parameter bytes: `nil` when the list's history lacks it.
  mutating func take(receipt number: Int, of list: String, _ bytes: [UInt8]?) {
    guard let told = changes.removeValue(forKey: Change(list: list, receipt: number)) else {
      problems.append("list \(list): the journal has no line for receipt \(number)")
      return
    }
    if bytes.map({ Journal.digest($0) }) != told.digest {
      problems.append("line \(told.line): its receipt is missing or has changed")
    }
  }

  func finish() -> [String] {
    problems
      + changes.values.map(\.line).sorted().map {
        "line \($0): its receipt is missing or has changed"
      }
  }
}
