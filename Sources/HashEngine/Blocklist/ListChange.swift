internal import Crypto

/// A change of one list: takes records, writes what follows from them, and signs it with a receipt and a line
/// of the journal. All in the caller's transaction.
///
/// Records are kept until there are many and written in the order of the tables, so that each page is come
/// to once a batch instead of once a record.
struct ListChange {
  /// Bytes of an id at the most: ids are keys, and LMDB's hold 511.
  static let longestID = 400
  /// Bytes of any other text at the most.
  static let longestText = 4000
  /// Entries that one of an allowlist excuses at the most.
  static let mostAllows = 1000
  /// Records written together, and about the bytes they take while they wait.
  private static let batch = 250_000
  private static let batchBytes = 1 << 27

  private(set) var receipt: Receipt
  private(set) var list: ListRecord
  private let name: String
  private let blocklist: Blocklist
  private let author: Author
  private var writer: EntryWriter
  private var pending = PendingRecords()
  /// Entries that this change has come across.
  private var seen = NumberSet()
  /// Records of entries that could be used, whatever came of them.
  private(set) var taken = 0

  init(
    _ action: Receipt.Action, _ name: String, _ list: ListRecord, of blocklist: Blocklist,
    by author: Author, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    self.name = name
    self.list = list
    self.blocklist = blocklist
    self.author = author
    receipt = Receipt(action, list: name, serial: Int(list.serial), by: author)
    receipt.number = Int(list.receipts) + 1
    writer = try EntryWriter(list, of: blocklist, in: transaction)
  }

  /// Adds to the receipt what only the caller knows.
  mutating func note(_ body: (inout Receipt) -> Void) { body(&receipt) }

  mutating func set(_ settings: ListSettings) { list.settings = settings }

  // MARK: Taking records

  /// Takes what a record says.
  mutating func apply(
    _ record: SourceRecord, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    for kind in record.unsupported { receipt.count(unsupported: kind) }
    for reason in record.refusals { receipt.reject(record.number, reason) }
    switch record.content {
    case .withdrawal(let id, _) where id.utf8.count > Self.longestID,
      .skipped(let id?, _, _) where id.utf8.count > Self.longestID:
      receipt.reject(record.number, "an id of more than \(Self.longestID) bytes")
    case .unsupported: break
    case .rejected(let reason): receipt.reject(record.number, reason)
    case .withdrawal(let id, let time):
      try add(record.number, id, .withdrawal(at: time), in: transaction)
    case .skipped(let id?, let reason, let time):
      try add(record.number, id, .skipped(reason, at: time), in: transaction)
    case .skipped(nil, let reason, _): receipt.count(skipped: reason)
    case .entry(let entry):
      if let reason = Self.refusal(of: entry) {
        receipt.reject(record.number, reason)
      } else if let id = entry.id ?? entry.hashes.first.map(Self.derivedID) {
        try add(record.number, id, .entry(entry), in: transaction)
      }
    }
  }

  /// Withdraws the entries that no record has named.
  mutating func withdrawUnseen(
    in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    try flush(in: transaction)
    var absent: [String] = []
    try blocklist.forEachID(of: list.id, in: transaction) { id, number in
      if !seen.contains(number) { absent.append(id) }
    }
    for id in absent { try add(0, id, .absent, in: transaction) }
  }

  private static func refusal(of entry: SourceEntry) -> String? {
    if entry.id.map({ $0.utf8.count > longestID }) ?? false {
      return "an id of more than \(longestID) bytes"
    }
    if entry.details.longestText > longestText {
      return "a text of more than \(longestText) bytes"
    }
    if entry.hashes.count > StoredEntry.mostHashes {
      return "more than \(StoredEntry.mostHashes) hashes"
    }
    let allows = entry.details.allows
    if allows.count > mostAllows { return "more than \(mostAllows) entries to excuse" }
    if allows.contains(where: { max($0.list.utf8.count, $0.entry.utf8.count) > longestID }) {
      return "an id of more than \(longestID) bytes"
    }
    return nil
  }

  private mutating func add(
    _ number: Int, _ id: String, _ content: PendingRecords.Content,
    in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    // Rows of one entry stay together, unless there are more than it can have.
    let isFull = pending.ids.count >= Self.batch || pending.bytes >= Self.batchBytes
    if isFull, pending.ids.last != id || pending.ids.count >= Self.batch + StoredEntry.mostHashes {
      try flush(in: transaction)
    }
    pending.append(number, id, content)
  }

