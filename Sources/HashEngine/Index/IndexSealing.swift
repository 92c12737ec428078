internal import CKernels
internal import Crypto

/// Makes one segment of all hashes of an index, and takes them out of the tree.
///
/// The new parts are written in transactions of their own. Readers do not use them yet, and other writers may
/// come in between; the last transaction puts them in place of the old ones. A process that is killed before
/// that leaves parts that the next sealing clears away.
struct IndexSealing<Hash: BinaryHash> {
  private typealias Index = HammingIndex<Hash, Writing>

  let tables: IndexTables<Hash>
  let environment: Environment
  /// How bits are dealt to bands.
  private let order: BandLayout.Order

  init(
    _ tables: IndexTables<Hash>, in environment: Environment, order: BandLayout.Order = .latest
  ) {
    self.tables = tables
    self.environment = environment
    self.order = order
  }

  /// Fewer hashes than this are not sealed: scanning the tree's leaves is then faster than using bands.
  static var minimumCount: Int { 4096 }

  /// Seals all hashes of the index, and frees the space of removed ones.
  ///
  /// - Returns: How many hashes are sealed now; `nil` when there are too few to seal.
  func run() throws(StorageError) -> Int? {
    let (hashes, state) = try snapshot()
    guard (Self.minimumCount..<Int(BucketDirectory.mark)).contains(hashes.count) else {
      return nil
    }
    try checkRoom(for: hashes.count)
    let generation = try begin()
    do throws(StorageError) {
      return try write(hashes, generation, since: state)
    } catch {
      // What was written is of no use, and takes room that others need.
      try? environment.write { transaction throws(StorageError) in
        try removeParts(of: transaction.index(tables)) { $0 == generation }
      }
      throw error
    }
  }

  /// Refuses to seal where the disk has less room than the segment takes: whatever else is to be written is worth
  /// more.
  private func checkRoom(for count: Int) throws(StorageError) {
    // About 115 bytes a hash of 256 bits, and 33 of 64 (Docs/Performance.md); some room is left for others.
    let needed = count * (Hash.bitCount == 64 ? 60 : 180)
    guard let free = environment.freeBytes, free < needed else { return }
    throw StorageError(
      .full,
      "\(environment.path): sealing needs about \(needed >> 20) MiB of disk, and \(free >> 20) MiB are free"
    )
  }

  /// Writes the segment and puts it in the old one's place.
  private func write(
    _ hashes: HashBlock<Hash>, _ generation: UInt32, since state: State
  ) throws(StorageError) -> Int {
    var header = SegmentHeader()
    header.generation = generation
    header.count = UInt32(clamping: hashes.count)
    let bands = BandLayout.bands(width: Hash.bitCount, count: hashes.count, order: order)
    header.bands = UInt16(bands)
    header.order = order
    var checksum = SHA256()
    func write(
      _ bytes: Span<UInt8>, _ array: SegmentPart.Array, _ chunk: Int
    ) throws(StorageError) {
      bytes.withUnsafeBytes { checksum.update(bufferPointer: $0) }
      let key = SegmentPart(generation: generation, array: array, chunk: chunk).key
      try environment.write { transaction throws(StorageError) in
        try transaction.table(tables.parts).put(bytes, for: key)
      }
    }
    func write(
      _ hashes: HashBlock<Hash>, _ array: SegmentPart.Array
    ) throws(StorageError) {
      let size = Hash.byteCount << Int(SegmentPart.hashShift)
      for (chunk, start) in stride(from: 0, to: hashes.bytes.count, by: size).enumerated() {
        let end = min(start + size, hashes.bytes.count)
        try write(hashes.bytes.span.extracting(start..<end), array, chunk)
      }
    }
    if case .numbers = Segment<Hash>.content { try write(hashes, .hashes) }
    let layout = BandLayout.of(width: Hash.bitCount, bands: bands, order: header.order)
    for band in 0..<bands {
      var (starts, ids) = buckets(of: hashes, layout, band)
      if Segment<Hash>.hasDirectories(order) {
        let directory = BucketDirectory(starts, ids)
        ids = directory.elements
        try write(bytes(of: directory.groups, 0..<directory.groups.count).span, .starts(band), 0)
      } else {
        try write(bytes(of: starts, 0..<starts.count).span, .starts(band), 0)
      }
      switch Segment<Hash>.content {
      case .hashes:
        var copies = HashBlock<Hash>()
        copies.append(ids, of: hashes)
        try write(copies, .buckets(band))
      case .numbers:
        let step = 1 << Int(SegmentPart.idShift)
        for (chunk, start) in stride(from: 0, to: ids.count, by: step).enumerated() {
          let range = start..<min(start + step, ids.count)
          try write(bytes(of: ids, range).span, .buckets(band), chunk)
        }
      }
    }
    header.checksum = Array(checksum.finalize())
    try finish(header, since: state, sealed: hashes)
    return hashes.count
  }

  /// The state of the index when a sealing began.
  private struct State {
    var generation: UInt32
    var live: BKTreeHeader
    /// How many of the hashes were live; they come first.
    var liveCount: Int
    var removed: Set<Hash>
  }

