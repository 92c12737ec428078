public import PictureHashing

extension PDQHash {
  /// Any hash.
  public static func random(using random: inout SeededGenerator) -> PDQHash {
    PDQHash(words: SIMD4(random.next(), random.next(), random.next(), random.next()))
  }

  /// The hash with `count` different bits flipped.
  public func flipping(_ count: Int, using random: inout SeededGenerator) -> PDQHash {
    var words = words
    for bit in (0..<256).shuffled(using: &random).prefix(count) {
      words[bit / 64] ^= 1 << UInt64(bit % 64)
    }
    return PDQHash(words: words)
  }
}
