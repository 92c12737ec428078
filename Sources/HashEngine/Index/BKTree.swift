/// A set of hashes that answers "which lie within this radius?", kept in the database.
///
/// A Burkhard–Keller tree with buckets: an inner node has a pivot and sorts hashes by their distance
/// to it; a leaf holds some hundred hashes one behind the other, scanned in place. By the triangle
/// inequality only children whose distances come within the radius of the query's own can hold an
/// answer, so every search is exact. (Burkhard and Keller, "Some approaches to best-match file
/// searching", 1973.)
///
/// At PDQ's radius of 31 unrelated hashes lie too far apart, all at about the same distance, for any
/// such tree to leave much out: its strength there is the scan of its leaves.
struct BKTree<Hash: BinaryHash>: Sendable {
  let nodes: Table
  let kernels: Kernels

  /// Record 0: where the tree begins.
  struct Header {
    /// 0 when the tree is empty.
    var root: UInt64 = 0
    var nextID: UInt64 = 1
    var count: UInt64 = 0
    /// Grows with every insert and removal.
    var changes: UInt64 = 0
  }

  /// What a search looked at.
  struct Work {
    var nodes = 0
    /// Hashes that were compared.
    var hashes = 0
  }

  /// The tree of that name, `nil` when there is none yet.
  static func existing(
    _ name: String, in transaction: borrowing some Transaction & ~Copyable,
    kernels: Kernels = .best
  ) throws(StorageError) -> BKTree? {
    guard let nodes = try Table.existing(name, .integerKeys, in: transaction) else { return nil }
    return BKTree(nodes: nodes, kernels: kernels)
  }

  static func make(
    _ name: String, in transaction: borrowing WriteTransaction, kernels: Kernels = .best
  ) throws(StorageError) -> BKTree {
    BKTree(nodes: try Table.make(name, .integerKeys, in: transaction), kernels: kernels)
  }

  /// Hashes in the tree.
  func count(in transaction: borrowing some Transaction & ~Copyable) throws(StorageError) -> Int {
    Int(try header(in: transaction).count)
  }

  func header(
    in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> Header {
    let header = try nodes.value(for: 0, in: transaction) { bytes -> Header? in
      var record = RecordReader(bytes)
      guard let root = record.uint64(), let next = record.uint64(), let count = record.uint64(),
        let changes = record.uint64()
      else { return nil }
      return Header(root: root, nextID: next, count: count, changes: changes)
    }
    guard let header else { return Header() }
    guard let header else { throw damaged(0, transaction.path) }
    return header
  }

  func setHeader(
    _ header: Header, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    var record = RecordWriter()
    record.append(header.root)
    record.append(header.nextID)
    record.append(header.count)
    record.append(header.changes)
    try nodes.put(record.bytes.span, for: 0, in: transaction)
  }

  func node(
    _ id: UInt64, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> BKTreeNode<Hash> {
    let node = try nodes.value(for: id, in: transaction) { BKTreeNode<Hash>($0) }
    guard let node, let node else { throw damaged(id, transaction.path) }
    return node
  }

  func put(
    _ node: BKTreeNode<Hash>, _ id: UInt64, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    try nodes.put(node.bytes.span, for: id, in: transaction)
  }

  func damaged(_ id: UInt64, _ path: String) -> StorageError {
    StorageError(.damaged, "\(path): the database is damaged (index node \(id))")
  }
}
