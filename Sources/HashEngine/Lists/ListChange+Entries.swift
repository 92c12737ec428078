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
    // Whether some record was of this entry, and not of another picture under its id.
    var isMeant = false
    var position = records.startIndex
    while position < records.endIndex {
      let record = records[position]
      position += 1
      switch pending.take(record) {
      case .entry(let source) where source.isIDGuessed:
        var rows = [(number: pending.numbers[record], entry: source)]
        while position < records.endIndex, pending.isGuessed(records[position]),
          case .entry(let more) = pending.take(records[position])
        {
          rows.append((pending.numbers[records[position]], more))
          position += 1
        }
        guard let row = one(rows, id: id, beside: current, isOurs: isOurs) else { continue }
        isMeant = put(row.entry, row.number, id: id, over: &current, isOurs: isOurs) || isMeant
        isOurs = true
      case .entry(var source):
        while source.merges, position < records.endIndex, pending.merges(records[position]),
          case .entry(let more) = pending.take(records[position])
        {
          if Self.areDifferent(source.hashes, more.hashes) { idRemarks.several(id) }
          if !source.takes(more) { receipt.unchanged += 1 }
          if source.hashes.count > StoredEntry.maximumHashes {
            source.hashes.removeLast(source.hashes.count - StoredEntry.maximumHashes)
            receipt.reject(
              pending.numbers[records[position]],
              "entry \(id) has \(StoredEntry.maximumHashes) hashes already")
          }
          position += 1
        }
        isMeant =
          put(source, pending.numbers[record], id: id, over: &current, isOurs: isOurs) || isMeant
        isOurs = true
      case .withdrawal(let time):
        isMeant = true
        if !withdraw(&current, id: id, at: time) { receipt.unchanged += 1 }
      case .skipped(let reason, let time):
        isMeant = true
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
    if let number, isMeant { seen.insert(number) }
  }

  /// Puts an entry in its place; returns whether the record is of it, and not of another picture under its id.
  private mutating func put(
    _ source: SourceEntry, _ number: Int, id: String, over current: inout Entry?, isOurs: Bool
  ) -> Bool {
    taken += 1
    var entry = Entry(
      id: id, hashes: source.hashes, details: source.details, state: source.state ?? .active,
      addedAt: current?.addedAt ?? author.now, receipt: receipt.number)
    guard let known = current else {
      receipt.added += 1
      list.count += 1
      current = entry
      return true
    }
    let isMore = source.merges && isOurs && known.state != .withdrawn
    if let before = known.details.sourceTime, let now = source.details.sourceTime, now < before,
      !isMore
    {
      receipt.unchanged += 1
      if known.state != .withdrawn, Set(known.hashes) != Set(source.hashes) { idRemarks.isOlder() }
      return true
    }
    guard known.state != .withdrawn else {
      receipt.added += 1
      list.count += 1
      list.withdrawn -= 1
      current = entry
      return true
    }
    if !isMore, receipt.action == .import, Self.areDifferent(known.hashes, source.hashes) {
      switch onConflict ?? .replace {
      case .replace: idRemarks.replaced(id)
      case .refuse:
        taken -= 1
        receipt.reject(number, "entry \(id) is another picture on the list")
        refused.insert(id)
        return false
      case .keepBoth:
        taken -= 1
        move(source, number, from: id)
        return false
      }
    }
    if isMore {
      entry.hashes = known.hashes + source.hashes.filter { !known.hashes.contains($0) }
      entry.details = known.details
      entry.details.merge(source.details)
      guard entry.hashes.count <= StoredEntry.maximumHashes else {
        receipt.reject(number, "entry \(id) has \(StoredEntry.maximumHashes) hashes already")
        return true
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
      return true
    }
    entry.receipt = receipt.number
    // Further rows of an entry of this file were counted with its first row.
    if !isMore { receipt.replaced += 1 }
    current = entry
    return true
  }

  /// The one entry that rows with the same text beside their hash make; `nil` when it is several pictures' remark or
  /// name, and each is taken by itself, with the text for its label.
  private mutating func one(
    _ rows: [(number: Int, entry: SourceEntry)], id: String, beside current: Entry?, isOurs: Bool
  ) -> (number: Int, entry: SourceEntry)? {
    let number = rows[0].number
    var entry = rows[0].entry
    var isShared = false
    var repeated = 0
    for row in rows.dropFirst() {
      if Self.areDifferent(entry.hashes, row.entry.hashes) { isShared = true }
      if !entry.takes(row.entry) { repeated += 1 }
    }
    if isOurs, let current, Self.areDifferent(current.hashes, entry.hashes) { isShared = true }
    if isShared {
      idRemarks.shared(rows.count)
      for row in rows { moved.append((row.number, row.entry.relabelled(id))) }
      return nil
    }
    if !isOurs, onConflict == nil, let current, current.state != .withdrawn,
      Self.areDifferent(current.hashes, entry.hashes)
    {
      move(entry, number, from: id)
      return nil
    }
    receipt.unchanged += repeated
    return (number, entry)
  }

  /// Takes a picture under an id of its own, since another has the one it came with.
  private mutating func move(_ source: SourceEntry, _ number: Int, from id: String) {
    guard let hash = source.hashes.first else { return }
    idRemarks.kept(id, beside: Self.derivedID(hash))
    moved.append((number, source.relabelled(id)))
  }

  /// Whether two sets of hashes are of entirely different pictures: they have hashes of the same kind, and none is near
  /// one of the other's.
  static func areDifferent(_ a: [ListedHash], _ b: [ListedHash]) -> Bool {
    var isComparable = false
    for one in a {
      for other in b where other.kind == one.kind {
        // Twice what two hashes of one picture differ by at most.
        let near = one.kind == .pdq ? 62 : one.kind == .phash64 ? 16 : 0
        if one.distance(to: other).map({ $0 <= near }) ?? false { return false }
        isComparable = true
      }
    }
    return isComparable
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
    if let time, let before = known.details.sourceTime, time < before {
      if known.state != .withdrawn { idRemarks.isOlder() }
      return false
    }
    guard known.state != .withdrawn else {
      // The tombstone keeps the later time, which holds back older records.
      if let time, known.details.sourceTime.map({ time > $0 }) ?? true {
        current?.details.sourceTime = time
      }
      return false
    }
    details.sourceTime = time ?? known.details.sourceTime
    details.caseIDs = known.details.caseIDs
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
