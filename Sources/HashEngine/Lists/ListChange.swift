internal import Crypto

/// A change of one list: takes records, writes what follows from them, and records it in a receipt and a line
/// of the journal. It owns its transaction: ``commit()`` keeps all of it; without it nothing is kept.
///
/// Records are collected in batches and written in the order of the tables' keys, so that each page is
/// visited once a batch instead of once a record.
struct ListChange: ~Copyable {
  /// The maximum length of an id, in bytes: ids are part of keys, which LMDB limits to 511 bytes.
  static let longestID = 400
  /// The maximum length of any other text, in bytes.
  static let longestText = 4000
  /// How many entries one entry of an allowlist can excuse.
  static let maximumAllows = 1000
  /// How many records are written together at most, and about how many bytes of memory they may take.
  private static let batch = 250_000
  private static let batchBytes = 1 << 27

  /// The receipt so far; the caller fills in what only it knows, such as the reason.
  var receipt: Receipt
  var list: ListRecord
  private let name: String
  let author: Author
  var writer: EntryWriter
  var pending = PendingRecords()
  /// Entries that this change has come across.
  var seen = NumberSet()
  /// What to do with records whose id is another picture's; `nil` for what suits the id.
  var onConflict: ConflictPolicy?
  /// Ids of records that were refused: what the list has of them stays.
  var refused: Set<String> = []
  /// The first refused record of which nobody can tell whose it is.
  var firstUnreadable: Int?
  /// Records that are to be taken under another id than their own.
  var moved: [(number: Int, entry: SourceEntry)] = []
  /// What was noticed of ids that are no ids.
  var idRemarks = IDRemarks()
  /// How many entry records were usable, whether or not they changed anything.
  var taken = 0

  init(
    _ action: Receipt.Action, _ name: String, _ list: ListRecord, _ lists: consuming ListWriter,
    by author: Author
  ) throws(StorageError) {
    self.name = name
    self.list = list
    self.author = author
    receipt = Receipt(action, list: name, serial: Int(list.serial), by: author)
    receipt.number = Int(list.receipts) + 1
    writer = try EntryWriter(list, lists)
  }

  /// All lists, with what was written of this change.
  var lists: ListWriter {
    _read { yield writer.lists }
  }

  consuming func commit() throws(StorageError) { try writer.commit() }

  /// Warns that what is listed now will not be matched.
  mutating func warnIfNotInForce() {
    guard !list.settings.isInForce(at: author.now) else { return }
    receipt.warnings.append(
      "list \(name) is not matched now: it \(list.settings.isEnabled ? "has expired" : "is disabled")"
    )
  }

  // MARK: Taking records

  /// Takes what a record says.
  mutating func apply(
    _ record: SourceRecord
  ) throws(StorageError) {
    for kind in record.unsupported { receipt.count(unsupported: kind) }
    for reason in record.refusals { receipt.reject(record.number, reason) }
    switch record.content {
    case .withdrawal(let id?, _, _) where id.utf8.count > Self.longestID,
      .skipped(let id?, _, _, _) where id.utf8.count > Self.longestID:
      receipt.reject(record.number, "an id of more than \(Self.longestID) bytes")
    case .unsupported: break
    case .rejected(let reason, let id, let isByPolicy):
      receipt.reject(record.number, reason)
      if let id {
        refused.insert(try own(id))
      } else if !isByPolicy {
        firstUnreadable = firstUnreadable ?? record.number
      }
    case .withdrawal(let id, let time, let hashes):
      if let target = try target(id, hashes) {
        try add(record.number, target, .withdrawal(at: time))
      } else {
        receipt.reject(
          record.number, "it takes back entry \(id ?? ""), which is another picture here")
      }
    case .skipped(let id, let reason, let time, let hashes):
      if let target = try target(id, hashes) {
        try add(record.number, target, .skipped(reason, at: time))
      } else {
        receipt.count(skipped: reason)
      }
    case .entry(var entry):
      if let id = entry.id {
        let own = try own(id, entry.hashes)
        if own != id, !HashMask.holds(id, entry.hashes) { idRemarks.masked() }
        entry.id = own
      }
      if entry.details.maskHashes(entry.hashes) { idRemarks.masked() }
      if let reason = Self.refusal(of: entry) {
        receipt.reject(record.number, reason)
        if let id = entry.id { refused.insert(id) }
      } else if let id = entry.id ?? entry.hashes.first.map(Self.derivedID) {
        try add(record.number, id, .entry(entry))
      }
    }
  }

