import TestSupport
import Testing

@testable import PictureHashing

@Suite struct EmbeddedPicturesTests {
  private static let picture = PaintedPicture(width: 64, height: 64) { x, y in
    (x / 8 * 37 + y / 8 * 91) & 255
  }.png

  private func embedded(_ bytes: [UInt8]) -> EmbeddedPictures {
    EmbeddedPictures(in: bytes.span, format: .png, thumbnail: nil)
  }

  @Test func whatLiesBehindIsTold() {
    let cases: [([UInt8], String?)] = [
      ([], nil), ([0, 0, 0, 0xFF, 0x0A], nil), (Array("PK\u{3}\u{4}rest".utf8), "application/zip"),
      (Array("%PDF-1.7".utf8), "application/pdf"), ([1, 2, 3], "application/octet-stream"),
      ([0, 0, 0, 24] + Array("ftypmp42rest".utf8), "video/mp4"),
      ([0x1A, 0x45, 0xDF, 0xA3, 1], "video/webm"),
    ]
    for (rest, type) in cases {
      let found = embedded(Self.picture + rest)
      #expect(found.trailing == type && found.pictures.isEmpty)
    }
  }

  @Test func picturesBehindArePictures() {
    let two = embedded(Self.picture + [0, 0] + Self.picture)
    #expect(two.trailing == nil && two.pictures.map(\.part) == [.picture(2)])
    let mixed = embedded(Self.picture + Self.picture + Array("Rar!".utf8))
    #expect(mixed.trailing == "application/vnd.rar" && mixed.pictures.count == 1)
    // However many there are, the search ends.
    let many = embedded((0..<100).flatMap { _ in Self.picture })
    #expect(many.pictures.count == 16 && many.trailing != nil)
  }

  /// An index whose places point anywhere, also at itself.
  @Test func anIndexOfPicturesMayLie() {
    var random = SeededGenerator(seed: 8)
    for _ in 0..<2000 {
      let table = (0..<48).map { _ in UInt8.random(in: 0...255, using: &random) }
      let tiff: [UInt8] =
        Array("II".utf8) + [42, 0, 8, 0, 0, 0, 1, 0, 0x02, 0xB0, 7, 0, 48, 0, 0, 0, 26, 0, 0, 0]
        + [0, 0, 0, 0] + table
      let segment = Array("MPF\0".utf8) + tiff
      let bytes: [UInt8] =
        [0xFF, 0xD8, 0xFF, 0xE2, 0, UInt8(segment.count + 2)] + segment + [0xFF, 0xD9]
      let found = EmbeddedPictures(in: bytes.span, format: .jpeg, thumbnail: nil)
      for picture in found.pictures {
        #expect(picture.content.lowerBound >= 0 && picture.content.upperBound <= bytes.count)
      }
    }
  }

  @Test func formatsThatAreNotDecodedAreNamed() {
    let cases: [([UInt8], String)] = [
      (Array("<?xml version=\"1.0\"?><!-- a --><svg xmlns=\"\"/>".utf8), "an SVG drawing"),
      (Array("  <svg>".utf8), "an SVG drawing"), (Array("%PDF-1.4".utf8), "a PDF document"),
      (Array("8BPS".utf8), "a Photoshop document"),
      ([0, 0, 0, 24] + Array("ftypisom".utf8) + [0, 0, 0, 0], "an MP4 video"),
      ([0x1A, 0x45, 0xDF, 0xA3], "a WebM or Matroska video"),
    ]
    for (bytes, name) in cases {
      let error = #expect(throws: ImageError.self) { try ImageDecoder.format(of: bytes.span) }
      #expect(error?.code == .unsupported && error?.description.hasPrefix(name) == true)
    }
    for text in ["plain text", "<html><p>", "", "BM is how this begins"] {
      let error = #expect(throws: ImageError.self) {
        try ImageDecoder.format(of: Array(text.utf8).span)
      }
      #expect(error?.code == (text.isEmpty ? .empty : .notAnImage))
    }
  }
}
