/// How far the luma that is seen may be from the Y that a decoder gives without colour: a strong chroma takes red,
/// green or blue out of range, and what clips there changes the luma.
struct LumaError {
  /// The mean difference, in levels of 255.
  var error: Double
  /// How far parts of the picture differ from each other: the standard deviation of their means, in levels.
  var contrast: Double

  /// As a share of the contrast: a hash changes in a few bits then, as it does between two decoders.
  private static let largestShare = 0.15
  /// Fewer levels do not count, in a picture however flat.
  private static let smallestError = 1.0

  /// Whether the picture must be decoded in colour too.
  var isTooLarge: Bool { error > max(Self.smallestError, Self.largestShare * contrast) }
}

extension LumaError {
  /// Of a picture in Y, U and V of video's range, U and V with half as many columns and rows: what WebP consists
  /// of. One row of chroma in eight is looked at; which ones depends on the file, so that who makes a file cannot
  /// know them before it is made.
  init(y: Span<UInt8>, chroma: Span<UInt8>, width: Int, height: Int, seed: UInt64) {
    let (half, halfHeight) = ((width + 1) / 2, (height + 1) / 2)
    var random = seed
    var (error, count) = (0, 0)
    var (sum, squares, blocks) = (0.0, 0.0, 0.0)
    for first in stride(from: 0, to: halfHeight, by: 8) {
      // Knuth's linear congruential generator; the upper bits are the good ones.
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let row = min(first + Int(random >> 61), halfHeight - 1)
      for left in stride(from: 0, to: half, by: 8) {
        var (total, pixels) = (0, 0)
        for column in left..<min(left + 8, half) {
          let u = Int(chroma[row * half + column]) - 128
          let v = Int(chroma[(halfHeight + row) * half + column]) - 128
          // In 256ths of a level, from ITU-R BT.601.
          let (red, green, blue) = (409 * v, -100 * u - 208 * v, 516 * u)
          for pixel in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let (x, line) = (2 * column + pixel.0, 2 * row + pixel.1)
            guard x < width, line < height else { continue }
            let tone = max(Int(y[line * width + x]) - 16, 0) * 298
            total += tone >> 8
            pixels += 1
            error +=
              abs(
                299 * Self.excess(tone + red) + 587 * Self.excess(tone + green)
                  + 114 * Self.excess(tone + blue)) / 1000
          }
        }
        count += pixels
        let mean = Double(total) / Double(max(1, pixels))
        (sum, squares, blocks) = (sum + mean, squares + mean * mean, blocks + 1)
      }
    }
    let mean = sum / max(1, blocks)
    self.init(
      error: Double(error) / 256 / Double(max(1, count)),
      contrast: max(0, squares / max(1, blocks) - mean * mean).squareRoot())
  }

  /// How far a tone in 256ths lies outside its range.
  private static func excess(_ tone: Int) -> Int { tone < 0 ? tone : max(0, tone - 255 * 256) }
}
