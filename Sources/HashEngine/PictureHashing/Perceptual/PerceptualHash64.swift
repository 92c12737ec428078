#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// ImageHash's `phash()`: 64 bits of the DCT of a picture shrunk to 32×32.
///
/// Bit by bit from the first digit's highest: whether the coefficient of vertical frequency
/// `n / 8` and horizontal frequency `n % 8` lies above the median of the 64. Such hashes collide
/// at scale: they are for small lists.
///
/// Algorithm: `imagehash.phash` of JohannesBuchner/imagehash, with Pillow's resizing.
public struct PerceptualHash64: BinaryHash {
  @inlinable public static var bitCount: Int { 64 }

  @usableFromInline package let word: UInt64

  @inlinable package init(word: UInt64) { self.word = word }

  @inlinable public init?(bytes: Span<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    var word: UInt64 = 0
    for index in 0..<Self.byteCount { word = word << 8 | UInt64(bytes[index]) }
    self.word = word
  }

  @inlinable public var bytes: [UInt8] { withUnsafeBytes(of: word.bigEndian) { Array($0) } }

  @inlinable public func distance(to other: PerceptualHash64) -> Int {
    (word ^ other.word).nonzeroBitCount
  }

  /// Whether nearly all bits are equal, as in the hash of a flat picture.
  public var isDegenerate: Bool { !(2...62).contains(word.nonzeroBitCount) }

  /// The hash, unless it is degenerate.
  package var ifUsable: PerceptualHash64? { isDegenerate ? nil : self }
}

/// The `phash` hashes of one picture.
public struct PerceptualFingerprint64: Sendable, Hashable {
  /// The hash of the pixels as they are stored.
  public let hash: PerceptualHash64
  /// The hash of the picture turned as it is to be shown; ``hash`` where it is not turned. The turned file's
  /// hash may differ in a bit or two, since shrinking rounds.
  public let shown: PerceptualHash64

  init(hash: PerceptualHash64, shown: PerceptualHash64) { (self.hash, self.shown) = (hash, shown) }

  init(_ grid: LanczosGrid.Pixels, shown orientation: Orientation = .asStored) {
    let coefficients = lowFrequencies(grid)
    hash = Self.hash(coefficients)
    shown =
      orientation == .asStored
      ? hash : Self.hash(orientation.turn(coefficients, side: 8, lowest: 0))
  }

  private static func hash(_ coefficients: [Double]) -> PerceptualHash64 {
    let sorted = coefficients.sorted()
    let median = (sorted[31] + sorted[32]) / 2
    return PerceptualHash64(
      word: coefficients.reduce(0) { $0 << 1 | ($1 > median ? 1 : 0) })
  }
}

/// The 8×8 lowest coefficients of a 32×32 DCT-II, along columns, then rows.
private func lowFrequencies(_ pixels: LanczosGrid.Pixels) -> [Double] {
  let side = LanczosGrid.side
  let values = pixels.values.map { Double($0) }
  let columns = (0..<side).map { x in dct((0..<side).map { values[$0 * side + x] }) }
  return (0..<8).flatMap { i in dct(columns.map { $0[i] }) }
}

/// The first 8 terms of a DCT-II of 32 values. Folded at each level, so that a symmetric line has
/// odd terms of exactly 0, as in a fast transform.
private func dct(_ line: [Double]) -> [Double] {
  var terms = [Double](repeating: 0, count: 8)
  var line = line
  for (level, rows) in oddCosines.enumerated() {
    let half = line.count / 2
    let differences = (0..<half).map { line[$0] - line[line.count - 1 - $0] }
    // The odd terms of this line are 1, 3, 5, 7 of the whole one, then 2, 6, then 4.
    for (row, cosines) in rows.enumerated() {
      terms[(2 * row + 1) << level] = 2 * zip(differences, cosines).reduce(0) { $0 + $1.0 * $1.1 }
    }
    line = (0..<half).map { line[$0] + line[line.count - 1 - $0] }
  }
  terms[0] = 2 * line.reduce(0, +)
  return terms
}

/// For lines of 32, 16 and 8 values: `cos(π (2m + 1)(2n + 1) / 2N)`, a row for each odd term.
private let oddCosines: [[[Double]]] = [
  oddCosines(half: 16, terms: 4), oddCosines(half: 8, terms: 2), oddCosines(half: 4, terms: 1),
]

private func oddCosines(half: Int, terms: Int) -> [[Double]] {
  (0..<terms).map { m in
    (0..<half).map { n in
      let quarterWaves = (2 * m + 1) * (2 * n + 1)
      return cos(Double.pi * Double(quarterWaves) / Double(4 * half))
    }
  }
}