  // MARK: Writing

  /// Writes what was taken so far.
  mutating func writeAll(in transaction: borrowing WriteTransaction) throws(StorageError) {
    try flush(in: transaction)
  }

  /// Signs the change: writes the list, the receipt and the journal's line.
  mutating func finish(in transaction: borrowing WriteTransaction) throws(StorageError) {
    try flush(in: transaction)
    receipt.warnings += writer.warnings
    list.receipts = UInt32(receipt.number)
    if writer.isDirty {
      list.serial += 1
      list.undoable = writer.keepsUndo ? list.receipts : 0
      list.firstNew = writer.first
      list.endNew = writer.next
    }
    receipt.serialAfter = Int(list.serial)
    let tables = blocklist.tables
    try tables.lists.put(list.bytes.span, for: Array(name.utf8).span, in: transaction)
    let bytes = try JSONText.encode(receipt)
    let key = Blocklist.receiptKey(receipt.number, list: list.id)
    try tables.receipts.put(bytes.span, for: key.span, in: transaction)
    try Journal(table: tables.journal).append(receipt, bytes: bytes, in: transaction)
  }

  private mutating func flush(in transaction: borrowing WriteTransaction) throws(StorageError) {
    guard !pending.ids.isEmpty else { return }
    let order = pending.order()
    let ids = try TableCursor(blocklist.tables.ids, in: transaction)
    // In a list without entries the first batch need not look for earlier ones.
    let isEmpty = list.count == 0 && list.withdrawn == 0 && !writer.isDirty
    var position = 0
    while position < order.count {
      let id = pending.ids[order[position]]
      var end = position + 1
      while end < order.count, pending.isID(order[end], id) { end += 1 }
      let stored = isEmpty ? nil : try writer.stored(id, ids, in: transaction)
      try apply(order[position..<end], to: id, over: stored, ids, in: transaction)
      position = end
    }
    pending.removeAll()
    try writer.flush(in: transaction)
  }

  /// Applies the records of one entry, in their order.
  private mutating func apply(
    _ records: ArraySlice<Int>, to id: String, over stored: (number: UInt64, entry: Entry)?,
    _ ids: borrowing TableCursor, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
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
          if source.hashes.count > StoredEntry.mostHashes {
            source.hashes.removeLast(source.hashes.count - StoredEntry.mostHashes)
            receipt.reject(
              pending.numbers[records[position]],
              "entry \(id) has \(StoredEntry.mostHashes) hashes already")
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
    var number = stored?.number
    if let current, current != stored?.entry {
      number = try writer.write(current, over: stored, ids, in: transaction)
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
      guard entry.hashes.count <= StoredEntry.mostHashes else {
        receipt.reject(number, "entry \(id) has \(StoredEntry.mostHashes) hashes already")
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
  private mutating func withdraw(_ current: inout Entry?, id: String, at time: Int?) -> Bool {
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
      if let time, time > known.details.sourceTime ?? .min { current?.details.sourceTime = time }
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

  // MARK: Taking back

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

  /// An id for a hash whose source has none: the same at every import, and not the hash itself,
  /// since ids appear where listed hashes must not.
  static func derivedID(_ hash: ListedHash) -> String {
    var key = RecordWriter(capacity: 33)
    hash.writePostingKey(to: &key)
    var digest = SHA256()
    key.bytes.withUnsafeBytes { digest.update(bufferPointer: $0) }
    return digest.finalize().withUnsafeBytes { "auto-" + hexText($0.prefix(8)) }
  }
}

/// A set of entry numbers, a bit each: numbers are dense.
private struct NumberSet {
  private var words: [UInt64] = []

  func contains(_ number: UInt64) -> Bool {
    let word = Int(number / 64)
    return word < words.count && words[word] >> (number % 64) & 1 == 1
  }

  mutating func insert(_ number: UInt64) {
    let word = Int(number / 64)
    if word >= words.count {
      words.append(contentsOf: repeatElement(0, count: max(word + 1 - words.count, words.count)))
    }
    words[word] |= 1 << (number % 64)
  }
}
