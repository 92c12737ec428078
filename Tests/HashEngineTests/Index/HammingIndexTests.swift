import Glibc
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// An index in a database of its own, and what it must hold.
private final class IndexFixture<Hash: BinaryHash> {
  let folder: TemporaryFolder
  private(set) var environment: Environment
  private(set) var tables: IndexTables<Hash>
  var stored: Set<Hash> = []

  init() throws {
    folder = try TemporaryFolder()
    environment = try Environment(
      folder.path("db"), options: Environment.Options(creates: true))
    let writing = try WriteTransaction(environment)
    tables = try IndexTables(make: "index", writing)
    try writing.commit()
  }

  func read<Result>(
    _ body: (borrowing HammingIndex<Hash, Reading>) throws -> Result
  ) throws -> Result {
    let reading = try ReadTransaction(environment)
    return try body(reading.index(tables))
  }

  func write<Result>(
    _ body: (borrowing HammingIndex<Hash, Writing>) throws -> Result
  ) throws -> Result {
    let writing = try WriteTransaction(environment)
    let result = try read(writing, body)
    try writing.commit()
    return result
  }

  private func read<Base: Transaction & ~Copyable, Result>(
    _ transaction: borrowing Base,
    _ body: (borrowing HammingIndex<Hash, Base.Access>) throws -> Result
  ) throws -> Result {
    try body(transaction.index(tables))
  }

  func insert(_ hashes: [Hash]) throws {
    let added = try write { try $0.insert(hashes) }
    #expect(added == Set(hashes).subtracting(stored).count)
    stored.formUnion(hashes)
  }

  func remove(_ hash: Hash) throws {
    let isRemoved = try write { try $0.remove(hash) }
    #expect(isRemoved == (stored.remove(hash) != nil))
  }

  func seal() throws -> Int? { try IndexSealing(tables, in: environment).run() }

  /// As another process would, that has not used the index yet.
  func openIndexAnew() {
    tables = tables.with(tables.kernels)
  }

  /// Holds the answer for a query against brute force.
  func check(_ query: Hash, radius: Int) throws {
    let found = try read { try $0.search(query, radius: radius) }
    let expected = stored.map { Neighbor(hash: $0, distance: $0.distance(to: query)) }
      .filter { $0.distance <= radius }
    #expect(found.count == expected.count && Set(found) == Set(expected), "radius \(radius)")
    #expect(try read { try $0.count() } == stored.count)
  }
}

extension IndexTables {
  /// The same tables, with nothing kept of them.
  fileprivate func with(_ kernels: Kernels) -> Self {
    IndexTables(nodes: nodes, parts: parts, removed: removed, kernels: kernels)
  }
}

@Suite struct HammingIndexTests {
  private static func pdq(_ count: Int, using random: inout SeededGenerator) -> [PDQHash] {
    let scattered = (0..<count / 2).map { _ in PDQHash.random(using: &random) }
    let clustered = (0..<count - count / 2).map { index in
      scattered[index % 50].flipping(Int.random(in: 1...45, using: &random), using: &random)
    }
    return scattered + clustered
  }

  private static func phash(_ count: Int, using random: inout SeededGenerator) -> [PerceptualHash64]
  {
    (0..<count).map { _ in PerceptualHash64(word: random.next()) }
  }

