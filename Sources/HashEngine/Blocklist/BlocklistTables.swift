/// The tables of a blocklist, opened once.
///
/// | table | key | value |
/// |---|---|---|
/// | lists | name | ``ListRecord`` |
/// | entries | list id (4), entry number (8) | ``Entry`` |
/// | ids | list id (4), the source's id | entry number (8) |
/// | postings | kind (1), hash | list id (4), entry number (8); one for each entry with the hash |
/// | index.pdq, index.phash64 | node number | ``HammingIndex``: every such hash that has a posting, once |
struct BlocklistTables: Sendable {
  /// Raised when a layout changes so that older software would misread it.
  static let format: UInt32 = 1

  let lists: Table
  let entries: Table
  let ids: Table
  let postings: Table
  let pdq: HammingIndex<PDQHash>
  let phash64: HammingIndex<PerceptualHash64>

  private static let pdqName = "index.pdq"
  private static let phash64Name = "index.phash64"

  static func make(in transaction: borrowing WriteTransaction) throws(StorageError) -> Self {
    Self(
      lists: try Table.make("lists", in: transaction),
      entries: try Table.make("entries", in: transaction),
      ids: try Table.make("ids", in: transaction),
      postings: try Table.make("postings", .manyValues, in: transaction),
      pdq: try HammingIndex.make(pdqName, in: transaction),
      phash64: try HammingIndex.make(phash64Name, in: transaction))
  }

  static func existing(
    in transaction: borrowing ReadTransaction
  ) throws(StorageError) -> Self? {
    guard let lists = try Table.existing("lists", in: transaction),
      let entries = try Table.existing("entries", in: transaction),
      let ids = try Table.existing("ids", in: transaction),
      let postings = try Table.existing("postings", .manyValues, in: transaction),
      let pdq = try HammingIndex<PDQHash>.existing(pdqName, in: transaction),
      let phash64 = try HammingIndex<PerceptualHash64>.existing(phash64Name, in: transaction)
    else { return nil }
    return Self(
      lists: lists, entries: entries, ids: ids, postings: postings, pdq: pdq, phash64: phash64)
  }
}

/// What is stored of a list under its name.
struct ListRecord {
  let id: UInt32
  let createdAt: Int
  var nextEntry: UInt64 = 1
  var count: UInt64 = 0

  init(id: UInt32, createdAt: Int) {
    self.id = id
    self.createdAt = createdAt
  }

  init?(_ bytes: RawSpan) {
    var record = RecordReader(bytes)
    guard let id = record.uint32(), let created = record.uint64(),
      let next = record.uint64(), let count = record.uint64()
    else { return nil }
    self.id = id
    createdAt = Int(clamping: created)
    nextEntry = next
    self.count = count
  }

  var bytes: [UInt8] {
    var record = RecordWriter()
    record.append(id)
    record.append(UInt64(clamping: createdAt))
    record.append(nextEntry)
    record.append(count)
    return record.bytes
  }
}

/// Which entry of which list: the key of its record and the value of its postings.
struct EntryKey: Hashable {
  let list: UInt32
  let number: UInt64

  init(list: UInt32, number: UInt64) {
    self.list = list
    self.number = number
  }

  init?(_ bytes: RawSpan) {
    var record = RecordReader(bytes)
    guard let list = record.uint32(), let number = record.uint64() else { return nil }
    self.list = list
    self.number = number
  }

  var bytes: [UInt8] {
    var record = RecordWriter()
    record.append(list)
    record.append(number)
    return record.bytes
  }
}

extension HashKind {
  /// The byte that stands for the kind in the database; never reused.
  var code: UInt8 {
    switch self {
    case .pdq: 1
    case .phash64: 2
    case .md5: 3
    case .sha1: 4
    case .sha256: 5
    }
  }

  init?(code: UInt8) {
    guard let kind = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = kind
  }
}

extension ListedHash {
  /// The key of its postings.
  var postingKey: [UInt8] { [kind.code] + bytes }
}

extension Entry {
  init?(_ bytes: RawSpan) {
    var record = RecordReader(bytes)
    guard let id = record.text(), let label = record.text(), let added = record.uint64(),
      let count = record.uint8()
    else { return nil }
    var hashes: [ListedHash] = []
    for _ in 0..<count {
      guard let code = record.uint8(), let kind = HashKind(code: code),
        let raw = record.raw(kind.byteCount), let hash = ListedHash(kind: kind, bytes: raw)
      else { return nil }
      hashes.append(hash)
    }
    self.init(
      id: id, hashes: hashes, label: label.isEmpty ? nil : label, addedAt: Int(clamping: added))
  }

  /// Hashes of one entry at the most; the record counts them in a byte.
  static let mostHashes = 255

  var bytes: [UInt8] {
    var record = RecordWriter()
    record.append(id)
    record.append(label ?? "")
    record.append(UInt64(clamping: addedAt))
    record.append(UInt8(clamping: hashes.count))
    for hash in hashes {
      record.append(hash.kind.code)
      record.append(raw: hash.bytes)
    }
    return record.bytes
  }
}
