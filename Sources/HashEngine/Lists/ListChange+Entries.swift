/// What becomes of an entry when records of it come.
extension ListChange {
  /// Applies the records of one entry, in their order.
  mutating func apply(
    _ records: ArraySlice<Int>, to id: String, over stored: (number: UInt64, entry: Entry)?,
    _ ids: borrowing TableCursor
  ) throws(StorageError) {
    let before = Counts(receipt, list)
    var current = stored?.entry
    // Whether what is there came from this change, so that more rows add to it.
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
    // What a file brings and takes away again leaves the entry as it was.
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
    // What the operator has disabled stays so.
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
    // Rows that add to an entry of this file are part of what was counted already.
    if !isMore { receipt.replaced += 1 }
    current = entry
  }

  /// Whether the entry is withdrawn only now. One that never was there is, too: an older copy of the list may
  /// come later.
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
      // The later time is what holds back older records.
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

/// What is counted of entries, to be put back.
private struct Counts {
  private let receipt: (added: Int, replaced: Int, withdrawn: Int)
  private let list: (count: UInt64, withdrawn: UInt64)

  init(_ receipt: Receipt, _ list: ListRecord) {
    self.receipt = (receipt.added, receipt.replaced, receipt.withdrawn)
    self.list = (list.count, list.withdrawn)
  }

  /// Puts the counts back; what was counted since then is unchanged.
  func restore(_ receipt: inout Receipt, _ list: inout ListRecord) {
    let now = receipt.added + receipt.replaced + receipt.withdrawn
    (receipt.added, receipt.replaced, receipt.withdrawn) = self.receipt
    receipt.unchanged += now - receipt.added - receipt.replaced - receipt.withdrawn
    (list.count, list.withdrawn) = self.list
  }
}