  @Test func sealedAndLiveTogetherAreBruteForce() throws {
    var random = SeededGenerator(seed: 20)
    let fixture = try IndexFixture<PDQHash>()
    for round in 0..<4 {
      try fixture.insert(Self.pdq(6000, using: &random))
      for hash in fixture.stored.shuffled(using: &random).prefix(700) { try fixture.remove(hash) }
      // What was sealed and removed comes back as if it were new.
      let sample = Array(fixture.stored.prefix(20))
      for hash in sample { try fixture.remove(hash) }
      try fixture.insert(Array(sample.prefix(10)))
      if round != 2 { #expect(try fixture.seal() == fixture.stored.count) }
      for radius in [-1, 0, 1, 8, 31, 47, 64, 128, 256, 300] {
        let near = try #require(fixture.stored.randomElement(using: &random))
          .flipping(max(0, min(radius, 40)), using: &random)
        try fixture.check(near, radius: radius)
        try fixture.check(.random(using: &random), radius: radius)
      }
    }
  }

  @Test func manyAtOnceFindWhatOneByOneDoes() throws {
    var random = SeededGenerator(seed: 27)
    let fixture = try IndexFixture<PDQHash>()
    try fixture.insert(Self.pdq(7000, using: &random))
    _ = try fixture.seal()
    try fixture.insert(Self.pdq(3000, using: &random))
    for hash in fixture.stored.shuffled(using: &random).prefix(300) { try fixture.remove(hash) }
    // One of them twice.
    let known = Array(fixture.stored.prefix(30))
    let queries = known + known.prefix(1) + (0..<10).map { _ in .random(using: &random) }
    for radius in [0, 31, 90, 256] {
      let found = try fixture.read { try $0.search(queries, radius: radius).found }
      #expect(found.count == queries.count)
      for (query, neighbors) in zip(queries, found) {
        let alone = try fixture.read { try $0.search(query, radius: radius) }
        #expect(neighbors.count == alone.count && Set(neighbors) == Set(alone))
      }
    }
    #expect(try fixture.read { try $0.search([], radius: 31).found.isEmpty })
  }

  @Test func everyKernelFindsTheSame() throws {
    var random = SeededGenerator(seed: 26)
    let fixture = try IndexFixture<PDQHash>()
    try fixture.insert(Self.pdq(8000, using: &random))
    _ = try fixture.seal()
    try fixture.insert(Self.pdq(600, using: &random))
    let reading = try ReadTransaction(fixture.environment)
    #expect(Kernels.available.count > 1)
    for query in fixture.stored.prefix(10) {
      let answers = try Kernels.available.map { kernels in
        let index = reading.index(fixture.tables.with(kernels))
        return [
          Set(try index.search(query, radius: 8)), Set(try index.search(query, radius: 31)),
          Set(try index.search(query, radius: 60)),
        ]
      }
      #expect(answers.allSatisfy { $0 == answers[0] } && !answers[0][0].isEmpty)
    }
  }

  @Test func sixtyFourBitsToo() throws {
    var random = SeededGenerator(seed: 21)
    let fixture = try IndexFixture<PerceptualHash64>()
    try fixture.insert(Self.phash(20_000, using: &random))
    #expect(try fixture.seal() == 20_000)
    try fixture.insert(Self.phash(500, using: &random))
    for radius in [0, 1, 4, 8, 10, 20, 64, 65] {
      let near = try #require(fixture.stored.randomElement(using: &random))
      try fixture.check(PerceptualHash64(word: near.word ^ 0b1001), radius: radius)
      try fixture.check(PerceptualHash64(word: random.next()), radius: radius)
    }
  }

  @Test func fewHashesStayLive() throws {
    var random = SeededGenerator(seed: 22)
    let fixture = try IndexFixture<PDQHash>()
    #expect(try fixture.seal() == nil)
    try fixture.insert(Self.pdq(100, using: &random))
    #expect(try fixture.seal() == nil)
    try fixture.check(.random(using: &random), radius: 128)
  }

  @Test(arguments: [1, 7, 200])
  func nearestAreThoseOfBruteForce(_ k: Int) throws {
    var random = SeededGenerator(seed: 23)
    let fixture = try IndexFixture<PDQHash>()
    try fixture.insert(Self.pdq(6000, using: &random))
    _ = try fixture.seal()
    try fixture.insert(Self.pdq(300, using: &random))
    for query in [PDQHash.random(using: &random), try #require(fixture.stored.first)] {
      let found = try fixture.read { try $0.nearest(query, k: k) }
      let expected = fixture.stored.map { $0.distance(to: query) }.sorted().prefix(k)
      #expect(found.map(\.distance) == Array(expected))
    }
  }

  /// Changes that come while a sealing is under way are neither lost nor undone by it.
  @Test func changesDuringASealingStay() async throws {
    var random = SeededGenerator(seed: 24)
    let fixture = try IndexFixture<PDQHash>()
    try fixture.insert(Self.pdq(30_000, using: &random))
    _ = try fixture.seal()
    let first = fixture.stored.shuffled(using: &random)
    for hash in first.prefix(50) { try fixture.remove(hash) }
    let live = Self.pdq(2000, using: &random)
    try fixture.insert(live)
    let sealing = IndexSealing(fixture.tables, in: fixture.environment)
    let sealed = Mutex<Int?>(nil)
    let thread = Thread { sealed.withLock { $0 = try? sealing.run() } }
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
    _ = try fixture.seal()
    for hash in live.prefix(20) + first.prefix(60) { try fixture.check(hash, radius: 0) }
  }

  /// Damage in the tables is an error, never a crash.
  @Test func damagedTablesAreTold() throws {
    var random = SeededGenerator(seed: 25)
    try damage(
      Self.pdq(5000, using: &random), [.starts(0), .buckets(0), .hashes], radius: 31, &random)
    try damage(Self.phash(5000, using: &random), [.starts(0), .buckets(0)], radius: 8, &random)
  }

  private func damage<Hash: BinaryHash>(
    _ hashes: [Hash], _ arrays: [SegmentPart.Array], radius: Int, _ random: inout SeededGenerator
  ) throws {
    let fixture = try IndexFixture<Hash>()
    try fixture.insert(hashes)
    _ = try fixture.seal()
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

  @Test(arguments: [(256, 100_000), (256, 1_000_000), (256, 10_000_000), (64, 1_000_000)])
  func bandsCoverEachBitOnce(_ size: (width: Int, count: Int)) {
    let bands = BandLayout.bands(width: size.width, count: size.count)
    let layout = BandLayout.of(width: size.width, bands: bands)
    #expect(layout.bits.reduce(0, +) == size.width)
    #expect(layout.bits.allSatisfy { (1...BandLayout.maximumBits).contains($0) })
    // A hash with one bit set has one band with one bit set.
    for bit in 0..<size.width {
      let keys = layout.tables.map { $0[bit / 8 * 256 + 1 << (bit % 8)] }
      #expect(keys.reduce(0) { $0 + $1.nonzeroBitCount } == 1)
    }
    for radius in [0, 5, 10, 31] where radius < size.width {
      if case .bands(let radii) = SearchPlan.plan(
        radius: radius, layout: layout, count: size.count, width: size.width)
      {
        #expect(radii.reduce(0) { $0 + $1 + 1 } == radius + 1)
      }
    }
  }
}

/// A thread that can be waited for: LMDB ties a writer to its thread.
private final class Thread: @unchecked Sendable {
  private let body: @Sendable () -> Void
  private var handle = pthread_t()

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  func start() {
    pthread_create(
      &handle, nil,
      { context in
        context.map { Unmanaged<Thread>.fromOpaque($0).takeUnretainedValue().body() }
        return nil
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  func join() { pthread_join(handle, nil) }
}
