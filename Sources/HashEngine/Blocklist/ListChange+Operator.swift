/// What the operator does to a list besides importing.
extension ListChange {
  /// Sets what the operator decides about one entry. Whether there is one.
  mutating func setState(
    _ state: Entry.State, of id: String, in transaction: borrowing WriteTransaction
  ) throws(StorageError) -> Bool {
    let ids = try TableCursor(blocklist.tables.ids, in: transaction)
    guard let stored = try writer.stored(id, ids, in: transaction),
      stored.entry.state != .withdrawn
    else { return false }
    var entry = stored.entry
    entry.state = state
    if entry != stored.entry {
      entry.receipt = receipt.number
      receipt.replaced += 1
      _ = try writer.write(entry, over: stored, ids, in: transaction)
    }
    return true
  }

  /// Puts everything as it was before the list's last change.
  mutating func undo(in transaction: borrowing WriteTransaction) throws(StorageError) {
    let before = try writer.undoRecords(in: transaction)
    writer.stopKeepingUndo()
    let ids = try TableCursor(blocklist.tables.ids, in: transaction)
    for number in list.firstNew..<max(list.firstNew, list.endNew) {
      guard let entry = try blocklist.storedEntry(number, in: transaction)?.entry else { continue }
      if entry.state == .withdrawn { list.withdrawn -= 1 } else { list.count -= 1 }
      try writer.erase((number, entry), in: transaction)
      receipt.withdrawn += entry.state == .withdrawn ? 0 : 1
    }
    for (number, entry) in before {
      guard let now = try blocklist.storedEntry(number, in: transaction)?.entry else { continue }
      switch (now.state == .withdrawn, entry.state == .withdrawn) {
      case (true, false):
        receipt.added += 1
        list.count += 1
        list.withdrawn -= 1
      case (false, true):
        receipt.withdrawn += 1
        list.count -= 1
        list.withdrawn += 1
      default: receipt.replaced += 1
      }
      _ = try writer.write(entry, over: (number, now), ids, in: transaction)
    }
    try writer.flush(in: transaction)
  }
}
