internal import CKernels

/// A segment as it lies in the map: valid as long as the transaction it was opened in.
struct Segment<Hash: BinaryHash> {
  let header: SegmentHeader
  let layout: BandLayout
  private let path: String
  private let kernels: Kernels
  // Each points to as many elements as its part must have, which `init` has checked.
  private let starts: [Starts]
  private let buckets: [Buckets]
  private let hashes: [UnsafePointer<UInt8>?]

  /// Whether all parts keep their addresses: LMDB keeps large values in pages of their own, but small ones
  /// share pages and may be moved.
  let staysInPlace: Bool

  /// Where the buckets of a band are.
  private enum Starts {
    case numbers(UnsafePointer<UInt32>)
    /// With how many buckets are not empty, and how many elements there are.
    case directory(UnsafePointer<UInt64>, buckets: UInt32, elements: UInt32)
  }

  /// The buckets of a band, in chunks.
  private enum Buckets {
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

  private func hash(_ position: Int, in chunks: [UnsafePointer<UInt8>?]) -> Hash? {
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

  /// Buffers that probing writes to, reused from band to band.
  private struct Room {
    var ranges: [UInt32] = []
    var ids: [UInt32] = []
    var hits: [UInt32] = []
    var distances: [UInt16] = []

    mutating func reserve(masks: Int) {
      if ranges.count < 2 * masks + 2 { ranges = [UInt32](repeating: 0, count: 2 * masks + 2) }
    }

    mutating func reserve(candidates: Int) {
      guard ids.count < candidates else { return }
      // Half as much again, since the next bands have about as many.
      ids = [UInt32](repeating: 0, count: candidates + candidates / 2)
      hits = ids
      distances = [UInt16](repeating: 0, count: ids.count)
    }
  }

  /// The queries' keys of a band, in order.
  private func keys(of queries: [[UInt8]], _ band: Int) -> [(key: UInt32, query: Int)] {
    var keys: [(key: UInt32, query: Int)] = []
    keys.reserveCapacity(queries.count)
    for (index, query) in queries.enumerated() {
      var key: UInt32 = 0
      // A query has as many bytes as the table has parts.
      kernels.table.pointee.band_keys(query, Hash.byteCount, 1, layout.tables[band], &key)
      keys.append((key, index))
    }
    return keys.count > 1 ? keys.sorted { $0.key < $1.key } : keys
  }

  private func damaged() -> StorageError {
    StorageError(.damaged, "\(path): the database is damaged (a band of sealed hashes)")
  }

  private func probe(
    _ band: Int, _ bandRadius: Int, _ key: UInt32, _ queries: [(index: Int, bytes: [UInt8])],
    radius: Int, _ room: inout Room, _ work: inout SegmentWork,
    _ body: (_ query: Int, Hash, _ distance: Int) -> Void
  ) throws(StorageError) {
    let masks = ProbeMasks.of(bits: layout.bits[band], radius: bandRadius).masks
    room.reserve(masks: masks.count)
    work.probes += masks.count
    let ranges: Int
    let total: Int
    switch starts[band] {
    case .numbers(let starts):
      (ranges, total) = try look(in: starts, buckets[band], key, masks, &room)
    case .directory(let directory, let count, let elements):
      ranges = 0
      total = try look(in: directory, count, elements, buckets[band], key, masks, &room)
    }
    guard total > 0 else { return }
    work.candidates += total
    for query in queries {
      let count: Int
      let chunks: [UnsafePointer<UInt8>?]
      switch buckets[band] {
      case .hashes(let copies):
        chunks = copies
        // There is room for all candidates, and ranges lie within the chunks.
        count = kernels.table.pointee.scan_ranges(
          chunks, SegmentPart.hashShift, Hash.bitCount / 64, room.ranges, ranges, query.bytes,
          UInt32(clamping: radius), &room.hits, &room.distances)
      case .numbers:
        chunks = hashes
        // There is room for all candidates; the kernel checks that their numbers are hashes'.
        count = kernels.table.pointee.filter(
          chunks, SegmentPart.hashShift, Hash.bitCount / 64, room.ids, total, header.count,
          query.bytes, UInt32(clamping: radius), &room.hits, &room.distances)
        guard count >= 0 else { throw damaged() }
      }
      for place in 0..<count {
        if let hash = hash(Int(room.hits[place]), in: chunks) {
          body(query.index, hash, Int(room.distances[place]))
        }
      }
    }
  }

  /// Writes the ranges of the buckets near a key that are not empty to `room`, and what they hold where that is numbers.
  private func look(
    in starts: UnsafePointer<UInt32>, _ buckets: Buckets, _ key: UInt32, _ masks: [UInt32],
    _ room: inout Room
  ) throws(StorageError) -> (ranges: Int, candidates: Int) {
    var candidates: UInt64 = 0
    // The table has 2^bits + 1 entries, and key and masks have `bits` bits.
    let ranges = kernels.table.pointee.probe(
      starts, header.count, key, masks, masks.count, &room.ranges, &candidates)
    guard ranges >= 0, candidates <= UInt64(header.count) else { throw damaged() }
    room.reserve(candidates: Int(candidates))
    if case .numbers(let ids) = buckets {
      // There is room for all candidates, and ranges lie within the chunks.
      kernels.table.pointee.gather(ids, SegmentPart.idShift, room.ranges, ranges, &room.ids)
    }
    return (ranges, Int(candidates))
  }

  /// Writes what the buckets near a key hold to `room`.
  private func look(
    in directory: UnsafePointer<UInt64>, _ first: UInt32, _ total: UInt32, _ buckets: Buckets,
    _ key: UInt32, _ masks: [UInt32], _ room: inout Room
  ) throws(StorageError) -> Int {
    guard case .numbers(let ids) = buckets else { return 0 }
    // The directory has a number for all groups of the band's buckets, and key and masks have the band's bits.
    let places = kernels.table.pointee.look_up(
      directory, first, key, masks, masks.count, &room.ranges)
    guard places >= 0 else { throw damaged() }
    room.reserve(candidates: places)
    while true {
      // Places are those of elements, of which there are `total` in the chunks; `ids` has as much room as is stated.
      let candidates = kernels.table.pointee.collect(
        ids, SegmentPart.idShift, first, total, room.ranges, places, room.ids.count, &room.ids)
      guard candidates >= 0, candidates <= Int(header.count) else { throw damaged() }
      if candidates <= room.ids.count { return candidates }
      room.reserve(candidates: candidates)
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
