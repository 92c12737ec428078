/// A set of hashes in memory that tells which of them lie within some distance of another one. For many questions about one
/// set: an import against everything that was ever scanned, or all of that against itself.
///
/// Few hashes are compared one by one. More are found by multi-index hashing: of two hashes within `16 k + 15` bits, one
/// of their sixteen parts of 16 bits differs in at most `k` (pigeonhole). The parts that occur are marked in a table
/// of bits, small enough for the processor's caches; only where a mark is found are hashes compared.
///
/// Algorithm: Norouzi, Punjani, Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", 2012.
struct NearbyHashes: Sendable {
  /// The set, each hash once.
  private let hashes: [SIMD4<UInt64>]
  private let radius: Int
  /// What part values are looked at: those that differ from the hash's own in these bits. Empty if hashes are compared
  /// one by one.
  private let masks: [UInt16]
  /// A bit for each value of each part that occurs.
  private var marks: [UInt64] = []
  /// For each part and value, where its hashes begin among ``members``, and one more.
  private var starts: [UInt32] = []
  private var members: [UInt32] = []

  private static let parts = 16
  private static let values = 1 << 16
  /// As many are compared in the time that the table takes.
  private static let fewest = 256
  /// With a wider radius more values would be looked at than hashes are compared.
  private static let mostDiffering = 2

  /// - Parameters:
  ///   - hashes: The set, each hash once.
  ///   - radius: How many bits may differ.
  init(_ hashes: [PDQHash], radius: Int) {
    let distinct = hashes.map(\.words)
    self.hashes = distinct
    self.radius = radius
    let differing = radius / Self.parts
    guard distinct.count > Self.fewest, differing <= Self.mostDiffering else {
      masks = []
      return
    }
    masks = (0..<Self.values).filter { $0.nonzeroBitCount <= differing }.map { UInt16($0) }
    fillTables()
  }

  private mutating func fillTables() {
    marks = [UInt64](repeating: 0, count: Self.parts * Self.values / 64)
    starts = [UInt32](repeating: 0, count: Self.parts * Self.values + 1)
    members = [UInt32](repeating: 0, count: Self.parts * hashes.count)
    for hash in hashes {
      for part in 0..<Self.parts {
        let place = Self.place(part, Self.value(of: part, hash))
        starts[place + 1] += 1
        marks[place / 64] |= 1 << UInt64(place % 64)
      }
    }
    for place in 1..<starts.count { starts[place] += starts[place - 1] }
    var next = starts
    for (number, hash) in hashes.enumerated() {
      for part in 0..<Self.parts {
        let place = Self.place(part, Self.value(of: part, hash))
        members[Int(next[place])] = UInt32(number)
        next[place] += 1
      }
    }
  }

  var isEmpty: Bool { hashes.isEmpty }

  /// Whether some hash of the set lies within the radius.
  ///
  /// - Complexity: About a microsecond for ten thousand hashes and radius 31.
  func isNear(_ hash: PDQHash) -> Bool {
    var isFound = false
    visit(near: hash) { _ in
      isFound = true
      return false
    }
    return isFound
  }

  /// Calls `body` with the place of each hash within the radius, some of them more than once, until it returns `false`.
  func visit(near hash: PDQHash, _ body: (Int) -> Bool) {
    if masks.isEmpty {
      for place in hashes.indices where Self.distance(hashes[place], hash.words) <= radius {
        guard body(place) else { return }
      }
      return
    }
    let (marks, masks) = (marks.span, masks.span)
    for part in 0..<Self.parts {
      let own = Self.value(of: part, hash.words)
      for index in masks.indices {
        let place = Self.place(part, own ^ masks[index])
        guard marks[place / 64] >> UInt64(place % 64) & 1 != 0 else { continue }
        for member in starts[place]..<starts[place + 1] {
          let found = Int(members[Int(member)])
          if Self.distance(hashes[found], hash.words) <= radius {
            guard body(found) else { return }
          }
        }
      }
    }
  }

  private static func place(_ part: Int, _ value: UInt16) -> Int { part * values + Int(value) }

  private static func value(of part: Int, _ words: SIMD4<UInt64>) -> UInt16 {
    UInt16(truncatingIfNeeded: words[part / 4] >> UInt64(16 * (part % 4)))
  }

  private static func distance(_ a: SIMD4<UInt64>, _ b: SIMD4<UInt64>) -> Int {
    let difference = a ^ b
    return difference[0].nonzeroBitCount + difference[1].nonzeroBitCount
      + difference[2].nonzeroBitCount + difference[3].nonzeroBitCount
  }
}
