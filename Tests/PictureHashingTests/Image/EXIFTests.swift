import TestSupport
import Testing

@testable import PictureHashing

@Suite struct EXIFTests {
  /// A TIFF with one entry in its directory.
  private static func tiff(
    _ orientation: UInt8, tag: UInt8 = 0x12, type: UInt8 = 3, directory: UInt8 = 8,
    count: UInt8 = 1
  ) -> [UInt8] {
    [
      0x49, 0x49, 42, 0, directory, 0, 0, 0, count, 0, tag, 1, type, 0, 1, 0, 0, 0, orientation, 0,
      0, 0,
    ]
  }

  private static func jpeg(_ tiff: [UInt8], length: Int? = nil) -> [UInt8] {
    let body = Array("Exif\0\0".utf8) + tiff
    let size = length ?? body.count + 2
    return [0xFF, 0xD8, 0xFF, 0xE1, UInt8(size >> 8), UInt8(size & 255)] + body + [0xFF, 0xDA]
  }

  private func orientation(_ bytes: [UInt8]) -> Orientation {
    EXIF(of: bytes.span, format: .jpeg).orientation
  }

  @Test func theTagIsRead() {
    for number in UInt8(1)...8 {
      #expect(orientation(Self.jpeg(Self.tiff(number))).rawValue == Int(number))
    }
  }

  /// Odd metadata is as none.
  @Test func whatDoesNotFitIsIgnored() {
    let odd = [
      Self.jpeg(Self.tiff(0)), Self.jpeg(Self.tiff(9)), Self.jpeg(Self.tiff(6, tag: 0x13)),
      Self.jpeg(Self.tiff(6, type: 2)), Self.jpeg(Self.tiff(6, directory: 200)),
      Self.jpeg(Self.tiff(6), length: 1000), Self.jpeg(Self.tiff(6), length: 0),
      Self.jpeg([]), [0xFF, 0xD8], [0xFF, 0xD8, 0xFF], [],
    ]
    for bytes in odd { #expect(orientation(bytes) == .asStored) }
    // An entry count past the end finds the tag that is there.
    #expect(orientation(Self.jpeg(Self.tiff(6, count: 255))) == .turnedRight)
  }

  @Test func anythingMayComeAfterAnything() {
    var random = SeededGenerator(seed: 13)
    for _ in 0..<20_000 {
      var bytes = Self.jpeg(Self.tiff(6))
      for _ in 0..<3 {
        bytes[Int.random(in: 2..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      for format in ImageFormat.allCases {
        _ = EXIF(of: bytes.span, format: format)
      }
    }
  }
}
