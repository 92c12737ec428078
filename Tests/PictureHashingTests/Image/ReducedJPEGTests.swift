import TestSupport
import Testing

@testable import PictureHashing

/// Large JPEGs are decoded reduced, and large progressive ones end at a coarse form; the hash stays the whole
/// picture's.
@Suite struct ReducedJPEGTests {
  /// What a sink that takes reduced pictures gets.
  private struct Layouts: RowSink {
    var layout: PixelLayout?
    var bytes = 0

    func takesReduced(width: Int, height: Int) -> Bool { true }
    mutating func begin(_ layout: PixelLayout) { self.layout = layout }
    mutating func take(_ rows: Span<UInt8>) { bytes += rows.count }
    mutating func end() {}
  }

  /// Tiles of any tones, sixteen along each side.
  private static func tiles(_ width: Int, _ height: Int, seed: UInt64) -> PaintedPicture {
    var random = SeededGenerator(seed: seed)
    let tones = (0..<256).map { _ in Int.random(in: 0...255, using: &random) }
    return PaintedPicture(width: width, height: height) { x, y in
      tones[x * 16 / width * 16 + y * 16 / height]
    }
  }

  @Test(arguments: [
    (width: 128, height: 128, reduction: 2), (160, 300, 2), (300, 260, 4), (260, 300, 4),
  ])
  func theHashIsTheWholePictures(
    _ size: (width: Int, height: Int, reduction: Int)
  ) throws {
    let jpeg = BlockJPEG(Self.tiles(size.width, size.height, seed: 3))
    for isProgressive in [false, true] {
      let bytes = jpeg.bytes(isProgressive: isProgressive)
      var layouts = Layouts()
      let result = try ImageDecoder.decode(bytes.span, into: &layouts)
      let layout = try #require(layouts.layout)
      // Progressive files are cut short only where they are large.
      let isShort = !isProgressive || min(jpeg.width, jpeg.height) >= 1536
      #expect(layout.reduction == (isShort ? size.reduction : 1))
      #expect(result.completeness == .complete && layouts.bytes == layout.stride * layout.rows)
      // Asking for phash as well makes the decoder send every pixel.
      let whole = try Fingerprint(of: bytes.span, kinds: [.pdq, .phash64])
      let reduced = try Fingerprint(of: bytes.span)
      let (a, b) = (try #require(whole.pdq), try #require(reduced.pdq))
      #expect(a.isListable && a.hash.distance(to: b.hash) <= 2)
      #expect(reduced.completeness == .complete && reduced.width == jpeg.width)
    }
  }

  /// Where a coarse form would end, later scans must not send another picture.
  @Test func cutProgressivePicturesAreNotWhole() throws {
    let bytes = BlockJPEG(Self.tiles(200, 200, seed: 4)).bytes(isProgressive: true)
    for tenth in [2, 5, 9] {
      let cut = Array(bytes.prefix(bytes.count * tenth / 10))
      #expect(try Fingerprint(of: cut.span).completeness != .complete, "\(tenth)/10")
    }
  }
}
