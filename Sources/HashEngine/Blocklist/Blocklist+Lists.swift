extension Blocklist {
  /// Makes a list without entries.
  ///
  /// - Throws: ``BlocklistError`` `list-exists`, `invalid-name`, `invalid-setting`.
  @discardableResult
  public func create(
    _ name: String, settings: ListSettings = ListSettings(), by author: Author = Author()
  ) throws(BlocklistError) -> Receipt {
    try change(.create, name, by: author, making: settings, mustBeNew: true) { _, _ in }
  }

  /// Changes what the operator decides about a list; effective at every process's next search.
  ///
  /// - Throws: ``BlocklistError`` `unknown-list`, `invalid-setting`.
  @discardableResult
  public func set(
    _ name: String, by author: Author = Author(), _ body: (inout ListSettings) -> Void
  ) throws(BlocklistError) -> Receipt {
    try change(.set, name, by: author) { change, _ in
      var settings = change.list.settings
      body(&settings)
      try Self.check(settings)
      change.list.settings = settings
    }
  }

  /// Removes a list with its entries and its history; the journal keeps its lines.
  ///
  /// - Returns: How many entries it had.
  @discardableResult
  public func remove(
    list name: String, by author: Author = Author()
  ) throws(BlocklistError) -> Int {
    try write { transaction in
      guard let record = try listRecord(name, in: transaction) else {
        throw BlocklistError.unknownList(name)
      }
      try eraseEntries(of: record, in: transaction)
      try tables.lists.remove(Array(name.utf8).span, in: transaction)
      var receipt = Receipt(.remove, list: name, serial: Int(record.serial), by: author)
      receipt.number = Int(record.receipts) + 1
      receipt.withdrawn = Int(clamping: record.count)
      try Journal(table: tables.journal).append(
        receipt, bytes: JSONText.encode(receipt), in: transaction)
      return Int(clamping: record.count)
    }
  }

  // MARK: Changing entries

  /// Withdraws an entry; a hash that no other entry has stops matching.
  ///
  /// - Throws: ``BlocklistError`` `unknown-list`, `unknown-entry`.
  @discardableResult
  public func withdraw(
    entries ids: [String], from list: String, reason: String? = nil, caseID: String? = nil,
    by author: Author = Author()
  ) throws(BlocklistError) -> Receipt {
    try withdraw(
      ids, from: list, as: .withdraw, passingOverMissing: false, reason: reason, caseID: caseID,
      by: author)
  }

  /// - Parameter passingOverMissing: Whether an entry that is not there (any more) is no error.
  func withdraw(
    _ ids: [String], from list: String, as action: Receipt.Action, passingOverMissing: Bool,
    reason: String?, caseID: String?, by author: Author
  ) throws(BlocklistError) -> Receipt {
    try change(action, list, by: author) { change, transaction in
      change.receipt.reason = reason
      change.receipt.caseID = caseID
      for (index, id) in ids.enumerated() {
        guard let number = try entryNumber(id, list: change.list.id, in: transaction),
          let entry = try storedEntry(number, in: transaction)?.entry, entry.state != .withdrawn
        else {
          if passingOverMissing { continue }
          throw BlocklistError(.unknownEntry, "no entry \"\(id)\" on list \(list)")
        }
        // The operator has the last word until the source changes the entry.
        let time = max(author.now, entry.details.sourceTime ?? 0)
        try change.apply(
          SourceRecord(number: index + 1, content: .withdrawal(id: id, at: time)), in: transaction)
      }
    }
  }

  /// Keeps an entry from matching until a time (seconds since 1970), for good (`nil`), or no longer
  /// (`isDisabled` false).
  ///
  /// - Throws: ``BlocklistError`` `unknown-list`, `unknown-entry`.
  @discardableResult
  public func disable(
    _ isDisabled: Bool = true, entry id: String, of list: String, until: Int? = nil,
    reason: String? = nil, by author: Author = Author()
  ) throws(BlocklistError) -> Receipt {
    try change(isDisabled ? .disable : .enable, list, by: author) { change, transaction in
      change.receipt.reason = reason
      guard
        try change.setState(
          isDisabled ? .disabled(until: until) : .active, of: id, in: transaction)
      else { throw BlocklistError(.unknownEntry, "no entry \"\(id)\" on list \(list)") }
    }
  }

  /// Erases what a list has: entries and receipts.
  private func eraseEntries(
    of list: ListRecord, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    var writer = try EntryWriter(list, of: self, in: transaction)
    writer.stopKeepingUndo()
    var numbers: [UInt64] = []
    try forEachID(of: list.id, in: transaction) { _, number in numbers.append(number) }
    for (count, number) in numbers.enumerated() {
      guard let stored = try storedEntry(number, in: transaction) else { continue }
      try writer.erase((number, stored.entry), in: transaction)
      if count % 100_000 == 99_999 { try writer.flush(in: transaction) }
    }
    try writer.flush(in: transaction)
    for number in 1...max(1, Int(list.receipts)) {
      try tables.receipts.remove(Self.receiptKey(number, list: list.id).span, in: transaction)
    }
  }
}
