/// The tables of a ``HammingIndex``, opened once, and what is kept of them between searches.
struct IndexTables<Hash: BinaryHash>: Sendable {
  /// Nodes of the tree of live hashes.
  let nodes: TableID
  /// Parts of segments (see ``SegmentPart``).
  let parts: TableID
  /// Sealed hashes that were removed, until the next sealing leaves them out.
  let removed: TableID
  let kernels: Kernels
  let cache = SegmentCache<Hash>()

  init(nodes: TableID, parts: TableID, removed: TableID, kernels: Kernels) {
    self.nodes = nodes
    self.parts = parts
    self.removed = removed
    self.kernels = kernels
  }

  /// Opens the tables of the index of that name; `nil` when there is none yet.
  init?(
    open name: String, _ transaction: borrowing some Transaction & ~Copyable,
    kernels: Kernels = .best
  ) throws(StorageError) {
    guard let nodes = try transaction.openTable(name, .integerKeys),
      let parts = try transaction.openTable(Self.parts(of: name), .integerKeys),
      let removed = try transaction.openTable(Self.removed(of: name))
    else { return nil }
    self.init(nodes: nodes, parts: parts, removed: removed, kernels: kernels)
  }

  /// Makes those that are missing.
  init(
    make name: String, _ transaction: borrowing WriteTransaction, kernels: Kernels = .best
  ) throws(StorageError) {
    self.init(
      nodes: try transaction.makeTable(name, .integerKeys),
      parts: try transaction.makeTable(Self.parts(of: name), .integerKeys),
      removed: try transaction.makeTable(Self.removed(of: name)), kernels: kernels)
  }

  private static func parts(of name: String) -> String { "\(name).sealed" }
  private static func removed(of name: String) -> String { "\(name).removed" }
}

extension Transaction where Self: ~Copyable {
  /// An index as this transaction sees it.
  @_lifetime(borrow self)
  borrowing func index<Hash>(_ tables: IndexTables<Hash>) -> HammingIndex<Hash, Access> {
    HammingIndex(tables, self)
  }
}