  /// All hashes of one state.
  private func snapshot() throws(StorageError) -> (hashes: HashBlock<Hash>, state: State) {
    let reading = try ReadTransaction(environment)
    let index = reading.index(tables)
    var hashes = HashBlock<Hash>()
    try index.live.forEachLeaf { hashes.append(bytes: $0) }
    let state = State(
      generation: try index.header().generation, live: try index.live.header(),
      liveCount: hashes.count, removed: try index.removedHashes())
    if let segment = try index.segment() {
      segment.forEachBlock { block in
        guard !state.removed.isEmpty else {
          hashes.append(bytes: block)
          return
        }
        for hash in HashBlock<Hash>(bytes: block).hashes where !state.removed.contains(hash) {
          hashes.append(hash)
        }
      }
    }
    return (hashes, state)
  }

  /// Takes a generation, and clears away what a sealing that was cut off has left.
  private func begin() throws(StorageError) -> UInt32 {
    try environment.write { transaction throws(StorageError) in
      let index = transaction.index(tables)
      var header = try index.header()
      try removeParts(of: index) { $0 != header.generation }
      let generation = header.nextGeneration
      header.nextGeneration += 1
      let bytes = header.bytes
      try index.parts.put(bytes.span, for: 0)
      return generation
    }
  }

  private func finish(
    _ new: SegmentHeader, since state: State, sealed: HashBlock<Hash>
  ) throws(StorageError) {
    try environment.write { transaction throws(StorageError) in
      let index = transaction.index(tables)
      let old = try index.header()
      var header = new
      header.nextGeneration = old.nextGeneration
      // Another sealing may have replaced the old segment and cleared these parts away.
      guard old.generation == state.generation, old.nextGeneration == new.generation + 1,
        let segment = try Segment<Hash>(header, in: index.parts, kernels: tables.kernels)
      else {
        throw StorageError(
          .failed, "\(environment.path): another sealing came in between; nothing was sealed")
      }
      let bytes = header.bytes
      try index.parts.put(bytes.span, for: 0)
      try removeParts(of: index) { $0 != header.generation }
      try reconcile(index, with: segment, since: state, sealed: sealed)
    }
  }

  /// Brings the tree and the removed hashes in line with a segment that was made of an earlier state.
  private func reconcile(
    _ index: borrowing Index, with segment: Segment<Hash>, since state: State,
    sealed: HashBlock<Hash>
  ) throws(StorageError) {
    let now = try index.live.header()
    var stayLive: [Hash] = []
    if now.changes != state.live.changes {
      var present: Set<Hash> = []
      try index.live.forEachHash { present.insert($0) }
      for hash in present where try !segment.contains(hash) { stayLive.append(hash) }
      // A hash that was live at the start and is not now was removed meanwhile.
      for position in 0..<state.liveCount {
        guard let hash = sealed[position], !present.contains(hash) else { continue }
        try index.markRemoved(hash)
      }
    }
    for hash in state.removed {
      // The new segment leaves it out. If it is no longer marked as removed, it was inserted again meanwhile.
      if try !index.removed.remove(hash.bytes.span) { stayLive.append(hash) }
    }
    try index.live.removeAll()
    try index.live.insert(stayLive)
  }

  private func removeParts(
    of index: borrowing Index, where isOld: (UInt32) -> Bool
  ) throws(StorageError) {
    var keys: [UInt64] = []
    try index.parts.forEachPair { key, _ in
      let number = key.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
      if number != 0, isOld(SegmentPart.generation(ofKey: number)) { keys.append(number) }
      return true
    }
    for key in keys { try index.parts.remove(key) }
  }

  /// The buckets of a band: where each starts, and the numbers of the hashes bucket by bucket.
  private func buckets(
    of hashes: HashBlock<Hash>, _ layout: BandLayout, _ band: Int
  ) -> (starts: [UInt32], ids: [UInt32]) {
    let count = hashes.count
    let keys = [UInt32](unsafeUninitializedCapacity: count) { keys, initialized in
      // `hashes` has `count` hashes, and `keys` room for as many.
      tables.kernels.table.pointee.band_keys(
        hashes.bytes, Hash.byteCount, count, layout.tables[band], keys.baseAddress)
      initialized = count
    }
    var starts = [UInt32](repeating: 0, count: 1 << layout.bits[band] + 1)
    var ids = [UInt32](repeating: 0, count: count)
    starts.withUnsafeMutableBufferPointer { starts in
      ids.withUnsafeMutableBufferPointer { ids in
        // Keys have the band's bits, so that a bucket and the one after it are within `starts`.
        for key in keys { starts[Int(key) + 1] += 1 }
        for bucket in 1..<starts.count { starts[bucket] += starts[bucket - 1] }
        // Each start moves on to its bucket's end, which is the next one's start.
        for (id, key) in keys.enumerated() {
          ids[Int(starts[Int(key)])] = UInt32(id)
          starts[Int(key)] += 1
        }
        for bucket in stride(from: starts.count - 1, to: 0, by: -1) {
          starts[bucket] = starts[bucket - 1]
        }
        starts[0] = 0
      }
    }
    return (starts, ids)
  }

  private func bytes<Number>(of numbers: [Number], _ range: Range<Int>) -> [UInt8] {
    numbers[range].withUnsafeBytes { Array($0) }
  }
}
