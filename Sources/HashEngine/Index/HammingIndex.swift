/// A set of hashes that answers "which lie within this radius?": a ``BKTree`` of the live ones, which take
/// inserts and removals, and a ``Segment`` of the sealed ones, which take searches. Always exact, and of
/// one state.
struct HammingIndex<Hash: BinaryHash>: Sendable {
  let live: BKTree<Hash>
  /// Parts of segments (see ``SegmentPart``).
  let parts: Table
  /// Sealed hashes that were removed, until the next sealing leaves them out.
  let removed: Table
  let kernels: Kernels
  private let cache = SegmentCache<Hash>()

  init(live: BKTree<Hash>, parts: Table, removed: Table, kernels: Kernels) {
    self.live = live
    self.parts = parts
    self.removed = removed
    self.kernels = kernels
  }

  /// The index of that name, `nil` when there is none yet.
  static func existing(
    _ name: String, in transaction: borrowing some Transaction & ~Copyable,
    kernels: Kernels = .best
  ) throws(StorageError) -> HammingIndex? {
    guard let live = try BKTree<Hash>.existing(name, in: transaction, kernels: kernels),
      let parts = try Table.existing("\(name).sealed", .integerKeys, in: transaction),
      let removed = try Table.existing("\(name).removed", in: transaction)
    else { return nil }
    return HammingIndex(live: live, parts: parts, removed: removed, kernels: kernels)
  }

  static func make(
    _ name: String, in transaction: borrowing WriteTransaction, kernels: Kernels = .best
  ) throws(StorageError) -> HammingIndex {
    HammingIndex(
      live: try BKTree.make(name, in: transaction, kernels: kernels),
      parts: try Table.make("\(name).sealed", .integerKeys, in: transaction),
      removed: try Table.make("\(name).removed", in: transaction), kernels: kernels)
  }

  /// Hashes in the index.
  func count(in transaction: borrowing some Transaction & ~Copyable) throws(StorageError) -> Int {
    try live.count(in: transaction) + Int(header(in: transaction).count)
      - removed.count(in: transaction)
  }

