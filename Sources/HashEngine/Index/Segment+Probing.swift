internal import CKernels

/// Looking into the buckets of a band near a key.
extension Segment {
  /// Buffers that probing writes to, reused from band to band.
  struct Room {
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
  func keys(of queries: [[UInt8]], _ band: Int) -> [(key: UInt32, query: Int)] {
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

  func probe(
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
