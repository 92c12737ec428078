/// How records change an entry.
extension ListChange {
  /// Applies the records of one entry, in their order.
  mutating func apply(
    _ records: ArraySlice<Int>, to id: String, over stored: (number: UInt64, entry: Entry)?,
    _ ids: borrowing TableCursor
  ) throws(StorageError) {
    let before = Counts(receipt, list)
    var current = stored?.entry
    // Whether this change already wrote the entry, so that further rows add to it.
    var isOurs = stored.map { seen.contains($0.number) } ?? false
    var position = records.startIndex
    while position < records.endIndex {
      let record = records[position]
      position += 1
      switch pending.take(record) {
      case .entry(var source):
        while source.merges, position < records.endIndex, pending.merges(records[position]),
          case .entry(let more) = pending.take(records[position])
        {
          if !source.takes(more) { receipt.unchanged += 1 }
          if source.hashes.count > StoredEntry.maximumHashes {
            source.hashes.removeLast(source.hashes.count - StoredEntry.maximumHashes)
            receipt.reject(
              pending.numbers[records[position]],
              "entry \(id) has \(StoredEntry.maximumHashes) hashes already")
          }
          position += 1
        }
        put(source, pending.numbers[record], id: id, over: &current, isOurs: isOurs)
        isOurs = true
      case .withdrawal(let time):
        if !withdraw(&current, id: id, at: time) { receipt.unchanged += 1 }
      case .skipped(let reason, let time):
        if current == nil || !withdraw(&current, id: id, at: time) {
          receipt.count(skipped: reason)
        }
      case .absent:
        _ = withdraw(&current, id: id, at: nil)
      }
    }
    // An entry that the file changes and changes back counts as unchanged.
    if let stored, var now = current, now.receipt == receipt.number {
      now.receipt = stored.entry.receipt
      if now == stored.entry {
        before.restore(&receipt, &list)
        current = stored.entry
      }
    }
    var number = stored?.number
    if let current, current != stored?.entry {
      number = try writer.write(current, over: stored, ids)
    }
    if let number { seen.insert(number) }
  }

  private mutating func put(
    _ source: SourceEntry, _ number: Int, id: String, over current: inout Entry?, isOurs: Bool
  ) {
    taken += 1
    var entry = Entry(
      id: id, hashes: source.hashes, details: source.details, state: source.state ?? .active,
      addedAt: current?.addedAt ?? author.now, receipt: receipt.number)
    guard let known = current else {
      receipt.added += 1
      list.count += 1
      current = entry
      return
    }
    let isMore = source.merges && isOurs && known.state != .withdrawn
    if let before = known.details.sourceTime, let now = source.details.sourceTime, now < before,
      !isMore
    {
      receipt.unchanged += 1
      return
    }
    guard known.state != .withdrawn else {
      receipt.added += 1
      list.count += 1
      list.withdrawn -= 1
      current = entry
      return
    }
    if isMore {
      entry.hashes = known.hashes + source.hashes.filter { !known.hashes.contains($0) }
      entry.details = known.details
      entry.details.merge(source.details)
      guard entry.hashes.count <= StoredEntry.maximumHashes else {
        receipt.reject(number, "entry \(id) has \(StoredEntry.maximumHashes) hashes already")
        return
      }
    }
    // An entry that the operator disabled stays disabled.
    entry.state = source.state ?? known.state
    entry.receipt = known.receipt
    guard
      Set(entry.hashes) != Set(known.hashes) || entry.details != known.details
        || entry.state != known.state
    else {
      receipt.unchanged += 1
      return
    }
    entry.receipt = receipt.number
    // Further rows of an entry of this file were counted with its first row.
    if !isMore { receipt.replaced += 1 }
    current = entry
  }

  /// Withdraws an entry; returns whether it was not withdrawn before. An entry that the list never had gets a
  /// tombstone too: an older copy of the list may come later.
  private mutating func withdraw(_ current: inout Entry?, id: String, at time: Timestamp?) -> Bool {
    var details = EntryDetails()
    details.sourceTime = time
    guard let known = current else {
      receipt.withdrawn += 1
      list.withdrawn += 1
      current = Entry(
        id: id, hashes: [], details: details, state: .withdrawn, addedAt: author.now,
        receipt: receipt.number)
      return true
    }
    if let time, let before = known.details.sourceTime, time < before { return false }
    guard known.state != .withdrawn else {
      // The tombstone keeps the later time, which holds back older records.
      if let time, known.details.sourceTime.map({ time > $0 }) ?? true {
        current?.details.sourceTime = time
      }
      return false
    }
    details.sourceTime = time ?? known.details.sourceTime
    details.caseID = known.details.caseID
    current = Entry(
      id: id, hashes: [], details: details, state: .withdrawn, addedAt: known.addedAt,
      receipt: receipt.number)
    receipt.withdrawn += 1
    list.count -= 1
    list.withdrawn += 1
    return true
  }
}

/// A copy of the counts, so that they can be restored.
private struct Counts {
  private let receipt: (added: Int, replaced: Int, withdrawn: Int)
  private let list: (count: UInt64, withdrawn: UInt64)

  init(_ receipt: Receipt, _ list: ListRecord) {
    self.receipt = (receipt.added, receipt.replaced, receipt.withdrawn)
    self.list = (list.count, list.withdrawn)
  }

  /// Restores the counts; everything counted since then is counted as unchanged instead.
  func restore(_ receipt: inout Receipt, _ list: inout ListRecord) {
    let now = receipt.added + receipt.replaced + receipt.withdrawn
    (receipt.added, receipt.replaced, receipt.withdrawn) = self.receipt
    receipt.unchanged += now - receipt.added - receipt.replaced - receipt.withdrawn
    (list.count, list.withdrawn) = self.list
  }
}
