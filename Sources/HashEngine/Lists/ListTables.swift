/// The tables of the lists, opened once.
///
/// | table | key | value |
/// |---|---|---|
/// | lists | name | ``ListRecord`` |
/// | entries | entry number (8), counted over all lists | list id (4), ``Entry`` |
/// | ids | list id (4), the source's id | entry number (8) |
/// | postings | kind (1), hash | entry number (8); one for each entry with the hash |
/// | cases | the operator's case | entry number (8) |
/// | receipts | list id (4), number (4) | ``StoredReceipt``, JSON |
/// | undo | list id (4), entry number (8) | the entry before the list's last change |
/// | journal | line number (8) | ``JournalLine``, JSON |
/// | keys | name | a secret (see ``InstallationKey``) |
/// | index.pdq, index.phash64 | node number | ``HammingIndex``: every such hash that has a posting, once |
struct ListTables: Sendable {
  let lists: TableID
  let entries: TableID
  let ids: TableID
  let postings: TableID
  let cases: TableID
  let receipts: TableID
  let undo: TableID
  let journal: TableID
  let keys: TableID
  let pdq: IndexTables<PDQHash>
  let phash64: IndexTables<PerceptualHash64>

  private static let pdqName = "index.pdq"
  private static let phash64Name = "index.phash64"

  /// Makes those that are missing.
  init(make transaction: borrowing WriteTransaction) throws(StorageError) {
    lists = try transaction.makeTable("lists")
    entries = try transaction.makeTable("entries", .integerKeys)
    ids = try transaction.makeTable("ids")
    postings = try transaction.makeTable("postings", .manyValues)
    cases = try transaction.makeTable("cases", .manyValues)
    receipts = try transaction.makeTable("receipts")
    undo = try transaction.makeTable("undo")
    journal = try transaction.makeTable("journal", .integerKeys)
    keys = try transaction.makeTable("keys")
    pdq = try IndexTables(make: Self.pdqName, transaction)
    phash64 = try IndexTables(make: Self.phash64Name, transaction)
  }

  /// - Throws: ``StorageError`` when one is missing.
  init(open transaction: borrowing some Transaction & ~Copyable) throws(StorageError) {
    let path = transaction.environment.path
    guard let lists = try transaction.openTable("lists"),
      let entries = try transaction.openTable("entries", .integerKeys),
      let ids = try transaction.openTable("ids"),
      let postings = try transaction.openTable("postings", .manyValues),
      let cases = try transaction.openTable("cases", .manyValues),
      let receipts = try transaction.openTable("receipts"),
      let undo = try transaction.openTable("undo"),
      let journal = try transaction.openTable("journal", .integerKeys),
      let keys = try transaction.openTable("keys"),
      let pdq = try IndexTables<PDQHash>(open: Self.pdqName, transaction),
      let phash64 = try IndexTables<PerceptualHash64>(open: Self.phash64Name, transaction)
    else { throw StorageError(.damaged, "\(path): the database is damaged (a table is missing)") }
    self.lists = lists
    self.entries = entries
    self.ids = ids
    self.postings = postings
    self.cases = cases
    self.receipts = receipts
    self.undo = undo
    self.journal = journal
    self.keys = keys
    self.pdq = pdq
    self.phash64 = phash64
  }
}