  /// The id under which the list has what a source calls so: without hashes in it, unless it came to the list before
  /// they were masked.
  private func own(_ id: String, _ hashes: [ListedHash] = []) throws(StorageError) -> String {
    let masked = HashMask.masked(id, own: hashes)
    guard masked != id || hashes.isEmpty && HashMask.isNeeded(in: id) else { return id }
    if try lists.entryNumber(exactly: id, list: list.id) != nil { return id }
    // Without its hashes not all of them are known in it.
    guard hashes.isEmpty else { return masked }
    for other in HashMask.candidates(for: id)
    where try lists.entryNumber(exactly: other, list: list.id) != nil { return other }
    return masked
  }

  /// The id of the entry that a record takes back; `nil` when its id is that of another picture.
  private mutating func target(
    _ id: String?, _ hashes: [ListedHash]
  ) throws(StorageError) -> String? {
    guard let id else {
      for hash in hashes { if let listed = try listed(hash) { return listed } }
      return hashes.first.map(Self.derivedID)
    }
    let own = try own(id, hashes)
    if let number = try lists.entryNumber(exactly: own, list: list.id),
      let known = try lists.storedEntry(number)?.entry, known.state != .withdrawn
    {
      guard Self.areDifferent(known.hashes, hashes) else { return own }
      // The picture may be listed beside the one that has its id.
      let derived = hashes.first.map(Self.derivedID)
      guard let derived, try lists.entryNumber(exactly: derived, list: list.id) != nil else {
        return nil
      }
      return derived
    }
    for hash in hashes where try listed(hash) != nil { idRemarks.stillListed() }
    return own
  }

  /// The id of an entry of this list that has a hash.
  private func listed(_ hash: ListedHash) throws(StorageError) -> String? {
    for number in try lists.postings(of: hash) {
      if let stored = try lists.storedEntry(number), stored.list == list.id {
        return stored.entry.id
      }
    }
    return nil
  }

  /// Withdraws the entries for which the file had no record, unless it looks as if the file lacked them by mistake.
  ///
  /// - Parameters:
  ///   - isBrokenOff: Whether the file breaks off.
  ///   - before: How many entries the list had before.
  ///   - share: The share of them that the file may lack; `nil` to withdraw all that it lacks, whatever speaks against it.
  mutating func withdrawUnseen(
    isBrokenOff: Bool, before: Int, atMost share: Double?
  ) throws(StorageError) {
    try flush()
    var absent: [(id: String, number: UInt64)] = []
    try lists.forEachID(of: list.id) { id, number in
      if !seen.contains(number), !refused.contains(id) { absent.append((id, number)) }
      return true
    }
    var ids: [String] = []
    for (id, number) in absent {
      if let stored = try lists.storedEntry(number), stored.entry.state != .withdrawn {
        ids.append(id)
      }
    }
    guard let reason = doubt(ids.count, of: before, isBrokenOff, atMost: share) else {
      for id in ids { try add(0, id, .absent) }
      return
    }
    receipt.withheld = ids.count
    receipt.warnings.append("nothing was withdrawn: \(reason)")
  }

  /// Entries that a file may lack whatever their share of the list is.
  private static let fewWithdrawn = 10

