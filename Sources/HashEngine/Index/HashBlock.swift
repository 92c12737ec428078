internal import CKernels

/// Hashes of one kind, contiguous in memory as the kernels take them.
struct HashBlock<Hash: BinaryHash> {
  private(set) var bytes: [UInt8] = []

  var count: Int { bytes.count / Hash.byteCount }
  var isEmpty: Bool { bytes.isEmpty }

  init() {}

  init(_ hashes: some Sequence<Hash>) {
    for hash in hashes { append(hash) }
  }

  /// - Parameter bytes: A whole number of hashes.
  init(bytes: RawSpan) { self.bytes = bytes.withUnsafeBytes { Array($0) } }

  subscript(index: Int) -> Hash? {
    Hash(bytes: bytes.span.extracting(index * Hash.byteCount..<(index + 1) * Hash.byteCount))
  }

  /// All of them, one by one.
  var hashes: some Sequence<Hash> { (0..<count).lazy.compactMap { self[$0] } }

  /// - Parameter bytes: A whole number of hashes.
  mutating func append(bytes: RawSpan) {
    bytes.withUnsafeBytes { self.bytes.append(contentsOf: $0) }
  }

  mutating func append(_ hash: Hash) { bytes.append(contentsOf: hash.bytes) }

  /// Adds hashes of another block, by their numbers.
  mutating func append(_ numbers: [UInt32], of other: HashBlock) {
    bytes.reserveCapacity(bytes.count + numbers.count * Hash.byteCount)
    for number in numbers {
      let start = Int(number) * Hash.byteCount
      bytes.append(contentsOf: other.bytes[start..<start + Hash.byteCount])
    }
  }

  mutating func append(_ other: HashBlock) { bytes.append(contentsOf: other.bytes) }

  /// Appends the hash at `index` of another block.
  mutating func append(_ index: Int, of other: HashBlock) {
    bytes.append(contentsOf: other.bytes[index * Hash.byteCount..<(index + 1) * Hash.byteCount])
  }

  /// Removes one hash; the last takes its place.
  mutating func remove(at index: Int) {
    let last = count - 1
    for offset in 0..<Hash.byteCount {
      bytes[index * Hash.byteCount + offset] = bytes[last * Hash.byteCount + offset]
    }
    bytes.removeLast(Hash.byteCount)
  }

  /// The distances of all to `hash`.
  func distances(to hash: Hash, kernels: Kernels) -> [UInt16] {
    bytes.withUnsafeBytes { kernels.distances(of: $0.bytes, to: hash) }
  }
}

extension Kernels {
  /// The distances of hashes lying one behind the other to one.
  func distances<Hash: BinaryHash>(of hashes: RawSpan, to hash: Hash) -> [UInt16] {
    let count = hashes.byteCount / Hash.byteCount
    let query = hash.bytes
    return hashes.withUnsafeBytes { hashes in
      [UInt16](unsafeUninitializedCapacity: count) { out, initialized in
        // `hashes` holds `count` hashes and `out` has room for as many distances.
        if count > 0 {
          table.pointee.distances(
            hashes.baseAddress, Hash.bitCount / 64, count, query, out.baseAddress)
        }
        initialized = count
      }
    }
  }

  /// Calls `body` with position and distance of those within `radius`, in order.
  func scan<Hash: BinaryHash>(
    _ hashes: RawSpan, for hash: Hash, radius: Int, _ body: (_ index: Int, _ distance: Int) -> Void
  ) {
    let count = hashes.byteCount / Hash.byteCount
    guard count > 0 else { return }
    let query = hash.bytes
    hashes.withUnsafeBytes { hashes in
      withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { positions in
        withUnsafeTemporaryAllocation(of: UInt16.self, capacity: count) { distances in
          // Both have room for a hit at every position.
          let found = table.pointee.scan(
            hashes.baseAddress, Hash.bitCount / 64, count, query, UInt32(clamping: radius),
            positions.baseAddress, distances.baseAddress)
          for hit in 0..<found { body(Int(positions[hit]), Int(distances[hit])) }
        }
      }
    }
  }
}
