/// Writes the entries of one list with everything that follows from them: ids, postings, cases, the index,
/// and the records that undo the change.
struct EntryWriter: ~Copyable {
  /// Owns the transaction: what is written is kept by ``commit()``, or not at all.
  let lists: ListWriter
  /// The number of the first entry made here; `next` is the one after the last.
  let first: UInt64
  private(set) var next: UInt64
  /// Whether anything was written.
  private(set) var isDirty = false
  private(set) var keepsUndo = true
  /// Whether an entry was written that comes into force by itself.
  private(set) var hasTimedEntries = false
  /// A sentence for each hash that is both on an allowlist and on another list; past ten, also their number.
  var warnings: [String] {
    guard contradictions > examples.count else { return examples }
    return examples + ["in all \(contradictions) hashes are on an allowlist and on another"]
  }

  private static let maximumExamples = 10

  private let list: UInt32
  private let meaning: ListMeaning
  private let contrary: [UInt32: String]
  private var contradictions = 0
  private var examples: [String] = []
  private var added: [(hash: ListedHash, entry: UInt64)] = []
  private var removed: [(hash: ListedHash, entry: UInt64)] = []
  private var record = RecordWriter(capacity: 256)
  private var key = RecordWriter(capacity: 512)

  init(_ list: ListRecord, _ lists: consuming ListWriter) throws(StorageError) {
    let last = try lists.entries.lastKey() ?? 0
    let contrary = try Self.contrary(to: list, in: lists)
    self.lists = lists
    self.list = list.id
    self.contrary = contrary
    meaning = list.settings.meaning
    first = last + 1
    next = last + 1
  }

  /// The names of the lists that mean the contrary, by id.
  private static func contrary(
    to list: ListRecord, in lists: borrowing ListWriter
  ) throws(StorageError) -> [UInt32: String] {
    var names: [UInt32: String] = [:]
    for (name, other) in try lists.records()
    where other.id != list.id && other.count > 0
      && (other.settings.meaning == .allow) != (list.settings.meaning == .allow)
    {
      names[other.id] = name
    }
    return names
  }

  consuming func commit() throws(StorageError) { try lists.commit() }

  /// The entry of an id, with its number.
  mutating func stored(
    _ id: String, _ ids: borrowing TableCursor
  ) throws(StorageError) -> (number: UInt64, entry: Entry)? {
    setKey(id)
    guard let number = try ids.value(for: key.bytes.span, { EntryNumber.read($0) }) ?? nil,
      let stored = try lists.storedEntry(number)
    else { return nil }
    return (number, stored.entry)
  }

  /// Writes an entry in an earlier one's place, or a new one; returns its number.
  mutating func write(
    _ entry: Entry, over old: (number: UInt64, entry: Entry)?, _ ids: borrowing TableCursor
  ) throws(StorageError) -> UInt64 {
    try begin()
    if case .disabled(.some) = entry.state { hasTimedEntries = true }
    let number = old?.number ?? next
    record.clear()
    StoredEntry(list: list, entry: entry).write(to: &record)
    if let old {
      try keepForUndo(old)
      try lists.entries.put(record.bytes.span, for: number)
    } else {
      next += 1
      try lists.entries.append(record.bytes.span, for: number)
      setKey(entry.id)
      let value = EntryNumber.bytes(number)
      try ids.put(value.span, for: key.bytes.span)
    }
    let (before, after) = (old?.entry.details.namedCases ?? [], entry.details.namedCases)
    for gone in before where !after.contains(gone) { try removeCase(gone, number) }
    for caseID in after where !before.contains(caseID) {
      let (key, value) = (
        Array(caseID.utf8.prefix(ListChange.longestID)), EntryNumber.bytes(number)
      )
      try lists.cases.put(value.span, for: key.span)
    }
    let known = old?.entry.hashes ?? []
    for hash in entry.hashes where !known.contains(hash) { added.append((hash, number)) }
    for hash in known where !entry.hashes.contains(hash) { removed.append((hash, number)) }
    return number
  }

