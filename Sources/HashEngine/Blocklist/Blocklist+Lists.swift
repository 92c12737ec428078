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
      change.set(settings)
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
    as action: Receipt.Action = .withdraw, by author: Author = Author()
  ) throws(BlocklistError) -> Receipt {
    try change(action, list, by: author) { change, transaction in
      change.note {
        $0.reason = reason
        $0.caseID = caseID
      }
      for (index, id) in ids.enumerated() {
        guard let number = try entryNumber(id, list: change.list.id, in: transaction),
          let entry = try storedEntry(number, in: transaction)?.entry, entry.state != .withdrawn
        else { throw BlocklistError(.unknownEntry, "no entry \"\(id)\" on list \(list)") }
        try change.apply(
          SourceRecord(number: index + 1, content: .withdrawal(id: id, at: nil)), in: transaction)
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
      change.note { $0.reason = reason }
      guard
        try change.setState(
          isDisabled ? .disabled(until: until) : .active, of: id, in: transaction)
      else { throw BlocklistError(.unknownEntry, "no entry \"\(id)\" on list \(list)") }
    }
  }

  // MARK: History

  /// The receipts of a list, oldest first.
  ///
  /// - Throws: ``BlocklistError`` `unknown-list`.
  public func history(of name: String) throws(BlocklistError) -> [Receipt] {
    do {
      let reading = try ReadTransaction(environment)
      guard let record = try listRecord(name, in: reading) else {
        throw BlocklistError.unknownList(name)
      }
      var receipts: [Receipt] = []
      for number in 1...max(1, Int(record.receipts)) {
        guard let bytes = try receiptBytes(number, list: record.id, in: reading),
          let receipt = JSONText.decode(Receipt.self, bytes.span.bytes)
        else { throw damaged("a receipt") }
        receipts.append(receipt)
      }
      return receipts
    } catch let error as BlocklistError {
      throw error
    } catch let error as StorageError {
      throw BlocklistError(error)
    } catch {
      throw BlocklistError(.storage, "\(error)")
    }
  }

  /// Takes back the last change of a list's entries. What was before it cannot be taken back then.
  ///
  /// - Returns: The receipt of the change taken back, and of the taking back.
  /// - Throws: ``BlocklistError`` `unknown-list`, `nothing-to-undo`.
  @discardableResult
  public func undo(
    _ name: String, by author: Author = Author()
  ) throws(BlocklistError) -> (undone: Receipt, receipt: Receipt) {
    var undone: Receipt?
    let receipt = try change(.undo, name, by: author) { change, transaction in
      let number = Int(change.list.undoable)
      guard number > 0,
        let bytes = try receiptBytes(number, list: change.list.id, in: transaction)
      else {
        throw BlocklistError(
          .nothingToUndo, "list \(name) has no change that could be taken back")
      }
      undone = JSONText.decode(Receipt.self, bytes.span.bytes)
      try change.undo(in: transaction)
    }
    guard let undone else { throw BlocklistError(damaged("a receipt")) }
    return (undone, receipt)
  }
}

extension Blocklist {
  /// Does something in a transaction: all of it is kept, or nothing.
  func write<Result>(
    isDryRun: Bool = false, _ body: (borrowing WriteTransaction) throws -> Result
  ) throws(BlocklistError) -> Result {
    do {
      let transaction = try WriteTransaction(environment)
      let result = try body(transaction)
      if !isDryRun { try transaction.commit() }
      return result
    } catch let error as StorageError {
      throw BlocklistError(error)
    } catch let error as BlocklistError {
      throw error
    } catch {
      throw BlocklistError(.storage, "\(error)")
    }
  }

  /// Changes a list in a transaction of its own; makes it when there is none and settings are given.
  func change(
    _ action: Receipt.Action, _ name: String, by author: Author,
    making settings: ListSettings? = nil, mustBeNew: Bool = false, isDryRun: Bool = false,
    _ body: (inout ListChange, borrowing WriteTransaction) throws -> Void
  ) throws(BlocklistError) -> Receipt {
    try write(isDryRun: isDryRun) { transaction in
      let known = try listRecord(name, in: transaction)
      if known != nil, mustBeNew {
        throw BlocklistError(.listExists, "there is a list named \"\(name)\" already")
      }
      let list = try known ?? newList(name, settings, author, in: transaction)
      var change = try ListChange(action, name, list, of: self, by: author, in: transaction)
      change.note { $0.isDryRun = isDryRun }
      try body(&change, transaction)
      try change.finish(in: transaction)
      return change.receipt
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

  private func newList(
    _ name: String, _ settings: ListSettings?, _ author: Author,
    in transaction: borrowing WriteTransaction
  ) throws -> ListRecord {
    guard let settings else { throw BlocklistError.unknownList(name) }
    guard Self.isListName(name) else {
      throw BlocklistError(
        .invalidName, "\"\(name)\": a list's name is 1 to 64 letters, digits, \".\", \"_\", \"-\"")
    }
    try Self.check(settings)
    let used = try listRecords(in: transaction).map(\.record.id).max() ?? 0
    var list = ListRecord(id: used + 1, createdAt: author.now)
    list.settings = settings
    return list
  }

  static func check(_ settings: ListSettings) throws(BlocklistError) {
    guard (0...PDQHash.bitCount).contains(settings.pdqRadius) else {
      throw BlocklistError(.invalidSetting, "a PDQ radius is a number from 0 to 256")
    }
    guard (0...PerceptualHash64.bitCount).contains(settings.phash64Radius) else {
      throw BlocklistError(.invalidSetting, "a phash64 radius is a number from 0 to 64")
    }
    guard settings.note.map({ $0.utf8.count <= ListChange.longestText }) ?? true else {
      throw BlocklistError(
        .invalidSetting, "a note has at most \(ListChange.longestText) bytes")
    }
  }

  static func isListName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  static func receiptKey(_ number: Int, list: UInt32) -> [UInt8] {
    var key = RecordWriter(capacity: 8)
    key.append(list)
    key.append(UInt32(clamping: number))
    return key.bytes
  }

  func receiptBytes(
    _ number: Int, list: UInt32, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> [UInt8]? {
    try tables.receipts.value(for: Self.receiptKey(number, list: list), in: transaction) { bytes in
      bytes.withUnsafeBytes { Array($0) }
    }
  }
}
