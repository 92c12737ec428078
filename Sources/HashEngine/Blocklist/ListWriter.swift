internal import Crypto

/// The writing side of an import: takes what lines say, and writes it in batches sorted as the tables are,
/// so that each page of theirs is come to once a batch instead of once a line.
struct ListWriter {
  /// Bytes of an id at the most: ids are keys, and LMDB's hold 511.
  private static let longestID = 400
  /// Hashes written together.
  private static let batch = 250_000

  /// A hash that waits to be written.
  private struct Pending {
    let line: Int
    let hash: ListedHash
    let id: String
    let label: String?
    /// The id's first 16 bytes as numbers, to sort by.
    let order: (UInt64, UInt64)

    init(line: Int, hash: ListedHash, id: String, label: String?) {
      self.line = line
      self.hash = hash
      self.id = id
      self.label = label
      var bytes = id.utf8.makeIterator()
      func number() -> UInt64 {
        (0..<8).reduce(0) { sum, _ in sum << 8 | UInt64(bytes.next() ?? 0) }
      }
      order = (number(), number())
    }
  }

  private(set) var report: ImportReport
  private let blocklist: Blocklist
  private let name: String
  private let now: Int
  private var list: ListRecord
  private var pending: [Pending] = []
  private var rejected: [RejectedLine] = []

  init(
    _ name: String, of blocklist: Blocklist, now: Int, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    self.blocklist = blocklist
    self.name = name
    self.now = now
    report = ImportReport(list: name)
    if let record = try blocklist.listRecord(name, in: transaction) {
      list = record
    } else {
      let ids = try blocklist.listRecords(in: transaction).map(\.record.id)
      list = ListRecord(id: (ids.max() ?? 0) + 1, createdAt: now)
    }
  }

  /// Takes what a line says.
  mutating func apply(
    _ line: ParsedLine, number: Int, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    switch line {
    case .nothing, .unfinished:
      break
    case .rejected(let reason):
      reject(number, reason)
    case .withdrawal(let id):
      // What came before it must be there.
      try flush(in: transaction)
      if try blocklist.remove(id, from: &list, in: transaction) { report.withdrawn += 1 }
    case .hash(let hash, let id, let label):
      let id = id ?? Self.derivedID(hash)
      guard id.utf8.count <= Self.longestID else {
        reject(number, "an id of more than \(Self.longestID) bytes")
        return
      }
      pending.append(Pending(line: number, hash: hash, id: id, label: label))
      if pending.count == Self.batch { try flush(in: transaction) }
    }
  }

  /// Lines refused since it was last asked.
  mutating func takeRejected() -> [RejectedLine] {
    guard !rejected.isEmpty else { return [] }
    defer { rejected = [] }
    return rejected
  }

  /// Writes what is left.
  mutating func finish(in transaction: borrowing WriteTransaction) throws(StorageError) {
    try flush(in: transaction)
    try blocklist.tables.lists.put(
      list.bytes.span, for: Array(name.utf8).span, in: transaction)
  }

  private mutating func reject(_ line: Int, _ reason: String) {
    report.rejected += 1
    rejected.append(RejectedLine(number: line, reason: reason))
  }

  private mutating func flush(in transaction: borrowing WriteTransaction) throws(StorageError) {
    // Lines with the same id stay in their order.
    pending.sort { ($0.order.0, $0.order.1, $0.line) < ($1.order.0, $1.order.1, $1.line) }
    var new: [(hash: ListedHash, key: EntryKey)] = []
    for item in pending {
      guard let key = try write(item, in: transaction) else { continue }
      new.append((item.hash, key))
      report.added += 1
    }
    pending.removeAll(keepingCapacity: true)
    new.sort { $0.hash.bytes.lexicographicallyPrecedes($1.hash.bytes) }
    for (hash, key) in new {
      try blocklist.tables.postings.put(
        key.bytes.span, for: hash.postingKey.span, in: transaction)
    }
    try blocklist.tables.pdq.insert(new.compactMap(\.hash.pdq), in: transaction)
    try blocklist.tables.phash64.insert(new.compactMap(\.hash.phash64), in: transaction)
  }

  /// Writes the entry of a hash; the entry's key, or `nil` when it has the hash already or no room.
  private mutating func write(
    _ item: Pending, in transaction: borrowing WriteTransaction
  ) throws(StorageError) -> EntryKey? {
    let tables = blocklist.tables
    let key: EntryKey
    var entry: Entry
    if let known = try blocklist.entryKey(item.id, list: list.id, in: transaction),
      let stored = try blocklist.entry(known, in: transaction)
    {
      if stored.hashes.contains(item.hash) {
        report.alreadyThere += 1
        return nil
      }
      guard stored.hashes.count < Entry.mostHashes else {
        reject(item.line, "entry \(item.id) has \(Entry.mostHashes) hashes already")
        return nil
      }
      (key, entry) = (known, stored)
      entry.hashes.append(item.hash)
      entry.label = item.label ?? entry.label
    } else {
      key = EntryKey(list: list.id, number: list.nextEntry)
      entry = Entry(id: item.id, hashes: [item.hash], label: item.label, addedAt: now)
      list.nextEntry += 1
      list.count += 1
      var number = RecordWriter()
      number.append(key.number)
      try tables.ids.put(
        number.bytes.span, for: blocklist.idKey(item.id, list: list.id).span, in: transaction)
    }
    try tables.entries.put(entry.bytes.span, for: key.bytes.span, in: transaction)
    return key
  }

  /// An id for a hash whose source has none: the same at every import, and not the hash itself,
  /// since ids appear where listed hashes must not.
  private static func derivedID(_ hash: ListedHash) -> String {
    "auto-" + hexText(SHA256.hash(data: hash.postingKey).prefix(8))
  }
}
