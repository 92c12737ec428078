import TestSupport
import Testing

@testable import PictureHashing

/// Frames over each other, pixel by pixel, as viewers draw them.
@Suite struct FrameDrawingTests {
  /// Every frame's first channel.
  private struct Frames: RowSink {
    var frames: [[UInt8]] = []
    private var channels = 1

    mutating func begin(_ layout: PixelLayout) {
      channels = layout.channels
      frames.append([])
    }
    mutating func take(_ rows: Span<UInt8>) {
      for index in stride(from: 0, to: rows.count, by: channels) {
        frames[frames.count - 1].append(rows[index])
      }
    }
    mutating func end() {}
  }

  private func frames(of bytes: [UInt8]) throws -> [[UInt8]] {
    var sink = Frames()
    let result = try ImageDecoder.decode(bytes.span, into: &sink)
    #expect(result.completeness == .complete)
    return sink.frames
  }

  private func flat(_ tone: Int, _ width: Int, _ height: Int) -> PaintedPicture {
    PaintedPicture(width: width, height: height) { _, _ in tone }
  }

  /// Keep, clear and put back; and a transparent pixel.
  @Test(
    arguments: [
      (disposal: 0, third: [60, 90, 60, 10]), (1, [60, 90, 60, 10]), (2, [0, 90, 0, 10]),
      (3, [10, 90, 10, 10]),
    ] as [(disposal: UInt8, third: [UInt8])])
  func framesOfAGIFAreDisposedOf(_ test: (disposal: UInt8, third: [UInt8])) throws {
    var gif = PaintedGIF(
      width: 2, height: 2,
      frames: [
        PaintedGIF.Frame(flat(10, 2, 2)),
        PaintedGIF.Frame(flat(60, 1, 2), disposal: test.disposal, transparent: 0),
        PaintedGIF.Frame(x: 1, flat(90, 1, 1)),
      ])
    #expect(try frames(of: gif.bytes)[0] == [10, 10, 10, 10])
    #expect(try frames(of: gif.bytes)[1] == [60, 10, 60, 10])
    // Cleared, a place has the colour of nothing: the transparent one, which is black here.
    #expect(try frames(of: gif.bytes)[2] == test.third)
    // A transparent pixel shows what lies below.
    gif.frames[1].transparent = 60
    #expect(try frames(of: gif.bytes)[1] == [10, 10, 10, 10])
  }

  /// Source replaces, over blends; and the same three ways to dispose of a frame.
  @Test(
    arguments: [
      (disposal: 0, blend: 0, second: [200, 10], third: [200, 77]), (0, 1, [105, 10], [105, 77]),
      (1, 0, [200, 10], [0, 77]), (2, 0, [200, 10], [10, 77]), (2, 1, [105, 10], [10, 77]),
    ] as [(disposal: Int, blend: Int, second: [UInt8], third: [UInt8])])
  func framesOfAnAPNGAreBlended(
    _ test: (disposal: Int, blend: Int, second: [UInt8], third: [UInt8])
  ) throws {
    var png = PaintedAPNG(width: 2, height: 1)
    png.add(width: 2, height: 1, pixels: [10, 255, 10, 255])
    // Half transparent.
    png.add(
      width: 1, height: 1, pixels: [200, 128], disposal: test.disposal, blend: test.blend)
    png.add(x: 1, width: 1, height: 1, pixels: [77, 255])
    let shown = try frames(of: png.bytes)
    #expect(shown.count == 3)
    #expect(shown[0] == [10, 10])
    // A blended tone may be rounded either way.
    #expect(zip(shown[1], test.second).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(shown[1])")
    #expect(zip(shown[2], test.third).allSatisfy { abs(Int($0) - Int($1)) <= 1 }, "\(shown[2])")
  }
}