  /// Why a file may lack entries by mistake; `nil` when nothing speaks for that.
  private func doubt(
    _ absent: Int, of before: Int, _ isBrokenOff: Bool, atMost share: Double?
  ) -> String? {
    guard let share, absent > 0 else { return nil }
    if isBrokenOff { return "the file seems to break off" }
    if let firstUnreadable {
      return "record \(firstUnreadable) was refused, and its id cannot be read"
    }
    guard absent > Self.fewWithdrawn, Double(absent) > share * Double(before)
    else {
      return nil
    }
    let percent = Int((100 * share).rounded())
    return "the file lacks \(absent) of \(before) entries, more than \(percent) %"
  }

  private static func refusal(of entry: SourceEntry) -> String? {
    if entry.id.map({ $0.utf8.count > longestID }) ?? false {
      return "an id of more than \(longestID) bytes"
    }
    if entry.id?.utf8.contains(0) ?? false || entry.details.hasZeros {
      return "a text with a zero byte"
    }
    if entry.details.longestText > longestText {
      return "a text of more than \(longestText) bytes"
    }
    if entry.hashes.count > StoredEntry.maximumHashes {
      return "more than \(StoredEntry.maximumHashes) hashes"
    }
    let allows = entry.details.allows
    if allows.count > maximumAllows { return "more than \(maximumAllows) entries to excuse" }
    if allows.contains(where: { max($0.list.utf8.count, $0.entry.utf8.count) > longestID }) {
      return "an id of more than \(longestID) bytes"
    }
    return nil
  }

  private mutating func add(
    _ number: Int, _ id: String, _ content: PendingRecords.Content
  ) throws(StorageError) {
    // Rows of one entry stay together, unless there are more than it can have.
    let isFull = pending.ids.count >= Self.batch || pending.bytes >= Self.batchBytes
    if isFull, pending.ids.last != id || pending.ids.count >= Self.batch + StoredEntry.maximumHashes
    {
      try flush()
    }
    pending.append(number, id, content)
  }

  // MARK: Writing

  /// Completes the change: writes the list, the receipt and the journal's line. Returns the receipt.
  mutating func finish() throws(StorageError) -> Receipt {
    try flush()
    receipt.warnings += writer.warnings
    list.receipts = UInt32(receipt.number)
    if writer.hasTimedEntries { list.hasTimedEntries = true }
    if writer.isDirty {
      list.serial += 1
      list.undoable = writer.keepsUndo ? list.receipts : 0
      list.firstNew = writer.first
      list.endNew = writer.next
    }
    receipt.serialAfter = Int(list.serial)
    let (record, recordKey) = (list.bytes, Array(name.utf8))
    try writer.lists.lists.put(record.span, for: recordKey.span)
    let bytes = try JSONText.encode(StoredReceipt(receipt))
    let key = writer.lists.receiptKey(receipt.number, list: list.id)
    try writer.lists.receipts.put(bytes.span, for: key.span)
    try Journal.append(receipt, bytes: bytes, to: writer.lists.journal)
    return receipt
  }

  /// Writes what was taken so far.
  mutating func flush() throws(StorageError) {
    guard !pending.ids.isEmpty else { return }
    let order = pending.order()
    let ids = try writer.lists.ids.cursor()
    // In a list without entries the first batch need not look for earlier ones.
    let isEmpty = list.count == 0 && list.withdrawn == 0 && !writer.isDirty
    var position = 0
    while position < order.count {
      let id = pending.ids[order[position]]
      var end = position + 1
      while end < order.count, pending.isID(order[end], id) { end += 1 }
      let stored = isEmpty ? nil : try writer.stored(id, ids)
      try apply(order[position..<end], to: id, over: stored, ids)
      position = end
    }
    pending.removeAll()
    try writer.flush()
    guard !moved.isEmpty else { return }
    // Under ids of their own, which no other record has.
    let records = moved
    moved = []
    for (number, entry) in records {
      if let hash = entry.hashes.first {
        pending.append(number, Self.derivedID(hash), .entry(entry))
      }
    }
    try flush()
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
