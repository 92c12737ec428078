internal import CKernels

/// A segment as it lies in the map: valid as long as the transaction it was opened in.
struct Segment<Hash: BinaryHash> {
  let header: SegmentHeader
  let layout: BandLayout
  private let path: String
  let kernels: Kernels
  // Each points to as many elements as its part must have, which `init` has checked.
  let starts: [Starts]
  let buckets: [Buckets]
  let hashes: [UnsafePointer<UInt8>?]

  /// Whether all parts keep their addresses: LMDB keeps large values in pages of their own, but small ones
  /// share pages and may be moved.
  let staysInPlace: Bool

  /// Where the buckets of a band are.
  enum Starts {
    case numbers(UnsafePointer<UInt32>)
    /// With how many buckets are not empty, and how many elements there are.
    case directory(UnsafePointer<UInt64>, buckets: UInt32, elements: UInt32)
  }

  /// The buckets of a band, in chunks.
  enum Buckets {
    case numbers([UnsafePointer<UInt32>?])
    case hashes([UnsafePointer<UInt8>?])
  }

  var count: Int { Int(header.count) }

  static var content: BandContent { .of(width: Hash.bitCount) }

  /// Whether buckets are found by a ``BucketDirectory``.
  static func hasDirectories(_ order: BandLayout.Order) -> Bool {
    content == .numbers && order == .directories
  }

  /// `nil` for one without hashes.
  init?(
    _ header: SegmentHeader, in table: Table<some TransactionAccess>, kernels: Kernels
  ) throws(StorageError) {
    guard header.count > 0 else { return nil }
    let bands = Int(header.bands)
    let path = table.path
    func damaged() -> StorageError {
      StorageError(.damaged, "\(path): the database is damaged (sealed hashes)")
    }
    let least = (Hash.bitCount + BandLayout.maximumBits - 1) / BandLayout.maximumBits
    guard (least...Hash.bitCount).contains(bands) else { throw damaged() }
    layout = .of(width: Hash.bitCount, bands: bands, order: header.order)

    var smallest = Int.max
    func part<Element>(
      _ array: SegmentPart.Array, _ chunk: Int, count: Int, of _: Element.Type
    ) throws(StorageError) -> UnsafePointer<Element> {
      let key = SegmentPart(generation: header.generation, array: array, chunk: chunk).key
      let bytes = try table.bytes(for: key)
      guard let bytes, bytes.count == count * MemoryLayout<Element>.stride,
        let base = bytes.baseAddress
      else { throw damaged() }
      smallest = min(smallest, bytes.count)
      return base.assumingMemoryBound(to: Element.self)
    }
    func chunks(_ shift: UInt32, of total: UInt32) -> [(index: Int, count: Int)] {
      stride(from: 0, to: Int(total), by: 1 << Int(shift)).enumerated().map {
        ($0.offset, min(1 << Int(shift), Int(total) - $0.element))
      }
    }
    func hashChunks(_ array: SegmentPart.Array) throws(StorageError) -> [UnsafePointer<UInt8>?] {
      var parts: [UnsafePointer<UInt8>?] = []
      for (chunk, count) in chunks(SegmentPart.hashShift, of: header.count) {
        parts.append(try part(array, chunk, count: count * Hash.byteCount, of: UInt8.self))
      }
      return parts
    }
    var starts: [Starts] = []
    var buckets: [Buckets] = []
    for (band, bits) in layout.bits.enumerated() {
      var elements = header.count
      if Self.hasDirectories(header.order) {
        let count = BucketDirectory.count(bits: bits)
        let directory = try part(.starts(band), 0, count: count, of: UInt64.self)
        // It has `count` numbers.
        let counts = BucketDirectory.counts(directory[count - 1])
        elements = counts.elements
        // A bucket with several numbers has one element more than these.
        guard counts.buckets <= min(header.count, elements),
          UInt64(elements) <= 2 * UInt64(header.count)
        else { throw damaged() }
        starts.append(.directory(directory, buckets: counts.buckets, elements: elements))
      } else {
        starts.append(.numbers(try part(.starts(band), 0, count: 1 << bits + 1, of: UInt32.self)))
      }
      switch Self.content {
      case .hashes: buckets.append(.hashes(try hashChunks(.buckets(band))))
      case .numbers:
        var parts: [UnsafePointer<UInt32>?] = []
        for (chunk, count) in chunks(SegmentPart.idShift, of: elements) {
          parts.append(try part(.buckets(band), chunk, count: count, of: UInt32.self))
        }
        buckets.append(.numbers(parts))
      }
    }
    // Where buckets hold hashes, each band has all of them: the first band's serve as the list.
    if case .hashes(let first)? = buckets.first {
      hashes = first
    } else {
      hashes = try hashChunks(.hashes)
    }
    // Half of LMDB's largest page.
    staysInPlace = smallest >= 1 << 14
    self.header = header
    self.path = path
    self.kernels = kernels
    self.starts = starts
    self.buckets = buckets
  }

