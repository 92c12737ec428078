/// Hashes a small picture as it is turned to be shown, from turned pixels.
///
/// The reference's samples lie on whole pixels, a little off the middle of their blocks. Turning the coefficients
/// moves them to the other side: of a small picture, that changes many bits.
struct TurnedPixels {
  /// Pictures with a longer side differ in a few bits only.
  static let longestSide = 512

  private let orientation: Orientation
  private let kernels: Kernels
  private var layout: PixelLayout?
  private var pixels: [UInt8] = []

  /// `nil` for a picture that is not turned.
  init?(_ orientation: Orientation, kernels: Kernels = .best) {
    guard orientation != .asStored else { return nil }
    self.orientation = orientation
    self.kernels = kernels
  }

  mutating func begin(_ layout: PixelLayout) {
    pixels = []
    let isSmall = max(layout.width, layout.height) <= Self.longestSide && layout.reduction == 1
    self.layout = isSmall ? layout : nil
  }

  mutating func take(_ rows: Span<UInt8>) {
    guard layout != nil else { return }
    rows.withUnsafeBufferPointer { pixels += $0 }
  }

  /// The coefficients of the turned picture; `nil` for one that is not small.
  func finish() -> PDQCoefficients? {
    guard let layout, pixels.count == layout.stride * layout.height else { return nil }
    let (transposes, reversesRows, reversesColumns) = orientation.onCoefficients
    let (width, height) =
      transposes ? (layout.height, layout.width) : (layout.width, layout.height)
    var turned: [UInt8] = []
    turned.reserveCapacity(pixels.count)
    for y in 0..<height {
      let row = reversesRows ? height - 1 - y : y
      for x in 0..<width {
        let column = reversesColumns ? width - 1 - x : x
        let source = transposes ? column * layout.width + row : row * layout.width + column
        for channel in 0..<layout.channels {
          turned.append(pixels[source * layout.channels + channel])
        }
      }
    }
    var hasher = PDQHasher(kernels: kernels)
    hasher.begin(
      PixelLayout(
        width: width, height: height, channels: layout.channels, isLossless: layout.isLossless))
    hasher.take(turned.span)
    return hasher.finish().coefficients
  }
}