  func header(
    in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> SegmentHeader {
    let header = try parts.value(for: 0, in: transaction) { SegmentHeader($0) }
    guard let header else { return SegmentHeader() }
    guard let header else {
      throw StorageError(.damaged, "\(transaction.path): the database is damaged (sealed hashes)")
    }
    return header
  }

  func segment(
    in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> Segment<Hash>? {
    let header = try header(in: transaction)
    guard header.count > 0 else { return nil }
    if let known = cache.segment(header, mapChanges: transaction.mapChanges) { return known }
    let segment = try Segment<Hash>(header, in: parts, transaction, kernels: kernels)
    if let segment, segment.staysInPlace {
      cache.keep(segment, header, mapChanges: transaction.mapChanges)
    }
    return segment
  }

  // MARK: Changing

  /// Adds hashes that are not there yet; returns how many were new.
  @discardableResult
  func insert(
    _ hashes: [Hash], in transaction: borrowing WriteTransaction
  ) throws(StorageError) -> Int {
    try insert(distinct: Array(Set(hashes)), in: transaction)
  }

  /// The same for hashes of which no two are equal.
  @discardableResult
  func insert(
    distinct hashes: [Hash], in transaction: borrowing WriteTransaction
  ) throws(StorageError) -> Int {
    guard let segment = try segment(in: transaction) else {
      return try live.insert(distinct: hashes, in: transaction)
    }
    var fresh: [Hash] = []
    var restored = 0
    for hash in hashes {
      if try !segment.contains(hash) {
        fresh.append(hash)
      } else if try removed.remove(hash.bytes.span, in: transaction) {
        restored += 1
      }
    }
    return try restored + live.insert(distinct: fresh, in: transaction)
  }

  /// Removes a hash. Whether it was there.
  @discardableResult
  func remove(
    _ hash: Hash, in transaction: borrowing WriteTransaction
  ) throws(StorageError) -> Bool {
    if try live.remove(hash, in: transaction) { return true }
    guard let segment = try segment(in: transaction), try segment.contains(hash),
      try !isRemoved(hash, in: transaction)
    else { return false }
    try markRemoved(hash, in: transaction)
    return true
  }

  func markRemoved(_ hash: Hash, in transaction: borrowing WriteTransaction) throws(StorageError) {
    let (key, nothing) = (hash.bytes, [UInt8]())
    try removed.put(nothing.span, for: key.span, in: transaction)
  }

  func isRemoved(
    _ hash: Hash, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> Bool {
    try removed.value(for: hash.bytes, in: transaction) { _ in true } ?? false
  }

  // MARK: Searching

  /// All hashes within `radius` of `hash`, in no particular order. None for a negative radius.
  func search(
    _ hash: Hash, radius: Int, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> [Neighbor<Hash>] {
    try search([hash], radius: radius, in: transaction).found[0]
  }

  /// What searches found and how.
  struct Explanation {
    /// For each query, in their order.
    var found: [[Neighbor<Hash>]]
    /// `nil` when nothing is sealed.
    var plan: SearchPlan?
    var sealed = Segment<Hash>.Work()
    /// Nodes of the tree that were visited, and hashes of its leaves that were compared.
    var tree = BKTree<Hash>.Work()
  }

  /// Searches for several at once, for less than one by one, and tells how.
  func search(
    _ queries: [Hash], radius: Int, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> Explanation {
    var result = Explanation(found: [])
    result.found = try live.search(queries, radius: radius, in: transaction, work: &result.tree)
    guard let segment = try segment(in: transaction) else { return result }
    let plan = SearchPlan.plan(
      radius: radius, layout: segment.layout, count: segment.count, width: Hash.bitCount)
    result.plan = plan
    var sealed = [[Neighbor<Hash>]](repeating: [], count: queries.count)
    try segment.search(queries, radius: radius, plan: plan, work: &result.sealed) {
      sealed[$0].append(Neighbor(hash: $1, distance: $2))
    }
    for query in queries.indices {
      result.found[query] += try withoutRemoved(sealed[query], in: transaction)
    }
    return result
  }

  /// The `k` hashes nearest to `hash`, nearest first; of several at the last one's distance, any.
  func nearest(
    _ hash: Hash, k: Int, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> [Neighbor<Hash>] {
    guard k > 0 else { return [] }
    guard let segment = try segment(in: transaction) else {
      return try live.nearest(hash, k: k, in: transaction)
    }
    // The first radius within which there are enough; each is searched as it is cheapest.
    for radius in [Hash.bitCount / 16, Hash.bitCount / 8, Hash.bitCount / 3, Hash.bitCount] {
      let found = try search(hash, radius: radius, in: transaction)
      guard found.count >= k || radius == Hash.bitCount || found.count >= segment.count else {
        continue
      }
      return Array(found.sorted { $0.distance < $1.distance }.prefix(k))
    }
    return []
  }

  /// Calls `body` with all hashes.
  func forEach(
    in transaction: borrowing some Transaction & ~Copyable, _ body: (Hash) -> Void
  ) throws(StorageError) {
    try live.forEach(in: transaction, body)
    guard let segment = try segment(in: transaction) else { return }
    let gone = try removedHashes(in: transaction)
    segment.forEachBlock { block in
      for hash in HashBlock<Hash>(bytes: block).hashes where !gone.contains(hash) { body(hash) }
    }
  }

  func removedHashes(
    in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> Set<Hash> {
    var hashes: Set<Hash> = []
    try removed.forEach(in: transaction) { key, _ in
      let bytes = key.withUnsafeBytes { Array($0) }
      if let hash = Hash(bytes: bytes.span) { hashes.insert(hash) }
      return true
    }
    return hashes
  }

  private func withoutRemoved(
    _ found: [Neighbor<Hash>], in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> [Neighbor<Hash>] {
    guard try !removed.isEmpty(in: transaction) else { return found }
    var kept: [Neighbor<Hash>] = []
    for neighbor in found where try !isRemoved(neighbor.hash, in: transaction) {
      kept.append(neighbor)
    }
    return kept
  }
}
