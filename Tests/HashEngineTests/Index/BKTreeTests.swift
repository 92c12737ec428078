import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// A tree in a database of its own.
private final class TreeFixture {
  let folder: TemporaryFolder
  let environment: Environment
  private let nodes: TableID

  init() throws {
    folder = try TemporaryFolder()
    environment = try Environment(
      folder.path("db"), options: Environment.Options(creates: true))
    let writing = try WriteTransaction(environment)
    nodes = try writing.makeTable("tree", .integerKeys)
    try writing.commit()
  }

  func read<Result>(
    _ body: (borrowing BKTree<PDQHash, Reading>) throws -> Result
  ) throws -> Result {
    let reading = try ReadTransaction(environment)
    return try body(BKTree(nodes: reading.table(nodes), kernels: .best))
  }

  func write<Result>(
    _ body: (borrowing BKTree<PDQHash, Writing>) throws -> Result
  ) throws -> Result {
    let writing = try WriteTransaction(environment)
    let result = try read(writing, body)
    try writing.commit()
    return result
  }

  private func read<Base: Transaction & ~Copyable, Result>(
    _ transaction: borrowing Base, _ body: (borrowing BKTree<PDQHash, Base.Access>) throws -> Result
  ) throws -> Result {
    try body(BKTree(nodes: transaction.table(nodes), kernels: .best))
  }

  @discardableResult
  func insert(_ hashes: some Sequence<PDQHash>) throws -> Int {
    try write { try $0.insert(hashes) }
  }

  @discardableResult
  func remove(_ hash: PDQHash) throws -> Bool {
    try write { try $0.remove(hash) }
  }

  func search(_ hash: PDQHash, radius: Int) throws -> Set<Neighbor<PDQHash>> {
    let found = try read { try $0.search(hash, radius: radius) }
    #expect(Set(found).count == found.count)
    return Set(found)
  }
}

/// What a search must give.
private func bruteForce(
  _ hashes: some Sequence<PDQHash>, _ query: PDQHash, radius: Int
) -> Set<Neighbor<PDQHash>> {
  Set(
    hashes.map { Neighbor(hash: $0, distance: $0.distance(to: query)) }
      .filter { $0.distance <= radius })
}

/// Half at random, half in clusters round a few of them.
private func hashes(_ count: Int, using random: inout SeededGenerator) -> [PDQHash] {
  let scattered = (0..<count / 2).map { _ in PDQHash.random(using: &random) }
  let clustered = (0..<count - count / 2).map { index in
    scattered[index % 20].flipping(Int.random(in: 1...40, using: &random), using: &random)
  }
  return scattered + clustered
}

@Suite struct BKTreeTests {
  private static let radii = [0, 8, 31, 64, 128]

