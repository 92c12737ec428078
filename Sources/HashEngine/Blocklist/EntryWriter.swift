/// Writes the entries of one list with everything that follows from them: ids, postings, cases, the index,
/// and what it takes to undo it.
struct EntryWriter {
  /// The first number of an entry made here, and the one after the last.
  let first: UInt64
  private(set) var next: UInt64
  /// Whether anything was written.
  private(set) var isDirty = false
  private(set) var keepsUndo = true
  /// Entries that contradict those of other lists, a sentence each, and their number if there are more.
  var warnings: [String] {
    guard contradictions > told.count else { return told }
    return told + ["in all \(contradictions) hashes are on an allowlist and on another"]
  }

  private static let mostTold = 10

  private let tables: BlocklistTables
  private let blocklist: Blocklist
  private let list: UInt32
  private let meaning: ListMeaning
  /// Lists that mean the contrary, by id.
  private var contrary: [UInt32: String] = [:]
  private var contradictions = 0
  private var told: [String] = []
  private var added: [(hash: ListedHash, entry: UInt64)] = []
  private var removed: [(hash: ListedHash, entry: UInt64)] = []
  private var record = RecordWriter(capacity: 256)
  private var key = RecordWriter(capacity: 512)

  init(
    _ list: ListRecord, of blocklist: Blocklist, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    self.blocklist = blocklist
    tables = blocklist.tables
    self.list = list.id
    meaning = list.settings.meaning
    first = (try tables.entries.lastKey(in: transaction) ?? 0) + 1
    next = first
    for (name, other) in try blocklist.listRecords(in: transaction)
    where other.id != list.id && other.count > 0
      && (other.settings.meaning == .allow) != (meaning == .allow)
    {
      contrary[other.id] = name
    }
  }

  /// The entry of an id, with its number.
  mutating func stored(
    _ id: String, _ ids: borrowing TableCursor, in transaction: borrowing WriteTransaction
  ) throws(StorageError) -> (number: UInt64, entry: Entry)? {
    setKey(id)
    guard let number = try ids.value(for: key.bytes.span, { EntryNumber.read($0) }) ?? nil,
      let stored = try blocklist.storedEntry(number, in: transaction)
    else { return nil }
    return (number, stored.entry)
  }

  /// Writes an entry in an earlier one's place, or a new one; returns its number.
  mutating func write(
    _ entry: Entry, over old: (number: UInt64, entry: Entry)?, _ ids: borrowing TableCursor,
    in transaction: borrowing WriteTransaction
  ) throws(StorageError) -> UInt64 {
    try begin(in: transaction)
    let number = old?.number ?? next
    record.clear()
    StoredEntry(list: list, entry: entry).write(to: &record)
    if let old {
      try keepForUndo(old, in: transaction)
      try tables.entries.put(record.bytes.span, for: number, in: transaction)
    } else {
      next += 1
      try tables.entries.append(record.bytes.span, for: number, in: transaction)
      setKey(entry.id)
      let value = EntryNumber.bytes(number)
      try ids.put(value.span, for: key.bytes.span)
    }
    if old?.entry.details.caseID != entry.details.caseID {
      if let gone = old?.entry.details.caseID { try removeCase(gone, number, in: transaction) }
      if let caseID = entry.details.caseID {
        let (key, value) = (
          Array(caseID.utf8.prefix(ListChange.longestID)), EntryNumber.bytes(number)
        )
        try tables.cases.put(value.span, for: key.span, in: transaction)
      }
    }
    let known = old?.entry.hashes ?? []
    for hash in entry.hashes where !known.contains(hash) { added.append((hash, number)) }
    for hash in known where !entry.hashes.contains(hash) { removed.append((hash, number)) }
    return number
  }

  /// Removes every trace of an entry.
  mutating func erase(
    _ old: (number: UInt64, entry: Entry), in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    try begin(in: transaction)
    try tables.entries.remove(old.number, in: transaction)
    setKey(old.entry.id)
    try tables.ids.remove(key.bytes.span, in: transaction)
    if let caseID = old.entry.details.caseID {
      try removeCase(caseID, old.number, in: transaction)
    }
    for hash in old.entry.hashes { removed.append((hash, old.number)) }
  }

