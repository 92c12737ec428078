extension ListStore {
  /// The receipt of a list's last change.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `storage`.
  public func latestReceipt(of name: String) throws(ListError) -> Receipt {
    try read("reading the history of list \(name)") { lists in
      let record = try lists.knownRecord(named: name)
      return try lists.receipt(Int(record.receipts), list: record.id)
    }
  }

  /// The receipts of a list, oldest first.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `storage`.
  public func history(of name: String) throws(ListError) -> [Receipt] {
    try read("reading the history of list \(name)") { lists in
      let record = try lists.knownRecord(named: name)
      var receipts: [Receipt] = []
      for number in 1...max(1, Int(record.receipts)) {
        receipts.append(try lists.receipt(number, list: record.id))
      }
      return receipts
    }
  }

  /// Undoes the last change of a list's entries. Earlier changes cannot be undone.
  ///
  /// - Returns: The receipt of the change that was undone, and of the undoing.
  /// - Throws: ``ListError`` `unknown-list`, `nothing-to-undo`, `storage`.
  @discardableResult
  public func undo(
    _ name: String, by author: Author = Author()
  ) throws(ListError) -> (undone: Receipt, receipt: Receipt) {
    var undone: Receipt?
    let receipt = try change(.undo, name, by: author) { change in
      let number = Int(change.list.undoable)
      guard number > 0 else {
        throw ListError(.nothingToUndo, "list \(name) has no change that could be undone")
      }
      undone = try change.lists.receipt(number, list: change.list.id)
      try change.undo()
    }
    return (undone ?? receipt, receipt)
  }
}
