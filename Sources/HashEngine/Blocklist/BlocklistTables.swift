/// The tables of a blocklist, opened once.
///
/// | table | key | value |
/// |---|---|---|
/// | lists | name | ``ListRecord`` |
/// | entries | entry number (8), counted over all lists | list id (4), ``Entry`` |
/// | ids | list id (4), the source's id | entry number (8) |
/// | postings | kind (1), hash | entry number (8); one for each entry with the hash |
/// | cases | the operator's case | entry number (8) |
/// | receipts | list id (4), number (4) | ``Receipt``, JSON |
/// | undo | list id (4), entry number (8) | the entry before the list's last change |
/// | journal | line number (8) | ``JournalLine``, JSON |
/// | index.pdq, index.phash64 | node number | ``HammingIndex``: every such hash that has a posting, once |
struct BlocklistTables: Sendable {
  /// Raised when a layout changes so that older software would misread it.
  static let format: UInt32 = 2

  let lists: Table
  let entries: Table
  let ids: Table
  let postings: Table
  let cases: Table
  let receipts: Table
  let undo: Table
  let journal: Table
  let pdq: HammingIndex<PDQHash>
  let phash64: HammingIndex<PerceptualHash64>

  private static let pdqName = "index.pdq"
  private static let phash64Name = "index.phash64"

  static func make(in transaction: borrowing WriteTransaction) throws(StorageError) -> Self {
    Self(
      lists: try Table.make("lists", in: transaction),
      entries: try Table.make("entries", .integerKeys, in: transaction),
      ids: try Table.make("ids", in: transaction),
      postings: try Table.make("postings", .manyValues, in: transaction),
      cases: try Table.make("cases", .manyValues, in: transaction),
      receipts: try Table.make("receipts", in: transaction),
      undo: try Table.make("undo", in: transaction),
      journal: try Table.make("journal", .integerKeys, in: transaction),
      pdq: try HammingIndex.make(pdqName, in: transaction),
      phash64: try HammingIndex.make(phash64Name, in: transaction))
  }

  static func existing(
    in transaction: borrowing ReadTransaction
  ) throws(StorageError) -> Self? {
    guard let lists = try Table.existing("lists", in: transaction),
      let entries = try Table.existing("entries", .integerKeys, in: transaction),
      let ids = try Table.existing("ids", in: transaction),
      let postings = try Table.existing("postings", .manyValues, in: transaction),
      let cases = try Table.existing("cases", .manyValues, in: transaction),
      let receipts = try Table.existing("receipts", in: transaction),
      let undo = try Table.existing("undo", in: transaction),
      let journal = try Table.existing("journal", .integerKeys, in: transaction),
      let pdq = try HammingIndex<PDQHash>.existing(pdqName, in: transaction),
      let phash64 = try HammingIndex<PerceptualHash64>.existing(phash64Name, in: transaction)
    else { return nil }
    return Self(
      lists: lists, entries: entries, ids: ids, postings: postings, cases: cases,
      receipts: receipts, undo: undo, journal: journal, pdq: pdq, phash64: phash64)
  }
}