  /// Calls `body` for each hash within `radius` of each query, once.
  ///
  /// - Throws: ``StorageError`` `damaged` when the tables contradict themselves.
  func search(
    _ queries: [Hash], radius: Int, plan: SearchPlan, work: inout SegmentWork,
    _ body: (_ query: Int, Hash, _ distance: Int) -> Void
  ) throws(StorageError) {
    guard radius >= 0 else { return }
    switch plan {
    case .scan:
      // Block by block, so that a block stays in the cache for all queries.
      forEachBlock { block in
        for (index, query) in queries.enumerated() {
          scan(block, for: query, radius: radius) { body(index, $0, $1) }
        }
      }
      work.candidates += count * queries.count
    case .bands(let radii):
      var seen = [Set<Hash>](repeating: [], count: queries.count)
      let bytes = queries.map(\.bytes)
      var room = Room()
      // Band by band, so that a band's table stays in the cache for all queries; those with the same key are one probe.
      for (band, bandRadius) in radii.enumerated() where bandRadius >= 0 {
        let keys = keys(of: bytes, band)
        var start = 0
        while start < keys.count {
          let end = keys[start...].firstIndex { $0.key != keys[start].key } ?? keys.count
          try probe(
            band, bandRadius, keys[start].key,
            keys[start..<end].map { ($0.query, bytes[$0.query]) },
            radius: radius, &room, &work
          ) { index, hash, distance in
            if seen[index].insert(hash).inserted { body(index, hash, distance) }
          }
          start = end
        }
      }
    }
  }

  /// Whether a hash is there.
  func contains(_ hash: Hash) throws(StorageError) -> Bool {
    var isThere = false
    var work = SegmentWork()
    // One band is enough to find an equal hash.
    var radii = [Int](repeating: -1, count: layout.bits.count)
    radii[0] = 0
    try search([hash], radius: 0, plan: .bands(radii), work: &work) { _, _, _ in isThere = true }
    return isThere
  }

  /// Calls `body` with all hashes, some thousand at a time.
  func forEachBlock(_ body: (RawSpan) -> Void) {
    for (chunk, base) in hashes.enumerated() {
      let first = chunk << Int(SegmentPart.hashShift)
      let count = min(1 << Int(SegmentPart.hashShift), self.count - first)
      for start in stride(from: 0, to: count, by: 1 << 13) {
        let size = min(1 << 13, count - start) * Hash.byteCount
        let block = UnsafeRawBufferPointer(
          start: base.map { $0 + start * Hash.byteCount }, count: size)
        body(block.bytes)
      }
    }
  }

  func damaged() -> StorageError {
    StorageError(.damaged, "\(path): the database is damaged (a band of sealed hashes)")
  }

  func hash(_ position: Int, in chunks: [UnsafePointer<UInt8>?]) -> Hash? {
    let base = chunks[position >> Int(SegmentPart.hashShift)]
    let offset = (position & (1 << Int(SegmentPart.hashShift) - 1)) * Hash.byteCount
    let bytes = Array(UnsafeBufferPointer(start: base.map { $0 + offset }, count: Hash.byteCount))
    return Hash(bytes: bytes.span)
  }

  private func scan(
    _ block: RawSpan, for query: Hash, radius: Int, _ body: (Hash, _ distance: Int) -> Void
  ) {
    kernels.scan(block, for: query, radius: radius) { index, distance in
      let range = index * Hash.byteCount..<(index + 1) * Hash.byteCount
      let bytes = block.extracting(range).withUnsafeBytes { Array($0) }
      if let hash = Hash(bytes: bytes.span) { body(hash, distance) }
    }
  }
}

/// What a search of a ``Segment`` looked at.
struct SegmentWork {
  /// Buckets of bands.
  var probes = 0
  /// Hashes in them, which were compared.
  var candidates = 0
}
