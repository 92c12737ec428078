extension Blocklist {
  /// The receipt of a list's last change.
  ///
  /// - Throws: ``BlocklistError`` `unknown-list`.
  public func latestReceipt(of name: String) throws(BlocklistError) -> Receipt {
    try read { reading in
      guard let record = try listRecord(name, in: reading) else {
        throw BlocklistError.unknownList(name)
      }
      return try receipt(Int(record.receipts), of: record.id, in: reading)
    }
  }

  /// The receipts of a list, oldest first.
  ///
  /// - Throws: ``BlocklistError`` `unknown-list`.
  public func history(of name: String) throws(BlocklistError) -> [Receipt] {
    try read { reading in
      guard let record = try listRecord(name, in: reading) else {
        throw BlocklistError.unknownList(name)
      }
      var receipts: [Receipt] = []
      for number in 1...max(1, Int(record.receipts)) {
        receipts.append(try receipt(number, of: record.id, in: reading))
      }
      return receipts
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
      guard number > 0 else {
        throw BlocklistError(
          .nothingToUndo, "list \(name) has no change that could be taken back")
      }
      undone = try self.receipt(number, of: change.list.id, in: transaction)
      try change.undo(in: transaction)
    }
    return (undone ?? receipt, receipt)
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

  private func receipt(
    _ number: Int, of list: UInt32, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> Receipt {
    guard let bytes = try receiptBytes(number, list: list, in: transaction),
      let receipt = JSONText.decode(Receipt.self, bytes.span.bytes)
    else { throw damaged("a receipt") }
    return receipt
  }
}
