import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

@Suite struct HammingIndexTests {

  @Test func sealedAndLiveTogetherAreBruteForce() throws {
    var random = SeededGenerator(seed: 20)
    let fixture = try IndexFixture<PDQHash>()
    for round in 0..<4 {
      try fixture.insert(pdqHashes(6000, using: &random))
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
    try fixture.insert(pdqHashes(7000, using: &random))
    #expect(try fixture.seal() != nil)
    try fixture.insert(pdqHashes(3000, using: &random))
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

  @Test(.enabled(if: Kernels.available.count > 1, "this CPU has one instruction set only"))
  func everyKernelFindsTheSame() throws {
    var random = SeededGenerator(seed: 26)
    let fixture = try IndexFixture<PDQHash>()
    try fixture.insert(pdqHashes(8000, using: &random))
    #expect(try fixture.seal() != nil)
    try fixture.insert(pdqHashes(600, using: &random))
    let reading = try ReadTransaction(fixture.environment)
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
    try fixture.insert(phashes(20_000, using: &random))
    #expect(try fixture.seal() == 20_000)
    try fixture.insert(phashes(500, using: &random))
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
    try fixture.insert(pdqHashes(100, using: &random))
    #expect(try fixture.seal() == nil)
    try fixture.check(.random(using: &random), radius: 128)
  }

  @Test(arguments: [1, 7, 200])
  func nearestAreThoseOfBruteForce(_ k: Int) throws {
    var random = SeededGenerator(seed: 23)
    let fixture = try IndexFixture<PDQHash>()
    try fixture.insert(pdqHashes(6000, using: &random))
    #expect(try fixture.seal() != nil)
    try fixture.insert(pdqHashes(300, using: &random))
    for query in [PDQHash.random(using: &random), try #require(fixture.stored.first)] {
      let found = try fixture.read { try $0.nearest(query, k: k) }
      let expected = fixture.stored.map { $0.distance(to: query) }.sorted().prefix(k)
      #expect(found.map(\.distance) == Array(expected))
    }
  }

  /// Databases of earlier versions have other bands: they are searched as they are until they are sealed anew.
  @Test func earlierBandsAreRead() throws {
    var random = SeededGenerator(seed: 24)
    let fixture = try IndexFixture<PDQHash>()
    try fixture.insert(pdqHashes(6000, using: &random))
    for order in BandLayout.Order.allCases {
      #expect(try fixture.seal(order) == fixture.stored.count)
      #expect(try fixture.read { try $0.header().order } == order)
      for radius in [0, 10, 31, 80] {
        let near = try #require(fixture.stored.randomElement(using: &random))
        try fixture.check(near.flipping(9, using: &random), radius: radius)
      }
    }
  }

  /// Hashes that are alike in most bits share their buckets in most bands.
  @Test(arguments: BandLayout.Order.allCases)
  func bucketsMayHoldManyHashes(_ order: BandLayout.Order) throws {
    var random = SeededGenerator(seed: 26)
    let fixture = try IndexFixture<PDQHash>()
    let first = PDQHash.random(using: &random)
    try fixture.insert(
      (0..<5000).map { _ in
        PDQHash(words: first.words ^ SIMD4(UInt64.random(in: 0..<1 << 30, using: &random), 0, 0, 0))
      })
    #expect(try fixture.seal(order) == fixture.stored.count)
    for radius in [0, 5, 13, 31] {
      try fixture.check(first, radius: radius)
      try fixture.check(first.flipping(4, using: &random), radius: radius)
    }
  }

  /// Several forms of one query are looked up together, and each has its own answers.
  @Test func queriesThatShareKeysAreToldApart() throws {
    var random = SeededGenerator(seed: 25)
    let fixture = try IndexFixture<PDQHash>()
    try fixture.insert(pdqHashes(6000, using: &random))
    #expect(try fixture.seal() != nil)
    let first = try #require(fixture.stored.randomElement(using: &random))
    let queries = [first, first, first.flipping(3, using: &random), .random(using: &random), first]
    let found = try fixture.read { try $0.search(queries, radius: 31).found }
    for (query, found) in zip(queries, found) {
      let expected = fixture.stored.filter { $0.distance(to: query) <= 31 }
      #expect(Set(found.map(\.hash)) == Set(expected) && found.count == expected.count)
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
