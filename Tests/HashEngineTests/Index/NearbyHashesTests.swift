import TestSupport
import Testing

@testable import HashEngine

@Suite struct NearbyHashesTests {
  /// Few are compared one by one, more are found by tables; wide radii are compared one by one again.
  @Test(arguments: [0, 1, 40, 256, 257, 3000], [0, 15, 16, 31, 32, 47, 48, 90, 256])
  func findsWhatComparingAllFinds(_ count: Int, _ radius: Int) throws {
    var random = SeededGenerator(seed: UInt64(count * 1000 + radius))
    let hashes = (0..<count).map { _ in PDQHash.random(using: &random) }
    let nearby = NearbyHashes(hashes, radius: radius)
    #expect(nearby.isEmpty == hashes.isEmpty)
    for round in 0..<60 {
      let near = hashes.randomElement(using: &random) ?? .random(using: &random)
      // Half of them a bit within the radius or a bit beyond.
      let query =
        round % 2 == 0
        ? PDQHash.random(using: &random)
        : near.flipping(max(0, min(256, radius + round % 5 - 2)), using: &random)
      let expected = Set(hashes.indices.filter { hashes[$0].distance(to: query) <= radius })
      var found: Set<Int> = []
      nearby.visit(near: query) { place in
        found.insert(place)
        return true
      }
      #expect(found == expected)
      #expect(nearby.isNear(query) == !expected.isEmpty)
    }
  }

  @Test func stopsWhenToldTo() throws {
    let hash = try #require(PDQHash(ListFixture.hash))
    var random = SeededGenerator(seed: 5)
    let hashes = (0..<400).map { _ in hash.flipping(3, using: &random) }
    var calls = 0
    NearbyHashes(hashes, radius: 31).visit(near: hash) { _ in
      calls += 1
      return calls < 7
    }
    #expect(calls == 7)
  }
}
