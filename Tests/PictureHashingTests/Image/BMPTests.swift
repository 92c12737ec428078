import TestSupport
import Testing

@testable import PictureHashing

@Suite struct BMPTests {
  private static func little(_ number: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// A bitmap with a header of 40 bytes.
  private static func bitmap(
    width: Int, height: Int, bits: Int, compression: Int = 0, masks: [Int] = [],
    palette: [UInt8] = [], _ pixels: [UInt8], isIcon: Bool = false
  ) -> [UInt8] {
    let header =
      little(40, 4) + little(width, 4) + little(isIcon ? 2 * height : height, 4) + little(1, 2)
      + little(bits, 2) + little(compression, 4) + little(pixels.count, 4) + little(0, 8)
      + little(palette.count / 4, 4) + little(0, 4) + masks.flatMap { little($0, 4) }
    guard !isIcon else { return header + palette + pixels }
    let start = 14 + header.count + palette.count
    return Array("BM".utf8) + little(start + pixels.count, 4) + little(0, 4) + little(start, 4)
      + header + palette + pixels
  }

  private func pixels(
    _ bytes: [UInt8], over backdrop: Backdrop = .none
  ) throws -> (rgb: [UInt8], completeness: Completeness) {
    var sink = ByteSink()
    let format = try ImageDecoder.format(of: bytes.span)
    let completeness = try ImageDecoder.decode(
      bytes.span, as: format, over: backdrop, limits: DecodingLimits(), into: &sink)
    return (sink.bytes, completeness)
  }

  @Test func rowsComeFromTheTop() throws {
    // Two pixels by two, blue green red, the bottom row first, padded to four bytes.
    let stored: [UInt8] = [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0]
    let bottomUp = Self.bitmap(width: 2, height: 2, bits: 24, stored)
    #expect(try pixels(bottomUp).rgb == [9, 8, 7, 12, 11, 10, 3, 2, 1, 6, 5, 4])
    let topDown = Self.bitmap(width: 2, height: -2, bits: 24, stored)
    #expect(try pixels(topDown).rgb == [3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10])
  }

  @Test func bitsAreTakenApart() throws {
    // Five bits of each colour, rounded to eight.
    let fives = Self.bitmap(width: 2, height: 1, bits: 16, [0xFF, 0x7F, 0x1F, 0x00])
    #expect(try pixels(fives).rgb == [255, 255, 255, 0, 0, 255])
    let palette: [UInt8] = [0, 0, 0, 0, 30, 20, 10, 0]
    let ones = Self.bitmap(width: 3, height: 1, bits: 1, palette: palette, [0b0101_0000, 0, 0, 0])
    #expect(try pixels(ones).rgb == [0, 0, 0, 10, 20, 30, 0, 0, 0])
    // An index past the palette is black.
    let eights = Self.bitmap(width: 2, height: 1, bits: 8, palette: palette, [1, 200, 0, 0])
    #expect(try pixels(eights).rgb == [10, 20, 30, 0, 0, 0])
    // The fourth byte counts for nothing without a mask for it.
    let wide = Self.bitmap(width: 1, height: 1, bits: 32, [1, 2, 3, 0])
    #expect(try pixels(wide, over: .white).rgb == [3, 2, 1])
    let masks = [0xFF, 0xFF00, 0xFF_0000, 0xFF00_0000]
    let masked = Self.bitmap(
      width: 1, height: 1, bits: 32, compression: 6, masks: masks, [1, 2, 3, 0])
    #expect(try pixels(masked, over: .white).rgb == [255, 255, 255])
    #expect(try pixels(masked).rgb == [1, 2, 3])
  }

  @Test func runsAreDrawn() throws {
    let palette = (0..<16).flatMap { tone -> [UInt8] in [UInt8(tone), UInt8(tone), UInt8(tone), 0] }
    // Three of 7; then a 1 and a 2 one by one; the next row; one to the right, a 5; the end.
    let runs: [UInt8] = [3, 7, 0, 0, 1, 1, 0, 2, 0, 0, 1, 5, 0, 1]
    let file = Self.bitmap(width: 3, height: 2, bits: 8, compression: 1, palette: palette, runs)
    let (rgb, completeness) = try pixels(file)
    #expect(completeness == .complete)
    #expect(rgb.count == 18 && rgb[9] == 7 && rgb[15] == 7 && rgb[0] == 1 && rgb[3] == 5)
    for cut in 1..<runs.count {
      let part = Self.bitmap(
        width: 3, height: 2, bits: 8, compression: 1, palette: palette, Array(runs.prefix(cut)))
      #expect(try pixels(part).completeness != .complete)
    }
  }

  @Test func aMaskHidesPixelsOfAnIcon() throws {
    let picture = Self.bitmap(
      width: 2, height: 1, bits: 24, [1, 2, 3, 4, 5, 6, 0, 0] + [0b0100_0000, 0, 0, 0],
      isIcon: true)
    let icon =
      Self.little(0, 2) + Self.little(1, 2) + Self.little(1, 2)
      + [2, 1, 0, 0] + Self.little(1, 2) + Self.little(24, 2) + Self.little(picture.count, 4)
      + Self.little(22, 4) + picture
    #expect(try pixels(icon, over: .white).rgb == [3, 2, 1, 255, 255, 255])
    #expect(try pixels(icon).rgb == [3, 2, 1, 6, 5, 4])
  }

  @Test func hostileBytesDoNoHarm() {
    var random = SeededGenerator(seed: 3)
    let palette = [UInt8](repeating: 9, count: 64)
    let file = Self.bitmap(
      width: 9, height: 7, bits: 4, compression: 2, palette: palette,
      (0..<60).map { _ in UInt8.random(in: 0...9, using: &random) })
    for _ in 0..<3000 {
      var bytes = file
      for _ in 0..<4 {
        bytes[Int.random(in: 2..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      var limits = DecodingLimits()
      limits.pixels = 1 << 16
      _ = try? Fingerprint(of: bytes.span, limits: limits)
    }
  }
}

/// Keeps all rows.
private struct ByteSink: RowSink {
  private(set) var bytes: [UInt8] = []

  mutating func begin(_ layout: PixelLayout) { bytes = [] }
  mutating func take(_ rows: Span<UInt8>) { rows.withUnsafeBufferPointer { bytes += $0 } }
  mutating func end() {}
}
