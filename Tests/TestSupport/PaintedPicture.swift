/// Grey pixels that a test has made up.
public struct PaintedPicture: Sendable {
  public let width: Int
  public let height: Int
  /// Row by row.
  public var pixels: [UInt8]

  public init(width: Int, height: Int, pixels: [UInt8]) {
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }

  /// - Parameter paint: The grey at a column and a row; what is out of range is clamped.
  public init(width: Int, height: Int, paint: (_ x: Int, _ y: Int) -> Int) {
    self.init(
      width: width, height: height,
      pixels: (0..<width * height).map { UInt8(clamping: paint($0 % width, $0 / width)) })
  }

  /// The kinds of dull pictures that trip programs up, each with a number to vary it.
  public enum Pattern: CaseIterable, Sendable {
    case flat, gradientDown, gradientAcross, gradientDiagonal, twoTones, noise, faintNoise
    case border, meetingBorders, stripes, oneDot, bars
  }

  /// A picture of a kind.
  ///
  /// - Parameter seed: Decides tones, steps and widths.
  public static func paint(
    _ pattern: Pattern, width: Int, height: Int, seed: UInt64
  ) -> PaintedPicture {
    var random = SeededGenerator(seed: seed)
    let tone = Int.random(in: 0...255, using: &random)
    let levels = Int.random(in: 1...12, using: &random)
    let first = Int.random(in: 0...width, using: &random)
    let second = Int.random(in: 0...height, using: &random)
    let period = Int.random(in: 1...9, using: &random)
    var noise = random
    return PaintedPicture(width: width, height: height) { x, y in
      switch pattern {
      case .flat: tone
      case .gradientDown: tone + y * levels / height
      case .gradientAcross: tone - x * levels / width
      case .gradientDiagonal: tone + (x * height + y * width) * levels / (width * height)
      case .twoTones: (x < first) != (y < second) ? tone : 255 - tone
      case .noise: Int.random(in: 0...255, using: &noise)
      case .faintNoise: tone + Int.random(in: 0...levels, using: &noise)
      case .border:
        min(x, y, width - 1 - x, height - 1 - y) < period
          ? tone : Int.random(in: 0...255, using: &noise)
      case .meetingBorders: y < second ? tone : tone + levels
      case .stripes: (x / period) % 2 == 0 ? tone : 255 - tone
      case .oneDot: x == first && y == second ? 255 - tone : tone
      case .bars: y < second || y > height - period ? tone : (x * 7 ^ y * 13) & 255
      }
    }
  }

  /// The picture as if it had been taken in the dark.
  public func dimmed(to share: Double) -> PaintedPicture {
    PaintedPicture(
      width: width, height: height, pixels: pixels.map { UInt8(Double($0) * share) })
  }

  /// The picture as a PNG of 8-bit greys with alpha, not compressed: this picture where the other is white.
  public func png(alpha: PaintedPicture) -> [UInt8] {
    var rows: [UInt8] = []
    for y in 0..<height {
      rows.append(0)
      for x in 0..<width { rows += [pixels[y * width + x], alpha.pixels[y * width + x]] }
    }
    let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 4, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + pngChunk("IHDR", header) + pngChunk("IDAT", zlibStored(rows)) + pngChunk("IEND", [])
  }

  /// The picture as a PNG that says how it is to be turned, by EXIF's number.
  public func png(orientation: UInt8) -> [UInt8] {
    let tiff: [UInt8] =
      Array("MM".utf8) + [
        0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0,
      ]
      + [0, 0, 0, 0]
    let plain = png
    // Behind the signature and the header.
    return plain[..<33] + pngChunk("eXIf", tiff) + plain[33...]
  }

  /// The picture as a PNG of 8-bit greys, not compressed.
  public var png: [UInt8] {
    var rows: [UInt8] = []
    for y in 0..<height {
      rows.append(0)
      rows += pixels[y * width..<(y + 1) * width]
    }
    let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, 0, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + pngChunk("IHDR", header) + pngChunk("IDAT", zlibStored(rows)) + pngChunk("IEND", [])
  }
}

/// A chunk of a PNG, with its length and checksum.
public func pngChunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
  let body = Array(type.utf8) + data
  var checksum: UInt32 = ~0
  for byte in body {
    checksum ^= UInt32(byte)
    for _ in 0..<8 { checksum = checksum >> 1 ^ (checksum & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
  return bigEndian(UInt32(data.count)) + body + bigEndian(~checksum)
}

/// Bytes as a zlib stream that stores them as they are.
public func zlibStored(_ bytes: [UInt8]) -> [UInt8] {
  var stream: [UInt8] = [0x78, 0x01]
  var start = 0
  repeat {
    let count = min(65_535, bytes.count - start)
    let isLast: UInt8 = start + count == bytes.count ? 1 : 0
    let (low, high) = (UInt8(count & 255), UInt8(count >> 8))
    stream += [isLast, low, high, ~low, ~high]
    stream += bytes[start..<start + count]
    start += count
  } while start < bytes.count
  var (a, b): (UInt32, UInt32) = (1, 0)
  for byte in bytes {
    a = (a + UInt32(byte)) % 65_521
    b = (b + a) % 65_521
  }
  return stream + bigEndian(b << 16 | a)
}

private func bigEndian(_ number: UInt32) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
}
