/// An animated PNG that a test has made up: grey with alpha, frames at any place, not compressed.
public struct PaintedAPNG: Sendable {
  public let width: Int
  public let height: Int
  private var frames: [[UInt8]] = []
  private var sequence: UInt32 = 0

  public init(width: Int, height: Int) { (self.width, self.height) = (width, height) }

  /// Adds a frame; the first must have the size of the whole.
  ///
  /// - Parameters:
  ///   - pixels: Grey and alpha of each pixel, row by row.
  ///   - disposal: 0 keeps it, 1 clears its place, 2 puts back what was there.
  ///   - blend: 0 replaces, 1 draws over.
  public mutating func add(
    x: Int = 0, y: Int = 0, width: Int, height: Int, pixels: [UInt8], disposal: Int = 0,
    blend: Int = 0
  ) {
    var control = number(sequence) + number(width) + number(height) + number(x) + number(y)
    control += [0, 1, 0, 10, UInt8(disposal), UInt8(blend)]
    sequence += 1
    var rows: [UInt8] = []
    for row in 0..<height { rows += [0] + pixels[row * width * 2..<(row + 1) * width * 2] }
    var chunks = pngChunk("fcTL", control)
    if frames.isEmpty {
      chunks += pngChunk("IDAT", zlibStored(rows))
    } else {
      chunks += pngChunk("fdAT", number(sequence) + zlibStored(rows))
      sequence += 1
    }
    frames.append(chunks)
  }

  /// The file.
  public var bytes: [UInt8] {
    let header = number(width) + number(height) + [8, 4, 0, 0, 0]
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + pngChunk("IHDR", header)
      + pngChunk("acTL", number(frames.count) + number(0)) + frames.flatMap { $0 }
      + pngChunk("IEND", [])
  }

  private func number(_ value: some BinaryInteger) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: Int(value) >> $0) }
  }
}
