/// What an animation's frames are drawn on: RGBA, transparent black at first.
struct Canvas {
  struct Rectangle: Hashable {
    let x: Int
    let y: Int
    let width: Int
    let height: Int
  }

  let width: Int
  let height: Int
  /// Four bytes a pixel, row by row.
  private(set) var pixels: [UInt8]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: 0, count: width * height * 4)
  }

  /// - Parameter pixels: `width * height * 4` bytes.
  init(width: Int, height: Int, pixels: [UInt8]) {
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  func contains(_ area: Rectangle) -> Bool { clipped(area) == area }

  /// The part of an area that lies on the canvas.
  func clipped(_ area: Rectangle) -> Rectangle {
    let (left, top) = (min(max(area.x, 0), width), min(max(area.y, 0), height))
    return Rectangle(
      x: left, y: top, width: max(0, min(area.x + area.width, width) - left),
      height: max(0, min(area.y + area.height, height) - top))
  }

  /// Fills an area with one colour.
  mutating func fill(_ area: Rectangle, with color: SIMD4<UInt8>) {
    let area = clipped(area)
    for y in area.y..<area.y + area.height {
      for x in area.x..<area.x + area.width { self[x, y] = color }
    }
  }

  /// Puts back what another canvas of the same size has there.
  mutating func restore(_ area: Rectangle, from other: Canvas) {
    let area = clipped(area)
    for y in area.y..<area.y + area.height {
      let row = (y * width + area.x) * 4..<(y * width + area.x + area.width) * 4
      pixels.replaceSubrange(row, with: other.pixels[row])
    }
  }

  /// Draws part of a row from palette indices, skipping the transparent one. Draws nothing if any of it lies
  /// outside the canvas, or if the palette does not have 256 colours.
  mutating func draw(
    _ indices: ArraySlice<UInt8>, palette: [SIMD4<UInt8>], transparent: CInt, x: Int, y: Int
  ) {
    let start = (y * width + x) * 4
    guard palette.count == 256, x >= 0, y >= 0, x + indices.count <= width, y < height else {
      return
    }
    indices.withUnsafeBufferPointer { indices in
      palette.withUnsafeBufferPointer { palette in
        pixels.withUnsafeMutableBytes { pixels in
          // In bounds by what was just checked: 256 colours for any byte, four bytes a pixel.
          for (column, index) in indices.enumerated() where CInt(index) != transparent {
            pixels.storeBytes(
              of: palette[Int(index)], toByteOffset: start + column * 4, as: SIMD4<UInt8>.self)
          }
        }
      }
    }
  }

  /// The pixel on the canvas at `x`, `y`, which must lie on it.
  subscript(x: Int, y: Int) -> SIMD4<UInt8> {
    get {
      let start = (y * width + x) * 4
      return SIMD4(pixels[start], pixels[start + 1], pixels[start + 2], pixels[start + 3])
    }
    set {
      let start = (y * width + x) * 4
      for channel in 0..<4 { pixels[start + channel] = newValue[channel] }
    }
  }

  /// Sends the canvas to `sink` as a frame, over a backdrop.
  ///
  /// - Parameter tellsTransparency: Whether the sink hears of pixels that are not opaque.
  func send<Sink: RowSink>(
    to sink: inout Sink, over backdrop: Backdrop, tellsTransparency: Bool = true
  ) throws(ImageError) {
    sink.begin(PixelLayout(width: width, height: height, channels: 3, isLossless: true))
    let batch = 16
    var rows: [UInt8] = []
    for first in stride(from: 0, to: height, by: batch) {
      let end = min(first + batch, height)
      let isOpaque = backdrop.flatten(
        pixels.span.extracting(first * width * 4..<end * width * 4), channels: 4, into: &rows)
      if tellsTransparency, !isOpaque { sink.isShownOtherwise(.transparency) }
      sink.take(rows.span)
    }
    try sink.end()
  }
}
