extension BKTree {
  /// All hashes within `radius` of `hash`, in no particular order. None for a negative radius.
  func search(
    _ hash: Hash, radius: Int
  ) throws(StorageError) -> [Neighbor<Hash>] {
    var work = TreeWork()
    return try search([hash], radius: radius, work: &work)[0]
  }

  /// The same for several queries at once; adds what it cost to `work`. A node that several queries reach is
  /// visited once.
  func search(
    _ queries: [Hash], radius: Int,
    work: inout TreeWork
  ) throws(StorageError) -> [[Neighbor<Hash>]] {
    let root = try header().root
    var found = [[Neighbor<Hash>]](repeating: [], count: queries.count)
    guard root != 0, radius >= 0 else { return found }
    var open = [(id: root, queries: Array(queries.indices))]
    var compared = 0
    defer { work.hashes += compared }
    while let (id, asking) = open.popLast() {
      work.nodes += 1
      let inner = try visit(id) { hashes in
        for query in asking {
          compared += hashes.byteCount / Hash.byteCount
          kernels.scan(hashes, for: queries[query], radius: radius) { index, distance in
            if let hash = Self.hash(at: index, in: hashes) {
              found[query].append(Neighbor(hash: hash, distance: distance))
            }
          }
        }
      }
      guard let inner else { continue }
      let distances = asking.map { queries[$0].distance(to: inner.pivot) }
      for index in inner.children.indices {
        let range = inner.distances(ofChild: index)
        let going = zip(asking, distances).filter { Self.gap($0.1, range) <= radius }.map(\.0)
        if !going.isEmpty { open.append((inner.children[index].id, going)) }
      }
    }
    return found
  }

  /// The `k` hashes nearest to `hash`, nearest first; ties at the last distance are broken arbitrarily.
  func nearest(
    _ hash: Hash, k: Int
  ) throws(StorageError) -> [Neighbor<Hash>] {
    let root = try header().root
    guard root != 0, k > 0 else { return [] }
    var best: [Neighbor<Hash>] = []
    // `gap` is the least distance that a hash in the subtree can have; the most promising one is at the end.
    var open = [(gap: 0, id: root)]
    while let (gap, id) = open.popLast() {
      if best.count == k, gap >= best[k - 1].distance { continue }
      let inner = try visit(id) { hashes in
        let radius = best.count == k ? best[k - 1].distance - 1 : Hash.bitCount
        kernels.scan(hashes, for: hash, radius: radius) { index, distance in
          guard best.count < k || distance < best[k - 1].distance,
            let hash = Self.hash(at: index, in: hashes)
          else { return }
          let place = best.firstIndex { $0.distance > distance } ?? best.count
          best.insert(Neighbor(hash: hash, distance: distance), at: place)
          if best.count > k { best.removeLast() }
        }
      }
      guard let inner else { continue }
      let distance = hash.distance(to: inner.pivot)
      let children = inner.children.indices.map { index in
        let lower = max(gap, Self.gap(distance, inner.distances(ofChild: index)))
        return (gap: lower, id: inner.children[index].id)
      }
      open += children.sorted { $0.gap > $1.gap }
    }
    return best
  }

  /// Calls `body` with all hashes.
  func forEachHash(
    _ body: (Hash) -> Void
  ) throws(StorageError) {
    try forEachLeaf { hashes in
      for index in 0..<hashes.byteCount / Hash.byteCount {
        if let hash = Self.hash(at: index, in: hashes) { body(hash) }
      }
    }
  }

  /// Calls `body` with the hashes of each leaf, one behind the other.
  func forEachLeaf(
    _ body: (RawSpan) -> Void
  ) throws(StorageError) {
    let root = try header().root
    var open = root == 0 ? [] : [root]
    while let id = open.popLast() {
      let inner = try visit(id, leaf: body)
      open += inner?.children.map(\.id) ?? []
    }
  }

  /// Calls `body` with each node, its depth from 1, and whether a search for a hash would come to it.
  func walk(
    _ body: (BKTreeNode<Hash>, _ depth: Int, _ contains: (Hash) -> Bool) -> Void
  ) throws(StorageError) {
    /// The pivots above a node, each with the distances that lead to it.
    typealias Path = [(pivot: Hash, range: ClosedRange<Int>)]
    let root = try header().root
    var open: [(id: UInt64, path: Path)] = root == 0 ? [] : [(root, [])]
    while let (id, path) = open.popLast() {
      let node = try node(id)
      body(node, path.count + 1) { hash in
        path.allSatisfy { $0.range.contains(hash.distance(to: $0.pivot)) }
      }
      guard case .inner(let inner) = node else { continue }
      for index in inner.children.indices {
        let step = (inner.pivot, inner.distances(ofChild: index))
        open.append((inner.children[index].id, path + [step]))
      }
    }
  }

  /// Calls `leaf` with a leaf's hashes in place; returns an inner node.
  private func visit(
    _ id: UInt64, leaf: (RawSpan) -> Void
  ) throws(StorageError) -> BKTreeInnerNode<Hash>? {
    var inner: BKTreeInnerNode<Hash>?
    let isNode = try nodes.value(for: id) { bytes in
      if let hashes = BKTreeNode<Hash>.hashes(ofLeaf: bytes) {
        leaf(bytes.extracting(hashes))
        return true
      }
      guard case .inner(let node) = BKTreeNode<Hash>(bytes) else { return false }
      inner = node
      return true
    }
    guard isNode == true else { throw damaged(id) }
    return inner
  }

  private static func hash(at index: Int, in hashes: RawSpan) -> Hash? {
    let range = index * Hash.byteCount..<(index + 1) * Hash.byteCount
    let bytes = hashes.extracting(range).withUnsafeBytes { Array($0) }
    return Hash(bytes: bytes.span)
  }

  /// How far a distance lies outside a range; 0 within it.
  private static func gap(_ distance: Int, _ range: ClosedRange<Int>) -> Int {
    max(0, range.lowerBound - distance, distance - range.upperBound)
  }
}
