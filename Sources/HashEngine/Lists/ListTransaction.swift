/// The lists as one transaction sees them, and everything that can be read of them. Changes are made by an
/// ``EntryWriter`` and a ``ListChange``.
struct ListTransaction<Base: Transaction & ~Copyable>: ~Copyable {
  let base: Base
  let tableIDs: ListTables

  init(_ base: consuming Base, _ tables: ListTables) {
    self.base = base
    tableIDs = tables
  }

  typealias OpenTable = Table<Base.Access>

  var lists: OpenTable {
    @_lifetime(borrow self) borrowing get { base.table(tableIDs.lists) }
  }
  var entries: OpenTable {
    @_lifetime(borrow self) borrowing get { base.table(tableIDs.entries) }
  }
  var ids: OpenTable { @_lifetime(borrow self) borrowing get { base.table(tableIDs.ids) } }
  var postings: OpenTable {
    @_lifetime(borrow self) borrowing get { base.table(tableIDs.postings) }
  }
  var cases: OpenTable {
    @_lifetime(borrow self) borrowing get { base.table(tableIDs.cases) }
  }
  var receipts: OpenTable {
    @_lifetime(borrow self) borrowing get { base.table(tableIDs.receipts) }
  }
  var undo: OpenTable { @_lifetime(borrow self) borrowing get { base.table(tableIDs.undo) } }
  var journal: OpenTable {
    @_lifetime(borrow self) borrowing get { base.table(tableIDs.journal) }
  }
  var keys: OpenTable { @_lifetime(borrow self) borrowing get { base.table(tableIDs.keys) } }

  /// Every PDQ hash that an entry has, once.
  var pdq: HammingIndex<PDQHash, Base.Access> {
    @_lifetime(borrow self) borrowing get { base.index(tableIDs.pdq) }
  }
  /// Every 64-bit hash that an entry has, once.
  var phash64: HammingIndex<PerceptualHash64, Base.Access> {
    @_lifetime(borrow self) borrowing get { base.index(tableIDs.phash64) }
  }

  func damaged(_ what: String) -> StorageError {
    StorageError(.damaged, "\(base.environment.path): the database is damaged (\(what))")
  }
}

/// The lists in one committed state.
typealias ListReader = ListTransaction<ReadTransaction>

/// The lists while they are changed: no other writer, in any process, can change them meanwhile.
typealias ListWriter = ListTransaction<WriteTransaction>

extension ListTransaction where Base == WriteTransaction {
  /// Keeps all that was changed.
  consuming func commit() throws(StorageError) { try base.commit() }
}
