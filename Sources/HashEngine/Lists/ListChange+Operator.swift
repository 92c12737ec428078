/// What the operator does to a list besides importing.
extension ListChange {
  /// Enables or disables one entry; returns whether there is such an entry.
  mutating func setState(
    _ state: Entry.State, of id: String
  ) throws(StorageError) -> Bool {
    let ids = try writer.lists.ids.cursor()
    guard let number = try lists.entryNumber(id, list: list.id),
      let own = try lists.storedEntry(number)?.entry.id, let stored = try writer.stored(own, ids),
      stored.entry.state != .withdrawn
    else { return false }
    var entry = stored.entry
    entry.state = state
    if entry != stored.entry {
      entry.receipt = receipt.number
      receipt.replaced += 1
      _ = try writer.write(entry, over: stored, ids)
    }
    return true
  }

  /// Dates the list's last import by its history: where the list was made before imports were dated, and where the last
  /// one was undone.
  ///
  /// - Parameter last: The last receipt that counts.
  mutating func dateLastImport(upTo last: Int) throws(StorageError) {
    list.importedAt = nil
    list.source = nil
    var number = last
    while number > 0 {
      let receipt = try lists.receipt(number, list: list.id)
      if receipt.isNews {
        list.importedAt = receipt.at
        list.source = receipt.source
        return
      }
      number -= 1
    }
  }

  /// Takes an entry out of a case; it stays listed.
  mutating func leave(case caseID: String, _ entry: Entry) throws(StorageError) {
    let ids = try writer.lists.ids.cursor()
    guard let stored = try writer.stored(entry.id, ids) else { return }
    var entry = stored.entry
    entry.details.caseIDs.removeAll { $0 == caseID }
    entry.receipt = receipt.number
    receipt.replaced += 1
    let others =
      entry.details.namedCases.map { "case \"\($0)\"" }
      + (entry.details.caseIDs.contains(EntryDetails.noCase) ? ["a takedown without a case"] : [])
    receipt.warnings.append(
      "entry \(entry.id) stays listed, by \(others.joined(separator: " and "))")
    _ = try writer.write(entry, over: stored, ids)
  }

  /// Restores all entries to how they were before the list's last change.
  mutating func undo() throws(StorageError) {
    let undone = Int(list.undoable)
    if undone > 0, try lists.receipt(undone, list: list.id).action == .import {
      try dateLastImport(upTo: undone - 1)
    }
    writer.stopKeepingUndo()
    let ids = try writer.lists.ids.cursor()
    for number in list.firstNew..<max(list.firstNew, list.endNew) {
      guard let entry = try writer.lists.storedEntry(number)?.entry else { continue }
      if entry.state == .withdrawn { list.withdrawn -= 1 } else { list.count -= 1 }
      try writer.erase((number, entry))
      receipt.withdrawn += entry.state == .withdrawn ? 0 : 1
    }
    var next: UInt64 = 0
    while true {
      let numbers = try writer.lists.undoNumbers(of: list.id, from: next, limit: 10_000)
      for number in numbers { try restore(number, ids) }
      guard let last = numbers.last, last < .max else { break }
      next = last + 1
    }
    try writer.forgetUndo()
    try writer.flush()
  }

  /// Restores one entry to how it was before the list's last change.
  private mutating func restore(
    _ number: UInt64, _ ids: borrowing TableCursor
  ) throws(StorageError) {
    guard let entry = try writer.lists.entryBefore(number, of: list.id),
      let now = try writer.lists.storedEntry(number)?.entry
    else { return }
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
    _ = try writer.write(entry, over: (number, now), ids)
  }
}