  @Test func searchesAreThoseOfBruteForce() throws {
    var random = SeededGenerator(seed: 4)
    let fixture = try TreeFixture()
    var stored = Set(hashes(10_000, using: &random))
    #expect(try fixture.insert(stored) == stored.count)
    for round in 0..<3 {
      let queries =
        stored.shuffled(using: &random).prefix(6).map {
          $0.flipping(round * 10, using: &random)
        } + [PDQHash.random(using: &random)]
      for query in queries {
        for radius in Self.radii {
          #expect(
            try fixture.search(query, radius: radius)
              == bruteForce(stored, query, radius: radius))
        }
      }
      for hash in stored.shuffled(using: &random).prefix(2000) {
        #expect(try fixture.remove(hash))
        stored.remove(hash)
      }
      let more = hashes(500, using: &random)
      try fixture.insert(more)
      stored.formUnion(more)
      #expect(try fixture.read { try $0.count() } == stored.count)
    }
  }

  @Test func oneByOneGivesTheSameSetAsAtOnce() throws {
    var random = SeededGenerator(seed: 5)
    let fixture = try TreeFixture()
    let all = hashes(1500, using: &random)
    for hash in all { try fixture.insert([hash]) }
    for query in all.prefix(20) {
      #expect(try fixture.search(query, radius: 31) == bruteForce(Set(all), query, radius: 31))
    }
    var seen: [PDQHash] = []
    try fixture.read { tree in try tree.forEachHash { seen.append($0) } }
    #expect(seen.count == Set(all).count && Set(seen) == Set(all))
  }

  @Test func aHashIsStoredOnce() throws {
    var random = SeededGenerator(seed: 6)
    let fixture = try TreeFixture()
    let hash = PDQHash.random(using: &random)
    #expect(try fixture.insert([hash, hash]) == 1)
    #expect(try fixture.insert([hash]) == 0)
    #expect(try fixture.search(hash, radius: 0).count == 1)
    #expect(try fixture.remove(hash))
    #expect(try !fixture.remove(hash))
    #expect(try fixture.search(hash, radius: 256).isEmpty)
  }

  @Test func edgesOfTheRadius() throws {
    var random = SeededGenerator(seed: 7)
    let fixture = try TreeFixture()
    #expect(try fixture.search(.random(using: &random), radius: 256).isEmpty)
    let all = Set(hashes(2000, using: &random))
    try fixture.insert(all)
    let query = PDQHash.random(using: &random)
    #expect(try fixture.search(query, radius: -1).isEmpty)
    #expect(try fixture.search(query, radius: 256).count == all.count)
    #expect(try fixture.search(query, radius: .max).count == all.count)
  }

  @Test(arguments: [1, 5, 100])
  func nearestAreThoseOfBruteForce(_ k: Int) throws {
    var random = SeededGenerator(seed: 8)
    let fixture = try TreeFixture()
    let all = Set(hashes(5000, using: &random))
    try fixture.insert(all)
    for _ in 0..<10 {
      let query = PDQHash.random(using: &random)
      let found = try fixture.read { try $0.nearest(query, k: k) }
      let expected = all.map { $0.distance(to: query) }.sorted().prefix(k)
      #expect(found.map(\.distance) == Array(expected))
      #expect(found.allSatisfy { $0.hash.distance(to: query) == $0.distance })
      #expect(Set(found).count == found.count)
    }
  }

  @Test func removingAllLeavesNothing() throws {
    var random = SeededGenerator(seed: 9)
    let fixture = try TreeFixture()
    let all = Set(hashes(3000, using: &random))
    try fixture.insert(all)
    for hash in all.shuffled(using: &random) { #expect(try fixture.remove(hash)) }
    #expect(try fixture.read { try $0.count() } == 0)
    // The header remains.
    #expect(try fixture.read { try $0.nodes.count() } == 1)
    try fixture.insert(all.prefix(10))
    #expect(try fixture.search(try #require(all.first), radius: 256).count == 10)
  }

  @Test func everyKernelFindsTheSame() throws {
    var random = SeededGenerator(seed: 10)
    let block = HashBlock(hashes(700, using: &random))
    let query = try #require(block[3])
    let distances = Kernels.available.map { block.distances(to: query, kernels: $0) }
    let scans = Kernels.available.map { kernels in
      var hits: [[Int]] = []
      block.bytes.withUnsafeBytes { bytes in
        kernels.scan(bytes.bytes, for: query, radius: 100) { hits.append([$0, $1]) }
      }
      return hits
    }
    let expected = (0..<block.count).map { UInt16(block[$0]?.distance(to: query) ?? 0) }
    #expect(distances.allSatisfy { $0 == expected })
    let hits = expected.enumerated().filter { $0.element <= 100 }.map {
      [$0.offset, Int($0.element)]
    }
    #expect(scans.allSatisfy { $0 == hits } && hits.count > 1)
  }

  /// A node whose bytes make no sense is an error that names it, never a crash or a wrong answer.
  @Test func damagedNodesAreTold() throws {
    var random = SeededGenerator(seed: 11)
    let fixture = try TreeFixture()
    let all = hashes(2000, using: &random)
    try fixture.insert(all)
    for bytes: [UInt8] in [[], [9, 9], [1, 0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0, 0, 1]] {
      let root = try fixture.read { try $0.header().root }
      try fixture.write { try $0.nodes.put(bytes.span, for: root) }
      let error = #expect(throws: StorageError.self) { try fixture.search(all[0], radius: 31) }
      #expect(error?.code == .damaged)
    }
  }

  @Test(.enabled(if: TestFiles.hasShared, "the shared lists are not beside this checkout"))
  func theReferencesNeedlesAreFoundInItsHaystack() throws {
    func read(_ name: String) throws -> [PDQHash] {
      let path = TestFiles.shared.appending("images/pdq/reg-test-input").appending(name)
      return String(decoding: try TestFiles.bytes(of: path), as: UTF8.self)
        .split(whereSeparator: \.isWhitespace).compactMap { PDQHash(String($0.prefix(64))) }
    }
    let fixture = try TreeFixture()
    let haystack = try read("haystack.txt")
    let needles = try read("needles.txt")
    try fixture.insert(haystack)
    var copies: [PDQHash: Int] = [:]
    for hash in haystack { copies[hash, default: 0] += 1 }
    for row in try TestFiles.table(
      TestFiles.shared.appending("vectors/index_expected_needles_haystack.tsv"), separator: "\t")
    {
      guard let radius = Int(row["max_distance"] ?? ""),
        let expected = Int(row["total_matches(needles.txt x haystack.txt)"] ?? "")
      else { continue }
      let found = try needles.flatMap { try fixture.search($0, radius: radius) }
      #expect(found.reduce(0) { $0 + (copies[$1.hash] ?? 0) } == expected, "radius \(radius)")
    }
  }
}
