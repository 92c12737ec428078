/// A node of a ``BKTree`` as it lies in the database.
///
/// Bytes: one for the kind (0 leaf, 1 inner), seven of padding; a leaf's hashes one behind the
/// other; an inner node's pivot, then its children, ten bytes each: the largest distance to the
/// pivot that the child holds (big-endian, two bytes) and its node number (eight).
enum BKTreeNode<Hash: BinaryHash> {
  case leaf(HashBlock<Hash>)
  case inner(BKTreeInnerNode<Hash>)

  static var headerSize: Int { 8 }

  /// Four database pages, less LMDB's header and ours: a leaf then wastes next to nothing, and a
  /// scan of one takes about as long as reaching the next.
  static var leafCapacity: Int { (4 * 4096 - 16 - headerSize) / Hash.byteCount }

  /// `nil` when the bytes are no node.
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= Self.headerSize else { return nil }
    let body = bytes.extracting(droppingFirst: Self.headerSize)
    switch bytes.unsafeLoad(as: UInt8.self) {
    case 0:
      guard body.byteCount % Hash.byteCount == 0 else { return nil }
      self = .leaf(HashBlock(bytes: body))
    case 1:
      guard let node = BKTreeInnerNode<Hash>(body) else { return nil }
      self = .inner(node)
    default:
      return nil
    }
  }

  /// Where the hashes of a leaf lie in its bytes; `nil` when the bytes are no leaf.
  static func hashes(ofLeaf bytes: RawSpan) -> Range<Int>? {
    guard bytes.byteCount >= headerSize, bytes.unsafeLoad(as: UInt8.self) == 0,
      (bytes.byteCount - headerSize) % Hash.byteCount == 0
    else { return nil }
    return headerSize..<bytes.byteCount
  }

  var bytes: [UInt8] {
    switch self {
    case .leaf(let block):
      return [UInt8](repeating: 0, count: Self.headerSize) + block.bytes
    case .inner(let node):
      var record = RecordWriter()
      record.append(raw: [1] + [UInt8](repeating: 0, count: Self.headerSize - 1))
      record.append(raw: node.pivot.bytes)
      for child in node.children {
        record.append(UInt16(child.upper))
        record.append(child.id)
      }
      return record.bytes
    }
  }
}

/// Routes by the distance to a pivot. The pivot is no entry itself, only a landmark, so that it
/// can stay when its hash is removed.
struct BKTreeInnerNode<Hash: BinaryHash> {
  struct Child {
    /// Distances up to this one, above those of the child before.
    var upper: Int
    var id: UInt64
  }

  let pivot: Hash
  /// In ascending order of distance; the last one's `upper` is the hash's width.
  var children: [Child]

  init(pivot: Hash, children: [Child]) {
    self.pivot = pivot
    self.children = children
  }

  init?(_ bytes: RawSpan) {
    var record = RecordReader(bytes)
    guard let raw = record.raw(Hash.byteCount), let pivot = Hash(bytes: raw.span) else {
      return nil
    }
    self.pivot = pivot
    children = []
    var lower = -1
    while !record.isAtEnd {
      guard let upper = record.uint16(), let id = record.uint64(), Int(upper) > lower else {
        return nil
      }
      lower = Int(upper)
      children.append(Child(upper: lower, id: id))
    }
    guard lower == Hash.bitCount else { return nil }
  }

  /// The position of the child that holds a distance.
  func child(at distance: Int) -> Int {
    var (low, high) = (0, children.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if children[middle].upper < distance { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The distances to the pivot that a child holds.
  func distances(ofChild index: Int) -> ClosedRange<Int> {
    (index == 0 ? 0 : children[index - 1].upper + 1)...children[index].upper
  }
}
