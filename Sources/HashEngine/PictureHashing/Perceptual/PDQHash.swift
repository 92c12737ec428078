/// A PDQ hash: 256 bits, of which an ordinary picture sets exactly half.
///
/// Bit `16 i + j` tells whether the DCT coefficient of vertical frequency `i + 1` and horizontal
/// frequency `j + 1` lies above the median of all 256. The text is the reference's: 64 hexadecimal
/// digits, coefficient (16, 16) first.
///
/// Algorithm: Meta's PDQ (facebook/ThreatExchange, `pdq/`), without its shrinking to 512×512.
public struct PDQHash: BinaryHash {
  @inlinable public static var bitCount: Int { 256 }

  /// Bits 0 to 63 in the first word, and so on.
  @usableFromInline package let words: SIMD4<UInt64>

  @inlinable package init(words: SIMD4<UInt64>) { self.words = words }

  // An index, in another module, calls these for every hash: hence inlinable.
  @inlinable public init?(bytes: Span<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    var words = SIMD4<UInt64>.zero
    for index in 0..<Self.byteCount {
      words[3 - index / 8] = words[3 - index / 8] << 8 | UInt64(bytes[index])
    }
    self.words = words
  }

  @inlinable public var bytes: [UInt8] {
    (0..<Self.byteCount).map { UInt8(truncatingIfNeeded: words[3 - $0 / 8] >> (56 - 8 * ($0 % 8))) }
  }

  @inlinable public func distance(to other: PDQHash) -> Int {
    let difference = words ^ other.words
    return (0..<4).reduce(0) { $0 + difference[$1].nonzeroBitCount }
  }

  /// The hash of the inverted picture: all bits flipped.
  static prefix func ~ (hash: PDQHash) -> PDQHash { PDQHash(words: ~hash.words) }

  /// Bits set; 128 for every picture with detail.
  public var bitsSet: Int { (0..<4).reduce(0) { $0 + words[$1].nonzeroBitCount } }

  /// The lowest ``PDQFingerprint/quality`` at which a hash says anything about its picture; the
  /// reference discards hashes below it as well.
  public static let minimumQuality = 50
}

/// The PDQ hashes and the quality of one picture.
public struct PDQFingerprint: Sendable, Hashable {
  /// The hash of the pixels as they are stored.
  public let hash: PDQHash
  /// The hash of the picture turned as it is to be shown; ``hash`` where it is not turned. Of a large picture, from
  /// the same DCT: a few bits may differ from the hash of the turned file, since samples are picked a little off
  /// the centre.
  public let shown: PDQHash
  /// 0 (flat) to 100: how much detail the picture has, by the reference's gradient sum.
  public let quality: Int

  /// 0 to 100: what ``quality`` would be if the picture had full contrast. A faded copy of a picture has as much
  /// detail as the picture.
  public let detail: Int

  init(hash: PDQHash, shown: PDQHash, quality: Int, detail: Int) {
    (self.hash, self.shown, self.quality, self.detail) = (hash, shown, quality, detail)
  }

  /// - Parameter turned: The coefficients of the turned pixels; `nil` to turn those of the stored ones.
  init(
    _ coefficients: PDQCoefficients, quality: Int, detail: Int,
    shown orientation: Orientation = .asStored, turned: PDQCoefficients? = nil
  ) {
    let hash = coefficients.hash
    let shown = orientation == .asStored ? nil : turned ?? coefficients.turned(orientation)
    self.init(hash: hash, shown: shown?.hash ?? hash, quality: quality, detail: detail)
  }

  /// Whether the hash may be listed. Hashes of flat pictures are rounding noise.
  public var isListable: Bool { quality >= PDQHash.minimumQuality }

  /// Whether the hash may be looked up among listed ones: of a faded copy, too.
  public var isComparable: Bool { detail >= PDQHash.minimumQuality }
}