  /// Removes every trace of an entry.
  mutating func erase(
    _ old: (number: UInt64, entry: Entry)
  ) throws(StorageError) {
    try begin()
    try lists.entries.remove(old.number)
    setKey(old.entry.id)
    try lists.ids.remove(key.bytes.span)
    for caseID in old.entry.details.namedCases { try removeCase(caseID, old.number) }
    for hash in old.entry.hashes { removed.append((hash, old.number)) }
  }

  /// Removes all entries of the list, for good.
  mutating func eraseAll() throws(StorageError) {
    stopKeepingUndo()
    try forgetUndo()
    var numbers: [UInt64] = []
    try lists.forEachID(of: list) { _, number in
      numbers.append(number)
      return true
    }
    for (count, number) in numbers.enumerated() {
      guard let stored = try lists.storedEntry(number) else { continue }
      try erase((number, stored.entry))
      if count % 100_000 == 99_999 { try flush() }
    }
    try flush()
  }

  /// Writes the postings of all entries written since the last call, in the order of the tables' keys.
  mutating func flush() throws(StorageError) {
    removed.sort { $0.hash < $1.hash }
    for (hash, number) in removed { try removePosting(hash, number) }
    removed.removeAll(keepingCapacity: true)
    added.sort { $0.hash < $1.hash }
    try findContradictions()
    let postings = try lists.postings.cursor()
    for (hash, number) in added {
      key.clear()
      hash.writePostingKey(to: &key)
      let value = EntryNumber.bytes(number)
      try postings.put(value.span, for: key.bytes.span)
    }
    let distinct = distinctAdded()
    try lists.pdq.insert(distinct: distinct.compactMap(\.pdq))
    try lists.phash64.insert(distinct: distinct.compactMap(\.phash64))
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
    _ hash: ListedHash, _ number: UInt64
  ) throws(StorageError) {
    key.clear()
    hash.writePostingKey(to: &key)
    try lists.postings.remove(
      key.bytes.span, value: EntryNumber.bytes(number))
    guard try lists.postings.value(for: key.bytes, { _ in true }) == nil
    else { return }
    if let pdq = hash.pdq { try lists.pdq.remove(pdq) }
    if let phash64 = hash.phash64 { try lists.phash64.remove(phash64) }
  }

  private func removeCase(
    _ caseID: String, _ number: UInt64
  ) throws(StorageError) {
    let key = Array(caseID.utf8.prefix(ListChange.longestID))
    try lists.cases.remove(
      key.span, value: EntryNumber.bytes(number))
  }

  private mutating func findContradictions() throws(StorageError) {
    guard !contrary.isEmpty else { return }
    for (hash, _) in added {
      for number in try lists.postings(of: hash) {
        guard let stored = try lists.storedEntry(number),
          let name = contrary[stored.list]
        else { continue }
        contradictions += 1
        guard examples.count < Self.maximumExamples else { continue }
        examples.append(
          meaning == .allow
            ? "on an allowlist now, and also on list \(name): entry \(stored.entry.id)"
            : "listed now, and on the allowlist \(name): entry \(stored.entry.id)")
      }
    }
  }

  // MARK: Undo

  /// Keeps no undo records for this change, which cannot be undone. Those of the change before stay until
  /// ``forgetUndo()``.
  mutating func stopKeepingUndo() { keepsUndo = false }

  /// Removes what would undo the list's last change.
  func forgetUndo() throws(StorageError) {
    while true {
      let numbers = try lists.undoNumbers(of: list, limit: 10_000)
      guard !numbers.isEmpty else { return }
      for number in numbers {
        let key = EntryNumber.undoKey(number, list: list)
        try lists.undo.remove(key.span)
      }
    }
  }

  /// Called before every write; the first one discards the undo records of the change before.
  private mutating func begin() throws(StorageError) {
    guard !isDirty else { return }
    isDirty = true
    if keepsUndo { try forgetUndo() }
  }

  private func keepForUndo(
    _ old: (number: UInt64, entry: Entry)
  ) throws(StorageError) {
    guard keepsUndo, old.number < first else { return }
    let key = EntryNumber.undoKey(old.number, list: list)
    // Only the first copy shows the entry as it was before the change.
    guard try lists.undo.value(for: key, { _ in true }) == nil else { return }
    let bytes = StoredEntry(list: list, entry: old.entry).bytes
    try lists.undo.put(bytes.span, for: key.span)
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
