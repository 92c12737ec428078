extension Blocklist {
  /// The journal's lines as they are stored, from one on, each a JSON object.
  public func journal(from first: Int = 1) throws(StorageError) -> [String] {
    var lines: [String] = []
    let reading = try ReadTransaction(environment)
    var number = UInt64(clamping: max(1, first))
    while true {
      let line = try tables.journal.value(for: number, in: reading) { bytes in
        bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
      }
      guard let line else { return lines }
      lines.append(line)
      number += 1
    }
  }

  /// Walks the journal and holds every line against the one before and against the lists' histories.
  ///
  /// - Parameter copy: Lines of the journal that were kept elsewhere, from the first on: they must be what
  ///   the journal begins with.
  /// - Returns: How many lines there are, and what is wrong, a sentence each.
  public func verifyJournal(
    against copy: [String] = []
  ) throws(StorageError) -> (lines: Int, problems: [String]) {
    let lines = try journal()
    var problems: [String] = []
    var previous = Journal.beginning
    let reading = try ReadTransaction(environment)
    var records: [String: UInt32] = [:]
    for (name, record) in try listRecords(in: reading) { records[name] = record.id }
    // A list that was removed took its history along.
    var removedAt: [String: Int] = [:]
    for (index, text) in lines.enumerated() {
      let bytes = Array(text.utf8)
      guard let line = JSONText.decode(JournalLine.self, bytes.span.bytes) else {
        problems.append("line \(index + 1): not a line of a journal")
        previous = Journal.digest(bytes)
        continue
      }
      if line.line != index + 1 { problems.append("line \(index + 1): numbered \(line.line)") }
      if line.previous != previous {
        problems.append("line \(index + 1): does not follow the line before")
      }
      previous = Journal.digest(bytes)
      if line.action == .remove { removedAt[line.list] = index }
    }
    for (index, text) in lines.enumerated() {
      guard let line = JSONText.decode(JournalLine.self, Array(text.utf8).span.bytes),
        removedAt[line.list].map({ index > $0 }) ?? true
      else { continue }
      var receipt: [UInt8]?
      if let list = records[line.list] {
        receipt = try receiptBytes(line.receipt, list: list, in: reading)
      }
      if receipt.map({ Journal.digest($0) }) != line.receiptSHA256 {
        problems.append("line \(index + 1): its receipt is missing or another")
      }
    }
    for (index, text) in copy.enumerated() where index >= lines.count || lines[index] != text {
      problems.append(
        index >= lines.count
          ? "line \(index + 1): in the copy, not in the journal"
          : "line \(index + 1): differs from the copy")
    }
    return (lines.count, problems)
  }
}
