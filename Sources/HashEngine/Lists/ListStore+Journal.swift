extension ListStore {
  /// Calls `body` with the journal's lines, starting at line `first`.
  ///
  /// - Throws: ``ListError`` `storage`; and what `body` throws, which ends the walk.
  public func forEachJournalLine(
    from first: Int = 1, _ body: (JournalLine) throws -> Void
  ) throws {
    try forEachJournalLine(from: first) { line, _ in try body(line) }
  }

  /// The same, with each line also as it is stored, a JSON object.
  ///
  /// - Throws: ``ListError`` `storage`; and what `body` throws, which ends the walk.
  public func forEachJournalLine(
    from first: Int = 1, _ body: (JournalLine, String) throws -> Void
  ) throws {
    var failure: (any Error)?
    try read("reading the journal") { lists in
      try lists.forEachJournalLine { number, line in
        guard number >= first else { return true }
        do {
          guard let read = JSONText.decode(JournalLine.self, Array(line.utf8).span.bytes) else {
            throw lists.damaged("journal line \(number)")
          }
          try body(read, line)
        } catch {
          failure = error
        }
        return failure == nil
      }
    }
    if let failure { throw failure }
  }

  /// Walks the journal and checks every line against the one before and against the lists' histories.
  ///
  /// - Parameter copy: Lines of the journal that were kept elsewhere, from the first on: the journal must
  ///   begin with them.
  /// - Returns: How many lines there are, and what is wrong, a sentence each.
  /// - Throws: ``ListError`` `storage`.
  public func verifyJournal(
    against copy: [String] = []
  ) throws(ListError) -> (lines: Int, problems: [String]) {
    try read("checking the journal") { lists in
      var check = JournalCheck()
      var differences: [String] = []
      var count = 0
      try lists.forEachJournalLine { number, line in
        check.take(number, line)
        if copy.indices.contains(count), copy[count] != line {
          differences.append("line \(count + 1): differs from the copy")
        }
        count += 1
        return true
      }
      for missing in copy.indices.dropFirst(count) {
        differences.append("line \(missing + 1): in the copy, not in the journal")
      }
      if let restored = check.restored, !differences.isEmpty {
        differences.append(
          "the database was restored at line \(restored): lines of the copy from after the backup are not in it"
        )
      }
      for (name, record) in try lists.records() {
        for number in 1...max(1, Int(record.receipts)) {
          check.take(
            receipt: number, of: name, try lists.receiptBytes(number, list: record.id))
        }
      }
      return (count, check.finish() + differences)
    }
  }
}

extension ListTransaction where Base: ~Copyable {
  /// Calls `body` with the number and the text of every line of the journal, until it says false.
  fileprivate func forEachJournalLine(
    _ body: (_ number: Int, String) -> Bool
  ) throws(StorageError) {
    try journal.forEachPair { key, value in
      let number = key.byteCount == 8 ? key.unsafeLoadUnaligned(as: UInt64.self) : 0
      return body(
        Int(clamping: number), value.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
    }
  }
}
