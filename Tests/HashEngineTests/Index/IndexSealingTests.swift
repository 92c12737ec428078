import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// What sealing must leave alone: changes that come meanwhile, other sealings, readers.
@Suite struct IndexSealingTests {
  /// Changes that come while a sealing is under way are neither lost nor undone by it.
  @Test func changesDuringASealingStay() async throws {
    var random = SeededGenerator(seed: 24)
    let fixture = try IndexFixture<PDQHash>()
    try fixture.insert(pdqHashes(30_000, using: &random))
    #expect(try fixture.seal() != nil)
    let first = fixture.stored.shuffled(using: &random)
    for hash in first.prefix(50) { try fixture.remove(hash) }
    let live = pdqHashes(2000, using: &random)
    try fixture.insert(live)
    let sealing = IndexSealing(fixture.tables, in: fixture.environment)
    let sealed = Mutex<Int?>(nil)
    let thread = JoinableThread { sealed.withLock { $0 = try? sealing.run() } }
    thread.start()
    // Removals of sealed and of live ones, one put back, new ones.
    for step in 0..<60 {
      try fixture.remove(first[100 + step])
      try fixture.remove(live[step])
      try fixture.insert([first[step % 50], .random(using: &random)])
    }
    thread.join()
    #expect(sealed.withLock { $0 } ?? 0 > 30_000)
    for hash in live.prefix(80) + first.prefix(200) { try fixture.check(hash, radius: 31) }
    #expect(try fixture.seal() != nil)
    for hash in live.prefix(20) + first.prefix(60) { try fixture.check(hash, radius: 0) }
  }

  /// Damage in the tables is an error, never a crash.
  @Test(arguments: BandLayout.Order.allCases)
  func damagedTablesAreTold(_ order: BandLayout.Order) throws {
    var random = SeededGenerator(seed: 25)
    try damage(
      pdqHashes(5000, using: &random), order, [.starts(0), .buckets(0), .hashes], radius: 31,
      &random)
    try damage(phashes(5000, using: &random), order, [.starts(0), .buckets(0)], radius: 8, &random)
  }

  private func damage<Hash: BinaryHash>(
    _ hashes: [Hash], _ order: BandLayout.Order, _ arrays: [SegmentPart.Array], radius: Int,
    _ random: inout SeededGenerator
  ) throws {
    let fixture = try IndexFixture<Hash>()
    try fixture.insert(hashes)
    #expect(try fixture.seal(order) != nil)
    let header = try fixture.read { try $0.header() }
    let query = try #require(fixture.stored.first)
    for array in arrays {
      let key = SegmentPart(generation: header.generation, array: array, chunk: 0).key
      let whole = try #require(
        try fixture.read { index in
          try index.parts.value(for: key) { $0.withUnsafeBytes { Array($0) } }
        })
      func put(_ bytes: [UInt8]) throws {
        try fixture.write { try $0.parts.put(bytes.span, for: key) }
        fixture.openIndexAnew()
      }
      try put(Array(whole.dropLast()))
      let error = #expect(throws: StorageError.self) { try fixture.check(query, radius: radius) }
      #expect(error?.code == .damaged)
      for _ in 0..<30 {
        var damaged = whole
        for _ in 0..<200 {
          damaged[Int.random(in: 0..<damaged.count, using: &random)] ^= 0x80
        }
        try put(damaged)
        _ = try? fixture.read { try $0.search(query, radius: radius) }
      }
      try put(whole)
      try fixture.check(query, radius: radius)
    }
  }

  /// Two at once: one of them seals, the other gives way or seals after it; nothing is lost.
  @Test func ofTwoSealingsAtOnceNothingIsLost() throws {
    var random = SeededGenerator(seed: 28)
    let fixture = try IndexFixture<PDQHash>()
    try fixture.insert(pdqHashes(20_000, using: &random))
    let sealing = IndexSealing(fixture.tables, in: fixture.environment)
    let results = Mutex<[Result<Int?, StorageError>]>([])
    let threads = (0..<2).map { _ in
      JoinableThread {
        let result = Result { () throws(StorageError) in try sealing.run() }
        results.withLock { $0.append(result) }
      }
    }
    for thread in threads { thread.start() }
    for thread in threads { thread.join() }
    let counts = results.withLock { $0 }.map { try? $0.get() }
    #expect(counts.contains(fixture.stored.count), "\(counts)")
    for case .failure(let error) in results.withLock({ $0 }) { #expect(error.code == .failed) }
    for hash in fixture.stored.prefix(20) { try fixture.check(hash, radius: 31) }
    // What the loser had written is cleared away by the next.
    #expect(try fixture.seal() == fixture.stored.count)
    try fixture.check(.random(using: &random), radius: 100)
  }

  /// A reader keeps the segment it used last; another segment, or a moved map, must not be searched with it.
  @Test func aKeptSegmentIsNotUsedForAnother() throws {
    var random = SeededGenerator(seed: 29)
    let fixture = try IndexFixture<PDQHash>()
    let first = pdqHashes(6000, using: &random)
    try fixture.insert(first)
    #expect(try fixture.seal() == fixture.stored.count)
    try fixture.check(first[0], radius: 31)
    // Sealed by others, who share nothing with this reader but the database.
    let others = IndexSealing(fixture.tables.with(fixture.tables.kernels), in: fixture.environment)
    for round in 0..<3 {
      for hash in first[round * 500..<(round + 1) * 500] where fixture.stored.contains(hash) {
        try fixture.remove(hash)
      }
      try fixture.insert(pdqHashes(1000, using: &random))
      #expect(try others.run() == fixture.stored.count)
      for hash in fixture.stored.prefix(5) + first.prefix(5) { try fixture.check(hash, radius: 31) }
    }
    // A reader of an older state goes on with the segment of that state.
    let reading = try ReadTransaction(fixture.environment)
    let before = Set(try reading.index(fixture.tables).search(first[5999], radius: 256))
    try fixture.remove(first[5999])
    #expect(try others.run() == fixture.stored.count)
    #expect(Set(try reading.index(fixture.tables).search(first[5999], radius: 256)) == before)
  }
}
