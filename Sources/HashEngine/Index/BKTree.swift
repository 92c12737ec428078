/// A set of hashes that answers "which lie within this radius?", kept in the database.
///
/// A Burkhard–Keller tree with buckets: an inner node has a pivot and sorts hashes by their distance
/// to it; a leaf holds some hundred hashes one behind the other, scanned in place. By the triangle
/// inequality only children whose distances come within the radius of the query's own can hold an
/// answer, so every search is exact. (Burkhard and Keller, "Some approaches to best-match file
/// searching", 1973.)
///
/// Unrelated PDQ hashes all lie at about the same distance from each other, so at a radius of 31 such a tree
/// can skip little; what makes it fast there is the scan of its leaves.
struct BKTree<Hash: BinaryHash, Access: TransactionAccess>: ~Escapable {
  let nodes: Table<Access>
  let kernels: Kernels

  @_lifetime(copy nodes)
  init(nodes: Table<Access>, kernels: Kernels) {
    self.nodes = nodes
    self.kernels = kernels
  }

  /// Hashes in the tree.
  func count() throws(StorageError) -> Int { Int(try header().count) }

  func header() throws(StorageError) -> BKTreeHeader {
    let header = try nodes.value(for: 0) { BKTreeHeader($0) }
    guard let header else { return BKTreeHeader() }
    guard let header else { throw damaged(0) }
    return header
  }

  func node(_ id: UInt64) throws(StorageError) -> BKTreeNode<Hash> {
    let node = try nodes.value(for: id) { BKTreeNode<Hash>($0) }
    guard let node, let node else { throw damaged(id) }
    return node
  }

  func damaged(_ id: UInt64) -> StorageError {
    StorageError(.damaged, "\(nodes.path): the database is damaged (index node \(id))")
  }
}

extension BKTree where Access == Writing {
  func setHeader(_ header: BKTreeHeader) throws(StorageError) {
    let bytes = header.bytes
    try nodes.put(bytes.span, for: 0)
  }

  func put(_ node: BKTreeNode<Hash>, _ id: UInt64) throws(StorageError) {
    let bytes = node.bytes
    try nodes.put(bytes.span, for: id)
  }
}

/// Record 0 of a ``BKTree``'s table: where the tree begins.
struct BKTreeHeader {
  /// 0 when the tree is empty.
  var root: UInt64 = 0
  var nextID: UInt64 = 1
  var count: UInt64 = 0
  /// Grows with every insert and removal.
  var changes: UInt64 = 0

  init(changes: UInt64 = 0) { self.changes = changes }

  init?(_ bytes: RawSpan) {
    var record = RecordReader(bytes)
    guard let root = record.uint64(), let next = record.uint64(), let count = record.uint64(),
      let changes = record.uint64()
    else { return nil }
    self.root = root
    nextID = next
    self.count = count
    self.changes = changes
  }

  var bytes: [UInt8] {
    var record = RecordWriter()
    record.append(root)
    record.append(nextID)
    record.append(count)
    record.append(changes)
    return record.bytes
  }
}

/// What a search of a ``BKTree`` looked at.
struct TreeWork {
  var nodes = 0
  /// Hashes that were compared.
  var hashes = 0
}
