/// How the bits of a hash are cut into bands.
///
/// Two hashes within a radius differ little in at least one band (the pigeonhole principle). So it is enough
/// to look into the few buckets near the query's own in each band; the search is exact, not approximate.
/// Bits are dealt to the bands by a fixed shuffle, since neighbouring bits of real hashes are alike. Those that a
/// picture's mirroring, turning or inverting flips together lie side by side: most bands then have the same key in
/// several orientations of a query, or its complement, and are looked at once for all of them.
///
/// Algorithm: Norouzi, Punjani and Fleet, "Fast Exact Search in Hamming Space with Multi-Index
/// Hashing", 2014.
final class BandLayout: Sendable {
  /// The most bits that a band has; its table of buckets then takes 64 MiB.
  static let maximumBits = 24

  /// Bits of each band; together the hash's width.
  let bits: [Int]
  let order: Order
  /// For each band the table by which its bits are gathered: 256 entries for each byte of the hash.
  let tables: [[UInt32]]

  /// In which order bits are dealt to bands. Databases rely on it: a new order is a new case.
  enum Order: UInt16, CaseIterable {
    /// Shuffled.
    case shuffled = 0
    /// Shuffled within the groups of bits that are flipped together.
    case grouped = 1
    /// The same, and buckets of numbers are found by a ``BucketDirectory``.
    case directories = 2

    /// What is sealed from now on.
    static let latest = directories
  }

  private struct Key: Hashable {
    let width: Int
    let bands: Int
    let order: Order
  }

  private static let known = Memo<Key, BandLayout>(maximum: 16)

  /// How many bands serve `count` hashes best. Bands of log₂(count) bits and three have a hash in every eighth bucket: with a
  /// directory to see which are empty, buckets cost less than hashes. Where buckets hold the hashes themselves, sixteen in a
  /// row cost hardly more than one.
  static func bands(width: Int, count: Int, order: Order = .latest) -> Int {
    let more = BandContent.of(width: width) == .hashes ? -4 : order == .directories ? 3 : 0
    let bits = max(1, count.bitWidth - count.leadingZeroBitCount + more)
    let least = (width + maximumBits - 1) / maximumBits
    return min(max(least, (width + bits / 2) / bits), width)
  }

  /// The layout of hashes of `width` bits in so many bands.
  static func of(width: Int, bands: Int, order: Order = .latest) -> BandLayout {
    known.value(for: Key(width: width, bands: bands, order: order)) {
      BandLayout(width: $0.width, bands: $0.bands, order: $0.order)
    }
  }

  private init(width: Int, bands: Int, order: Order) {
    self.order = order
    let shuffled = Self.shuffled(width)
    let order =
      order == .shuffled
      ? shuffled
      : (0..<4).flatMap { group in shuffled.filter { Self.group(ofBit: $0, width) == group } }
    bits = (0..<bands).map { (($0 + 1) * width) / bands - ($0 * width) / bands }
    tables = (0..<bands).map { band in
      var table = [UInt32](repeating: 0, count: width / 8 * 256)
      for (index, position) in order[band * width / bands..<(band + 1) * width / bands].enumerated()
      {
        for value in 0..<256 where value >> (position % 8) & 1 == 1 {
          table[position / 8 * 256 + value] |= 1 << UInt32(index)
        }
      }
      return table
    }
  }

  /// Bits of PDQ that change their sign together: by whether their row and their column have odd frequencies.
  private static func group(ofBit bit: Int, _ width: Int) -> Int {
    width == PDQHash.bitCount ? bit / 16 % 2 * 2 + bit % 2 : 0
  }

  /// The positions of a hash's bits in an order that never changes, since databases rely on it.
  private static func shuffled(_ width: Int) -> [Int] {
    var order = Array(0..<width)
    var state: UInt64 = 0x6861_7368_7363_616E
    for index in stride(from: width - 1, to: 0, by: -1) {
      // SplitMix64.
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      order.swapAt(index, Int((z ^ (z >> 31)) % UInt64(index + 1)))
    }
    return order
  }
}

/// The keys near a key: all masks of some bits set, fewest first.
final class ProbeMasks: Sendable {
  let masks: [UInt32]

  private struct Key: Hashable {
    let bits: Int
    let radius: Int
  }

  private static let known = Memo<Key, ProbeMasks>()

  /// All masks of `bits` bits with at most `radius` set.
  static func of(bits: Int, radius: Int) -> ProbeMasks {
    known.value(for: Key(bits: bits, radius: radius)) {
      ProbeMasks(bits: $0.bits, radius: $0.radius)
    }
  }

  /// How many there are.
  static func count(bits: Int, radius: Int) -> Double {
    guard radius >= 0 else { return 0 }
    var (sum, term) = (1.0, 1.0)
    for k in 0..<min(radius, bits) {
      term = term * Double(bits - k) / Double(k + 1)
      sum += term
    }
    return sum
  }

  private init(bits: Int, radius: Int) {
    var masks: [UInt32] = [0]
    var ring: [(mask: UInt32, next: Int)] = [(0, 0)]
    for _ in 0..<min(radius, bits) {
      ring = ring.flatMap { mask, next in
        (next..<bits).map { (mask | 1 << UInt32($0), $0 + 1) }
      }
      masks += ring.map(\.mask)
    }
    self.masks = masks
  }
}
