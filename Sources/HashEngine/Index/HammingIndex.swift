/// A set of hashes that can be searched by radius: a ``BKTree`` of the live ones, which takes inserts and
/// removals, and a ``Segment`` of the sealed ones, which is faster to search. Searches are exact, and see one
/// state.
struct HammingIndex<Hash: BinaryHash, Access: TransactionAccess>: ~Escapable {
  let live: BKTree<Hash, Access>
  /// Parts of segments (see ``SegmentPart``).
  let parts: Table<Access>
  /// Sealed hashes that were removed, until the next sealing leaves them out.
  let removed: Table<Access>
  let kernels: Kernels
  private let cache: SegmentCache<Hash>

  @_lifetime(borrow transaction)
  init<Base: Transaction & ~Copyable>(
    _ tables: IndexTables<Hash>, _ transaction: borrowing Base
  ) where Base.Access == Access {
    live = BKTree(nodes: Table(tables.nodes, transaction), kernels: tables.kernels)
    parts = Table(tables.parts, transaction)
    removed = Table(tables.removed, transaction)
    kernels = tables.kernels
    cache = tables.cache
  }

  /// Hashes in the index.
  func count() throws(StorageError) -> Int {
    try live.count() + Int(header().count)
      - removed.count()
  }

  func header() throws(StorageError) -> SegmentHeader {
    let header = try parts.value(for: 0) { SegmentHeader($0) }
    guard let header else { return SegmentHeader() }
    guard let header else {
      throw StorageError(.damaged, "\(parts.path): the database is damaged (sealed hashes)")
    }
    return header
  }

  func segment() throws(StorageError) -> Segment<Hash>? {
    let header = try header()
    guard header.count > 0 else { return nil }
    if let known = cache.segment(header, mapChanges: parts.mapChanges) { return known }
    let segment = try Segment<Hash>(header, in: parts, kernels: kernels)
    if let segment, segment.staysInPlace {
      cache.keep(segment, header, mapChanges: parts.mapChanges)
    }
    return segment
  }

  /// Whether the tree has grown so far that sealing pays.
  func isGrown() throws(StorageError) -> Bool {
    let sealed = Int(try header().count)
    return try live.count() >= max(50_000, sealed / 4)
  }

  /// All hashes within `radius` of `hash`, in no particular order. None for a negative radius.
  func search(
    _ hash: Hash, radius: Int
  ) throws(StorageError) -> [Neighbor<Hash>] {
    try search([hash], radius: radius).found[0]
  }

  /// Searches for several hashes at once, which costs less than one by one, and reports how it was done.
  func search(
    _ queries: [Hash], radius: Int
  ) throws(StorageError) -> IndexSearch<Hash> {
    var result = IndexSearch<Hash>(found: [])
    result.found = try live.search(queries, radius: radius, work: &result.tree)
    guard let segment = try segment() else { return result }
    let plan = SearchPlan.plan(
      radius: radius, layout: segment.layout, count: segment.count, width: Hash.bitCount)
    result.plan = plan
    var sealed = [[Neighbor<Hash>]](repeating: [], count: queries.count)
    try segment.search(queries, radius: radius, plan: plan, work: &result.sealed) {
      sealed[$0].append(Neighbor(hash: $1, distance: $2))
    }
    for query in queries.indices {
      result.found[query] += try withoutRemoved(sealed[query])
    }
    return result
  }

  /// The `k` hashes nearest to `hash`, nearest first; ties at the last distance are broken arbitrarily.
  func nearest(
    _ hash: Hash, k: Int
  ) throws(StorageError) -> [Neighbor<Hash>] {
    guard k > 0 else { return [] }
    guard let segment = try segment() else {
      return try live.nearest(hash, k: k)
    }
    // Widens the radius until there are enough hashes within it.
    for radius in [Hash.bitCount / 16, Hash.bitCount / 8, Hash.bitCount / 3, Hash.bitCount] {
      let found = try search(hash, radius: radius)
      guard found.count >= k || radius == Hash.bitCount || found.count >= segment.count else {
        continue
      }
      return Array(found.sorted { $0.distance < $1.distance }.prefix(k))
    }
    return []
  }

  /// Calls `body` with all hashes.
  func forEachHash(
    _ body: (Hash) -> Void
  ) throws(StorageError) {
    try live.forEachHash(body)
    guard let segment = try segment() else { return }
    let gone = try removedHashes()
    segment.forEachBlock { block in
      for hash in HashBlock<Hash>(bytes: block).hashes where !gone.contains(hash) { body(hash) }
    }
  }

  func removedHashes() throws(StorageError) -> Set<Hash> {
    var hashes: Set<Hash> = []
    try removed.forEachPair { key, _ in
      let bytes = key.withUnsafeBytes { Array($0) }
      if let hash = Hash(bytes: bytes.span) { hashes.insert(hash) }
      return true
    }
    return hashes
  }

  func isRemoved(
    _ hash: Hash
  ) throws(StorageError) -> Bool {
    try removed.value(for: hash.bytes) { _ in true } ?? false
  }

  private func withoutRemoved(
    _ found: [Neighbor<Hash>]
  ) throws(StorageError) -> [Neighbor<Hash>] {
    guard try !removed.isEmpty() else { return found }
    var kept: [Neighbor<Hash>] = []
    for neighbor in found where try !isRemoved(neighbor.hash) {
      kept.append(neighbor)
    }
    return kept
  }
}

/// What searches found, and how.
struct IndexSearch<Hash: BinaryHash> {
  /// For each query, in their order.
  var found: [[Neighbor<Hash>]]
  /// `nil` when nothing is sealed.
  var plan: SearchPlan?
  var sealed = SegmentWork()
  var tree = TreeWork()
}
