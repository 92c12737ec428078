/// How far the luma that is seen may be from the Y that a decoder gives without colour: a strong chroma takes red,
/// green or blue out of range, and what clips there changes the luma.
package struct LumaError {
  /// The mean difference, in levels of 255.
  var error: Double
  /// How far parts of the picture differ from each other: the standard deviation of their means, in levels.
  var contrast: Double

  /// As a share of the contrast: a hash changes in a few bits then, as it does between two decoders.
  private static let largestShare = 0.15
  /// Fewer levels do not count, in a picture however flat.
  private static let smallestError = 1.0

  /// What decides which parts of pictures are looked at: another number in every process, so that who makes a file
  /// cannot know them.
  package static let secret = UInt64.random(in: 0...UInt64.max)

  /// Whether the picture must be decoded in colour too.
  package var isTooLarge: Bool {
    error > max(Self.smallestError, Self.largestShare * contrast)
  }

  /// The same, judged by a sixteenth of the picture, which differs more from the whole than the whole from its Y.
  package var isTooLargeInPart: Bool {
    error > max(Self.smallestErrorInPart, Self.largestShareInPart * contrast)
  }

  private static let smallestErrorInPart = 12.0
  private static let largestShareInPart = 0.8
}

/// The range of the numbers of a Y.
package enum LumaRange: Sendable {
  /// 0 to 255.
  case full
  /// 16 to 235.
  case video

  /// Makes greys of Y.
  package func widen(_ luma: inout [UInt8]) {
    guard self == .video else { return }
    for index in luma.indices {
      // 149/128 is 255/219 but for 0.03 %.
      let above = UInt16(max(luma[index], 16) &- 16)
      luma[index] = UInt8(truncatingIfNeeded: min((above &* 149 &+ 64) &>> 7, 255))
    }
  }
}

/// How the planes of a picture in Y, U and V lie: bytes, row by row.
package struct PlanarLayout {
  let width: Int
  let height: Int
  let stride: Int
  let chromaWidth: Int
  let chromaHeight: Int
  let chromaStride: Int
  let range: LumaRange

  package init(
    width: Int, height: Int, stride: Int, chromaWidth: Int, chromaHeight: Int, chromaStride: Int,
    range: LumaRange
  ) {
    self.width = width
    self.height = height
    self.stride = stride
    self.chromaWidth = chromaWidth
    self.chromaHeight = chromaHeight
    self.chromaStride = chromaStride
    self.range = range
  }
}

extension LumaError {
  /// Of a picture in Y, U and V by ITU-R BT.601. One row of chroma in eight is looked at; ``secret`` decides which.
  package init(
    y: Span<UInt8>, u: Span<UInt8>, v: Span<UInt8>, _ layout: PlanarLayout,
    secret: UInt64 = Self.secret
  ) {
    // Pixels for each sample of chroma.
    let (across, down) = (
      max(1, (layout.width + layout.chromaWidth - 1) / max(1, layout.chromaWidth)),
      max(1, (layout.height + layout.chromaHeight - 1) / max(1, layout.chromaHeight))
    )
    let isVideo = layout.range == .video
    // In 256ths of a level.
    let (scale, black) = isVideo ? (298, 16) : (256, 0)
    let (vToRed, uToGreen, vToGreen, uToBlue) =
      isVideo ? (409, -100, -208, 516) : (359, -88, -183, 454)
    var random = secret
    var (error, count) = (0, 0)
    var (sum, squares, blocks) = (0.0, 0.0, 0.0)
    for first in stride(from: 0, to: layout.chromaHeight, by: 8) {
      // Knuth's linear congruential generator; the upper bits are the good ones.
      random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let row = min(first + Int(random >> 61), layout.chromaHeight - 1)
      for left in stride(from: 0, to: layout.chromaWidth, by: 8) {
        var (total, pixels) = (0, 0)
        for column in left..<min(left + 8, layout.chromaWidth) {
          let place = row * layout.chromaStride + column
          guard place < u.count, place < v.count else { continue }
          let (u, v) = (Int(u[place]) - 128, Int(v[place]) - 128)
          let (red, green, blue) = (vToRed * v, uToGreen * u + vToGreen * v, uToBlue * u)
          for line in row * down..<min((row + 1) * down, layout.height) {
            for x in column * across..<min((column + 1) * across, layout.width) {
              guard line * layout.stride + x < y.count else { continue }
              let tone = max(Int(y[line * layout.stride + x]) - black, 0) * scale
              total += tone >> 8
              pixels += 1
              error +=
                abs(
                  299 * Self.excess(tone + red) + 587 * Self.excess(tone + green)
                    + 114 * Self.excess(tone + blue)) / 1000
            }
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
