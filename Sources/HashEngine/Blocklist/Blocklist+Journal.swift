extension Blocklist {
  /// The journal's lines as they are stored, from one on, each a JSON object.
  public func journal(from first: Int = 1) throws(StorageError) -> [String] {
    try journalLines(in: ReadTransaction(environment)).filter { $0.number >= first }.map(\.text)
  }

  /// Walks the journal and holds every line against the one before, and against the lists' histories.
  ///
  /// - Parameter copy: Lines of the journal that were kept elsewhere, from the first on: they must be what
  ///   the journal begins with.
  /// - Returns: How many lines there are, and what is wrong, a sentence each.
  public func verifyJournal(
    against copy: [String] = []
  ) throws(StorageError) -> (lines: Int, problems: [String]) {
    let reading = try ReadTransaction(environment)
    let lines = try journalLines(in: reading)
    var check = JournalCheck()
    for (number, text) in lines { check.take(number, text) }
    for (name, record) in try listRecords(in: reading) {
      for number in 1...max(1, Int(record.receipts)) {
        let bytes = try receiptBytes(number, list: record.id, in: reading)
        check.take(receipt: number, of: name, bytes)
      }
    }
    var problems = check.finish()
    for (index, text) in copy.enumerated() where index >= lines.count || lines[index].text != text {
      problems.append(
        index >= lines.count
          ? "line \(index + 1): in the copy, not in the journal"
          : "line \(index + 1): differs from the copy")
    }
    return (lines.count, problems)
  }

  private func journalLines(
    in transaction: borrowing ReadTransaction
  ) throws(StorageError) -> [(number: Int, text: String)] {
    var lines: [(number: Int, text: String)] = []
    try tables.journal.forEach(in: transaction) { key, value in
      let number = key.byteCount == 8 ? key.unsafeLoadUnaligned(as: UInt64.self) : 0
      let text = value.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
      lines.append((Int(clamping: number), text))
      return true
    }
    return lines
  }
}

/// Holds the journal's lines against each other and against receipts.
private struct JournalCheck {
  private struct Change: Hashable {
    let list: String
    let receipt: Int
  }

  private var problems: [String] = []
  private var previous = Journal.beginning
  private var next = 1
  /// Where the journal tells of a change, and the receipt's digest; of lists that are still there.
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
      problems.append("line \(number): not that line of a journal")
      return
    }
    if line.previous != previous {
      problems.append("line \(number): does not follow the line before")
    }
    if line.action == .remove {
      // A list that is removed takes its history along.
      changes = changes.filter { $0.key.list != line.list }
    } else {
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
      problems.append("line \(told.line): its receipt is missing or another")
    }
  }

  func finish() -> [String] {
    problems
      + changes.values.map(\.line).sorted().map { "line \($0): its receipt is missing or another" }
  }
}
