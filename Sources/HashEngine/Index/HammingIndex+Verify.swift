internal import Crypto

/// How many hashes an index holds, and how much space it takes.
public struct IndexStatistics: Sendable, Hashable {
  /// Hashes that searches find.
  public var hashes = 0
  /// How many of them are in the tree, which takes changes.
  public var live = 0
  /// How many hashes the sealed segment has, ``removed`` ones included.
  public var sealed = 0
  /// Sealed hashes that were removed; the next sealing frees their space.
  public var removed = 0
  /// Bands of the segment, 0 when nothing is sealed.
  public var bands = 0
  /// How many nodes the tree has.
  public var nodes = 0
  /// The depth of the tree, in nodes.
  public var depth = 0
  /// How full the tree's leaves are, 0 to 1.
  public var fill = 0.0
  /// Bytes of the segment.
  public var sealedBytes = 0
}

extension HammingIndex {
  func statistics() throws(StorageError) -> IndexStatistics {
    var result = IndexStatistics()
    let header = try header()
    result.hashes = try count()
    result.live = try live.count()
    result.sealed = Int(header.count)
    result.removed = try removed.count()
    result.bands = Int(header.bands)
    try parts.forEachPair { key, value in
      let number = key.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
      if number != 0, SegmentPart.generation(ofKey: number) == header.generation {
        result.sealedBytes += value.byteCount
      }
      return true
    }
    var leaves = 0
    try live.walk { node, depth, _ in
      result.nodes += 1
      result.depth = max(result.depth, depth)
      if case .leaf = node { leaves += 1 }
    }
    result.fill =
      leaves > 0 ? Double(result.live) / Double(leaves * BKTreeNode<Hash>.leafCapacity) : 0
    return result
  }

  /// Walks the whole index and compares searches with brute force.
  ///
  /// - Parameter samples: How many of the hashes are searched for.
  /// - Returns: What is wrong, a sentence each; empty when all is well.
  func problems(
    samples: Int
  ) throws(StorageError) -> [String] {
    var problems: [String] = []
    var counted = 0
    try live.walk { node, _, contains in
      guard case .leaf(let block) = node else { return }
      counted += block.count
      if block.hashes.contains(where: { !contains($0) }) {
        problems.append("a hash is in a leaf where no search would find it")
      }
    }
    if try counted != live.count() {
      problems.append("the tree holds \(counted) hashes, but its header states another number")
    }
    let header = try header()
    let isSealed = try segment() != nil
    if isSealed, try checksum(of: header) != header.checksum {
      problems.append("the sealed hashes or their bands have changed since they were sealed")
    }
    guard problems.isEmpty else { return problems }
    return try searchProblems(samples: samples)
  }

  /// Reports searches whose results differ from brute force.
  private func searchProblems(
    samples: Int
  ) throws(StorageError) -> [String] {
    var block = HashBlock<Hash>()
    try forEachHash { block.append($0) }
    guard block.count > 0, samples > 0 else { return [] }
    var wrong = 0
    for sample in 0..<min(samples, block.count) {
      guard let hash = block[sample * block.count / min(samples, block.count)] else { continue }
      for radius in [0, Hash.bitCount / 32, Hash.bitCount / 8 - 1] {
        let found = try search(hash, radius: radius)
        let expected = block.distances(to: hash, kernels: kernels).filter { $0 <= radius }
        if found.map({ UInt16($0.distance) }).sorted() != expected.sorted() { wrong += 1 }
      }
    }
    return wrong == 0 ? [] : ["\(wrong) searches that differ from brute force"]
  }

  private func checksum(
    of header: SegmentHeader
  ) throws(StorageError) -> [UInt8] {
    var checksum = SHA256()
    func add(_ array: SegmentPart.Array) throws(StorageError) {
      for chunk in 0..<Int(UInt16.max) {
        let key = SegmentPart(generation: header.generation, array: array, chunk: chunk).key
        guard let bytes = try parts.bytes(for: key) else { break }
        checksum.update(bufferPointer: bytes)
      }
    }
    // In the order of sealing.
    if Segment<Hash>.content == .numbers { try add(.hashes) }
    for band in 0..<Int(header.bands) {
      try add(.starts(band))
      try add(.buckets(band))
    }
    return Array(checksum.finalize())
  }
}
