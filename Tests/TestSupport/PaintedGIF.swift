/// An animation that a test has made up: 256 greys, and frames anywhere, even outside the screen.
public struct PaintedGIF: Sendable {
  public struct Frame: Sendable {
    public var x = 0
    public var y = 0
    public var picture: PaintedPicture
    /// 0 to 7, of which the format knows 0 to 3.
    public var disposal: UInt8 = 0
    /// The index that is not drawn.
    public var transparent: UInt8?

    public init(
      x: Int = 0, y: Int = 0, _ picture: PaintedPicture, disposal: UInt8 = 0,
      transparent: UInt8? = nil
    ) {
      (self.x, self.y, self.picture) = (x, y, picture)
      (self.disposal, self.transparent) = (disposal, transparent)
    }
  }

  public let width: Int
  public let height: Int
  public var frames: [Frame]
  /// Whether there is a palette; without one the format leaves colours open.
  public var hasPalette = true

  public init(width: Int, height: Int, frames: [Frame]) {
    (self.width, self.height, self.frames) = (width, height, frames)
  }

  /// Frames of any size at any place, drawn and disposed of in any way.
  public static func random(seed: UInt64) -> PaintedGIF {
    var random = SeededGenerator(seed: seed)
    let largest = Bool.random(using: &random) ? 24 : 4
    var gif = PaintedGIF(
      width: Int.random(in: 1...largest, using: &random),
      height: Int.random(in: 1...largest, using: &random), frames: [])
    gif.hasPalette = Int.random(in: 0..<8, using: &random) > 0
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let pattern = PaintedPicture.Pattern.allCases.randomElement(using: &random) ?? .flat
      let far = Int.random(in: 0..<6, using: &random) == 0 ? 60_000 : 2 * largest
      gif.frames.append(
        Frame(
          x: Int.random(in: 0...far, using: &random), y: Int.random(in: 0...far, using: &random),
          .paint(
            pattern, width: Int.random(in: 1...2 * largest, using: &random),
            height: Int.random(in: 1...2 * largest, using: &random), seed: random.next()),
          disposal: UInt8.random(in: 0...7, using: &random),
          transparent: Bool.random(using: &random) ? UInt8.random(in: 0...255, using: &random) : nil
        ))
    }
    return gif
  }

  /// The file.
  public var bytes: [UInt8] {
    var bytes = Array("GIF89a".utf8) + littleEndian(width) + littleEndian(height)
    bytes += [hasPalette ? 0xF7 : 0x70, 0, 0]
    if hasPalette { bytes += (0...255).flatMap { [UInt8($0), UInt8($0), UInt8($0)] } }
    for frame in frames {
      let flags = frame.disposal << 2 | (frame.transparent == nil ? 0 : 1)
      bytes += [0x21, 0xF9, 4, flags, 0, 0, frame.transparent ?? 0, 0]
      bytes += [0x2C] + littleEndian(frame.x) + littleEndian(frame.y)
      bytes += littleEndian(frame.picture.width) + littleEndian(frame.picture.height) + [0, 8]
      let codes = Self.codes(frame.picture.pixels)
      for start in stride(from: 0, to: codes.count, by: 255) {
        let block = codes[start..<min(start + 255, codes.count)]
        bytes += [UInt8(block.count)] + block
      }
      bytes.append(0)
    }
    return bytes + [0x3B]
  }

  /// Pixels as LZW codes of nine bits: the table is cleared before it would need ten.
  private static func codes(_ pixels: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var (bits, count) = (0, 0)
    func put(_ code: Int) {
      bits |= code << count
      count += 9
      while count >= 8 {
        bytes.append(UInt8(bits & 255))
        bits >>= 8
        count -= 8
      }
    }
    for (index, pixel) in pixels.enumerated() {
      if index % 250 == 0 { put(256) }
      put(Int(pixel))
    }
    put(257)
    if count > 0 { bytes.append(UInt8(bits & 255)) }
    return bytes
  }
}

private func littleEndian(_ number: Int) -> [UInt8] {
  [UInt8(number & 255), UInt8(number >> 8 & 255)]
}
