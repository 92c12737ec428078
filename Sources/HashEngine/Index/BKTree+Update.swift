extension BKTree where Access == Writing {
  /// Adds hashes that are not there yet. Many at once cost far less than one by one: each leaf they
  /// reach is written once.
  ///
  /// - Returns: How many were new.
  @discardableResult
  func insert(
    _ hashes: some Sequence<Hash>
  ) throws(StorageError) -> Int {
    try insert(distinct: Array(Set(hashes)))
  }

  /// The same for hashes of which no two are equal.
  @discardableResult
  func insert(
    distinct hashes: [Hash]
  ) throws(StorageError) -> Int {
    let new = HashBlock(hashes)
    guard !new.isEmpty else { return 0 }
    var header = try header()
    if header.root == 0 { header.root = takeID(&header) }
    let isFirst = header.count == 0
    let added =
      isFirst
      ? try build(new, header.root, &header)
      : try add(new, to: header.root, &header)
    header.count += UInt64(added)
    header.changes += 1
    try setHeader(header)
    return added
  }

  /// Removes a hash; returns whether it was there.
  @discardableResult
  func remove(
    _ hash: Hash
  ) throws(StorageError) -> Bool {
    var header = try header()
    guard header.root != 0 else { return false }
    switch try remove(hash, from: header.root) {
    case .absent: return false
    case .removed: break
    case .emptied: header.root = 0
    }
    header.count -= 1
    header.changes += 1
    try setHeader(header)
    return true
  }

  /// Removes all hashes.
  func removeAll() throws(StorageError) {
    let header = try header()
    try nodes.removeAll()
    try setHeader(BKTreeHeader(changes: header.changes + 1))
  }

  // MARK: Adding

  private func takeID(_ header: inout BKTreeHeader) -> UInt64 {
    defer { header.nextID += 1 }
    return header.nextID
  }

  /// Adds those of `new` that a subtree lacks; returns their number.
  private func add(
    _ new: HashBlock<Hash>, to id: UInt64, _ header: inout BKTreeHeader
  ) throws(StorageError) -> Int {
    switch try node(id) {
    case .leaf(let block):
      let merged = merge(new, into: block)
      if merged.count == block.count { return 0 }
      _ = try build(merged, id, &header)
      return merged.count - block.count
    case .inner(var inner):
      let distances = new.distances(to: inner.pivot, kernels: kernels)
      var parts = [Int: HashBlock<Hash>]()
      for index in 0..<new.count {
        parts[inner.child(at: Int(distances[index])), default: HashBlock()].append(index, of: new)
      }
      var added = 0
      var isChanged = false
      // From the last child to the first, so that a split does not shift the children still to come.
      for (child, part) in parts.sorted(by: { $0.key > $1.key }) {
        let childID = inner.children[child].id
        guard case .leaf(let block) = try node(childID) else {
          added += try add(part, to: childID, &header)
          continue
        }
        let merged = merge(part, into: block)
        added += merged.count - block.count
        if merged.count == block.count { continue }
        if merged.count <= BKTreeNode<Hash>.leafCapacity {
          try put(.leaf(merged), childID)
          continue
        }
        let range = inner.distances(ofChild: child)
        let split = try split(
          merged, by: inner.pivot, over: range, reusing: childID, &header)
        inner.children.replaceSubrange(child...child, with: split)
        isChanged = true
      }
      if isChanged { try put(.inner(inner), id) }
      return added
    }
  }

  private func merge(
    _ new: HashBlock<Hash>, into block: HashBlock<Hash>
  ) -> HashBlock<Hash> {
    var merged = block
    for index in 0..<new.count {
      guard let hash = new[index] else { continue }
      var isThere = false
      block.bytes.withUnsafeBytes { bytes in
        kernels.scan(bytes.bytes, for: hash, radius: 0) { _, _ in isThere = true }
      }
      if !isThere { merged.append(index, of: new) }
    }
    return merged
  }

  /// Writes a subtree of distinct hashes under a node number; returns their number.
  private func build(
    _ block: HashBlock<Hash>, _ id: UInt64, _ header: inout BKTreeHeader
  ) throws(StorageError) -> Int {
    guard block.count > BKTreeNode<Hash>.leafCapacity, let pivot = pivot(of: block) else {
      try put(.leaf(block), id)
      return block.count
    }
    let children = try split(
      block, by: pivot, over: 0...Hash.bitCount, reusing: nil, &header)
    try put(
      .inner(BKTreeInnerNode(pivot: pivot, children: children)), id)
    return block.count
  }

  /// Writes hashes as children of a node: neighbouring distances share a leaf while they fit;
  /// a single distance that does not fit becomes a subtree.
  private func split(
    _ block: HashBlock<Hash>, by pivot: Hash, over range: ClosedRange<Int>, reusing id: UInt64?,
    _ header: inout BKTreeHeader
  ) throws(StorageError) -> [BKTreeInnerNode<Hash>.Child] {
    let distances = block.distances(to: pivot, kernels: kernels)
    var parts = [HashBlock<Hash>](repeating: HashBlock(), count: range.count)
    for index in 0..<block.count {
      parts[Int(distances[index]) - range.lowerBound].append(index, of: block)
    }
    // Leaves room for later inserts.
    let fill = BKTreeNode<Hash>.leafCapacity * 3 / 4
    var children: [BKTreeInnerNode<Hash>.Child] = []
    var spare = id
    var open = HashBlock<Hash>()
    func close(_ upper: Int) throws(StorageError) {
      let id = spare ?? takeID(&header)
      spare = nil
      _ = try build(open, id, &header)
      children.append(BKTreeInnerNode<Hash>.Child(upper: upper, id: id))
      open = HashBlock()
    }
    for (offset, part) in parts.enumerated() where !part.isEmpty {
      let distance = range.lowerBound + offset
      if !open.isEmpty, open.count + part.count > fill { try close(distance - 1) }
      open.append(part)
    }
    try close(range.upperBound)
    return children
  }

  /// The one of a few sampled hashes whose distances to all others are spread most evenly.
  private func pivot(of block: HashBlock<Hash>) -> Hash? {
    let tries = 8
    return (0..<tries).compactMap { block[$0 * (block.count - 1) / (tries - 1)] }
      .map { candidate -> (hash: Hash, crowd: Int) in
        var counts = [Int](repeating: 0, count: Hash.bitCount + 1)
        for distance in block.distances(to: candidate, kernels: kernels) {
          counts[Int(distance)] += 1
        }
        return (candidate, counts.max() ?? 0)
      }
      .min { $0.crowd < $1.crowd }?.hash
  }

  // MARK: Removing

  private enum Removal {
    case absent, removed
    /// Removed, and the node with it: it was the last hash there.
    case emptied
  }

  private func remove(
    _ hash: Hash, from id: UInt64
  ) throws(StorageError) -> Removal {
    switch try node(id) {
    case .leaf(var block):
      guard let index = (0..<block.count).first(where: { block[$0] == hash }) else {
        return .absent
      }
      block.remove(at: index)
      guard !block.isEmpty else {
        try nodes.remove(id)
        return .emptied
      }
      try put(.leaf(block), id)
      return .removed
    case .inner(var inner):
      let index = inner.child(at: hash.distance(to: inner.pivot))
      let result = try remove(hash, from: inner.children[index].id)
      guard result == .emptied else { return result }
      // Its distances go to the child after it, or to the one before when it was the last.
      let upper = inner.children.remove(at: index).upper
      guard !inner.children.isEmpty else {
        try nodes.remove(id)
        return .emptied
      }
      if index == inner.children.count { inner.children[index - 1].upper = upper }
      try put(.inner(inner), id)
      return .removed
    }
  }
}
