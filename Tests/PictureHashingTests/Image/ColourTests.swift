import TestSupport
import Testing

@testable import PictureHashing

@Suite struct ColourTests {
  private func source(_ chunks: [(String, [UInt8])]) throws -> ColourSource? {
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    for (type, data) in chunks + [("IDAT", [])] { bytes += pngChunk(type, data) }
    return try ColourSource.inPNG(bytes.span)
  }

  private static let gamma = ("gAMA", [0, 0, 0x82, 0x35] as [UInt8])

  /// Of several ways to say it, browsers take cICP, then iCCP, sRGB, and gAMA.
  @Test func theOrderIsTheBrowsers() throws {
    let points = ("cICP", [12, 13, 0, 1] as [UInt8])
    let srgb = ("sRGB", [0] as [UInt8])
    #expect(try source([Self.gamma, points]) == .codePoints(primaries: 12, transfer: 13))
    #expect(try source([Self.gamma, srgb]) == nil)
    #expect(try source([Self.gamma]) == .gamma(0.33333, primaries: nil))
    // What a browser does not understand, it passes over.
    for odd in [[12, 13, 0, 0], [2, 2, 0, 1], [200, 200, 0, 1], [12, 13, 0]] as [[UInt8]] {
      #expect(try source([("cICP", odd), Self.gamma]) == .gamma(0.33333, primaries: nil))
    }
    #expect(try source([("iCCP", [0x70, 0, 0, 1, 2, 3]), Self.gamma]) != nil)
    #expect(try source([("gAMA", [0, 0, 0, 0])]) == nil)
    #expect(try source([Self.gamma, ("gAMA", [0, 0, 1, 0])]) == .gamma(0.33333, primaries: nil))
    #expect(try source([]) == nil)
  }

  /// sRGB's own numbers, and those near it, cost nothing.
  @Test func whatIsNearSRGBIsLeftAsItIs() throws {
    let rgb = ColourForm(.rgb)
    #expect(try ColourConversion.needed(by: .gamma(0.45455, primaries: nil), rgb) == nil)
    #expect(try ColourConversion.needed(by: .codePoints(primaries: 1, transfer: 13), rgb) == nil)
    let p3 = ColourSource.codePoints(primaries: 12, transfer: 13)
    #expect(try ColourConversion.needed(by: p3, rgb) != nil)
    // Its greys are sRGB's; strong colours move.
    let shift = try #require(ColourConversion.shift(by: p3))
    #expect((0.05...0.5).contains(shift))
    #expect(ColourConversion.shift(by: .gamma(0.2, primaries: nil)) == nil)
    #expect(try ColourConversion.needed(by: nil, rgb) == nil)
    let steep = try #require(try ColourConversion.needed(by: .gamma(0.2, primaries: nil), rgb))
    // (x / 255)⁵ of light, as sRGB has it.
    let shown = steep.converted([255, 128, 0])
    #expect(shown[0] == 255 && (44...52).contains(shown[1]) && shown[2] == 0)
    #expect(throws: ImageError.self) {
      try ColourConversion.needed(by: .codePoints(primaries: 9, transfer: 16), rgb)
    }
  }

  @Test func greysAreLookedUp() throws {
    let form = ColourForm(.grey, hasAlpha: true)
    let conversion = try #require(
      try ColourConversion.needed(by: .gamma(0.2, primaries: nil), form))
    let shown = conversion.converted([128, 7, 0, 9])
    #expect(shown.count == 8 && shown[0] == shown[1] && shown[1] == shown[2])
    #expect((44...52).contains(shown[0]) && shown[3] == 7 && shown[4] == 0 && shown[7] == 9)
  }

  /// Profiles made of anything: ignored, used, or refused, and never the end.
  @Test func profilesOfAnyBytesDoNoHarm() {
    var random = SeededGenerator(seed: 5)
    for count in [0, 1, 127, 128, 131, 132, 200, 4096] {
      for _ in 0..<50 {
        var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        if count >= 132 {
          bytes.replaceSubrange(0..<4, with: [0, 0, UInt8(count >> 8), UInt8(count & 255)])
          bytes[8] = 2
          bytes.replaceSubrange(16..<20, with: Array("RGB ".utf8))
          bytes.replaceSubrange(20..<24, with: Array("XYZ ".utf8))
          bytes.replaceSubrange(36..<40, with: Array("acsp".utf8))
          bytes.replaceSubrange(128..<132, with: [0, 0, 0, 3])
        }
        for form in [ColourForm(.rgb), ColourForm(.grey), ColourForm(.invertedCMYK)] {
          _ = try? ColourConversion.needed(by: .icc(bytes), form)
        }
      }
    }
    #expect(throws: ImageError.self) {
      try ColourConversion.needed(
        by: .icc([UInt8](repeating: 0, count: ColourSource.maximumProfile + 1)), ColourForm(.rgb))
    }
  }

  /// Y is 0 and the picture is in the chroma: what clips is seen.
  @Test func chromaThatClipsIsNoticed() {
    let side = 64
    func error(y: UInt8, v: (Int) -> UInt8) -> LumaError {
      let luma = [UInt8](repeating: y, count: side * side)
      let u = [UInt8](repeating: 128, count: side * side / 4)
      let chroma = (0..<side * side / 4).map { v($0) }
      return LumaError(
        y: luma.span, u: u.span, v: chroma.span,
        PlanarLayout(
          width: side, height: side, stride: side, chromaWidth: side / 2, chromaHeight: side / 2,
          chromaStride: side / 2, range: .full), secret: 1)
    }
    #expect(error(y: 0) { $0 % 2 == 0 ? 128 : 250 }.isTooLarge)
    #expect(!error(y: 0) { _ in 128 }.isTooLarge)
    #expect(!error(y: 128) { $0 % 2 == 0 ? 118 : 138 }.isTooLarge)
    #expect(error(y: 128) { _ in 255 }.isTooLarge)
  }
}