  /// Writes the postings of all entries since it was last called, in their tables' order.
  mutating func flush(in transaction: borrowing WriteTransaction) throws(StorageError) {
    removed.sort { $0.hash < $1.hash }
    for (hash, number) in removed { try removePosting(hash, number, in: transaction) }
    removed.removeAll(keepingCapacity: true)
    added.sort { $0.hash < $1.hash }
    try findContradictions(in: transaction)
    let postings = try TableCursor(tables.postings, in: transaction)
    for (hash, number) in added {
      key.clear()
      hash.writePostingKey(to: &key)
      let value = EntryNumber.bytes(number)
      try postings.put(value.span, for: key.bytes.span)
    }
    let distinct = distinctAdded()
    try tables.pdq.insert(distinct: distinct.compactMap(\.pdq), in: transaction)
    try tables.phash64.insert(distinct: distinct.compactMap(\.phash64), in: transaction)
    added.removeAll(keepingCapacity: true)
  }

  /// The hashes of sorted additions, each once.
  private func distinctAdded() -> [ListedHash] {
    var hashes: [ListedHash] = []
    hashes.reserveCapacity(added.count)
    for (hash, _) in added where hashes.last != hash { hashes.append(hash) }
    return hashes
  }

  private mutating func removePosting(
    _ hash: ListedHash, _ number: UInt64, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    key.clear()
    hash.writePostingKey(to: &key)
    try tables.postings.remove(
      key.bytes.span, value: EntryNumber.bytes(number), in: transaction)
    guard try tables.postings.value(for: key.bytes, in: transaction, { _ in true }) == nil
    else { return }
    if let pdq = hash.pdq { try tables.pdq.remove(pdq, in: transaction) }
    if let phash64 = hash.phash64 { try tables.phash64.remove(phash64, in: transaction) }
  }

  private func removeCase(
    _ caseID: String, _ number: UInt64, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    let key = Array(caseID.utf8.prefix(ListChange.longestID))
    try tables.cases.remove(
      key.span, value: EntryNumber.bytes(number), in: transaction)
  }

  private mutating func findContradictions(
    in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    guard !contrary.isEmpty else { return }
    for (hash, _) in added {
      for number in try blocklist.postings(of: hash, in: transaction) {
        guard let stored = try blocklist.storedEntry(number, in: transaction),
          let name = contrary[stored.list]
        else { continue }
        contradictions += 1
        guard told.count < Self.mostTold else { continue }
        told.append(
          meaning == .allow
            ? "on an allowlist now, and on \(name): entry \(stored.entry.id)"
            : "listed now, and on the allowlist \(name): entry \(stored.entry.id)")
      }
    }
  }

  // MARK: Undo

  /// Entries as they were before the list's last change.
  func undoRecords(
    in transaction: borrowing WriteTransaction
  ) throws(StorageError) -> [(number: UInt64, entry: Entry)] {
    var records: [(number: UInt64, entry: Entry)] = []
    let prefix = EntryNumber.undoKey(0, list: list).prefix(4)
    try tables.undo.forEach(from: Array(prefix), in: transaction) { key, value in
      let bytes = key.withUnsafeBytes { Array($0) }
      guard bytes.starts(with: prefix), bytes.count == 12 else { return false }
      let number = bytes.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      if let stored = StoredEntry(value) { records.append((number, stored.entry)) }
      return true
    }
    return records
  }

  mutating func stopKeepingUndo() { keepsUndo = false }

  /// Before the first write of a change: what undid the one before is of no use any more.
  private mutating func begin(in transaction: borrowing WriteTransaction) throws(StorageError) {
    guard !isDirty else { return }
    isDirty = true
    for (number, _) in try undoRecords(in: transaction) {
      try tables.undo.remove(EntryNumber.undoKey(number, list: list).span, in: transaction)
    }
  }

  private func keepForUndo(
    _ old: (number: UInt64, entry: Entry), in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    guard keepsUndo, old.number < first else { return }
    let key = EntryNumber.undoKey(old.number, list: list)
    // The first is how it was before.
    guard try tables.undo.value(for: key, in: transaction, { _ in true }) == nil else { return }
    let bytes = StoredEntry(list: list, entry: old.entry).bytes
    try tables.undo.put(bytes.span, for: key.span, in: transaction)
  }

  private mutating func setKey(_ id: String) {
    key.clear()
    key.append(list)
    key.append(raw: id.utf8)
  }
}

/// The number of an entry as it is stored.
enum EntryNumber {
  static func bytes(_ number: UInt64) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }

  static func read(_ bytes: RawSpan) -> UInt64? {
    bytes.byteCount == 8 ? UInt64(bigEndian: bytes.unsafeLoadUnaligned(as: UInt64.self)) : nil
  }

  static func undoKey(_ number: UInt64, list: UInt32) -> [UInt8] {
    var key = RecordWriter(capacity: 12)
    key.append(list)
    key.append(number)
    return key.bytes
  }
}
