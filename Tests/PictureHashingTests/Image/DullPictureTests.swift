import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PictureHashing

/// Pictures with nothing on them, and animations whose frames lie anywhere: hashing them gives an answer, in
/// every view. The suite takes some of them, chosen by seed; `make property` takes all.
@Suite struct DullPictureTests {
  static let isComplete = ProcessInfo.processInfo.environment["PROPERTY"] == "all"

  /// Width by height.
  private static let sizes: [(Int, Int)] =
    (1...40).flatMap { width in (1...40).map { (width, $0) } } + [(333, 500), (640, 9), (3, 900)]

  /// Every size once, and with `PROPERTY=all` in every pattern.
  @Test(arguments: Effort.allCases)
  func hashesToAnAnswer(_ effort: Effort) throws {
    let patterns = PaintedPicture.Pattern.allCases
    for (index, (width, height)) in Self.sizes.enumerated() {
      for (number, pattern) in patterns.enumerated()
      where Self.isComplete || number == (index + effort.place) % patterns.count {
        for seed in 0..<(Self.isComplete ? UInt64(6) : 1) {
          let picture = PaintedPicture.paint(
            pattern, width: width, height: height, seed: UInt64(index) << 8 | seed)
          let fingerprint = try Fingerprint(of: picture.png.span, views: .queried(effort))
          #expect(fingerprint.width == width && fingerprint.height == height)
          #expect(fingerprint.completeness == .complete)
          #expect(fingerprint.frames.count == 1)
        }
      }
    }
  }

  /// A wall, a fog, a fade-out: a step of tones so soft that each line is like the first and like the last.
  @Test(arguments: 1...12, [true, false])
  func softGradientsHaveNoBorders(_ levels: Int, _ isDown: Bool) throws {
    for tone in [0, 3, 100, 250] {
      let picture = PaintedPicture(width: 120, height: 90) { x, y in
        tone + (isDown ? y * levels / 89 : x * levels / 119)
      }
      for effort in Effort.allCases {
        let fingerprint = try Fingerprint(of: picture.png.span, views: .queried(effort))
        #expect(fingerprint.completeness == .complete)
      }
    }
  }

  /// Photographs at a tenth of their light and less.
  @Test(arguments: 1...10)
  func darkPhotographsHashToAnAnswer(_ percent: Int) throws {
    let photos = ["glacier.jpg", "heath.png", "island.webp"]
    for name in photos {
      let bytes = try TestFiles.bytes(of: TestFiles.fixtures.appending("uploads").appending(name))
      var sink = PixelSink()
      _ = try ImageDecoder.decode(bytes.span, into: &sink)
      let dark = sink.grey.dimmed(to: Double(percent) / 100)
      for effort in Effort.allCases {
        let fingerprint = try Fingerprint(of: dark.png.span, views: .queried(effort))
        #expect(fingerprint.completeness == .complete)
      }
    }
  }

  /// Animations of a few frames each, that may lie beside their screen.
  @Test(arguments: 0..<(isComplete ? 40 : 4))
  func animationsHashToAnAnswer(_ part: Int) throws {
    for seed in 0..<500 {
      let gif = PaintedGIF.random(seed: UInt64(part * 500 + seed))
      let first = try #require(gif.frames.first)
      // A first frame beside the screen makes it larger.
      let width = max(gif.width, first.x + first.picture.width)
      let height = max(gif.height, first.y + first.picture.height)
      do throws(ImageError) {
        var limits = DecodingLimits()
        limits.pixels = 1 << 20
        let fingerprint = try Fingerprint(
          of: gif.bytes.span, views: .queried(Effort.allCases[seed % 3]), limits: limits)
        #expect(fingerprint.width == width && fingerprint.height == height)
        if fingerprint.completeness == .complete {
          #expect(fingerprint.frameCount == gif.frames.count)
        }
      } catch {
        #expect(error.code == .overLimit && width * height > 1 << 20)
      }
    }
  }
}

extension Effort {
  /// A number of its own for each.
  fileprivate var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// Keeps the greys of the last frame.
private struct PixelSink: RowSink {
  private var layout = PixelLayout(width: 1, height: 1, channels: 1, isLossless: true)
  private var bytes: [UInt8] = []

  mutating func begin(_ layout: PixelLayout) {
    self.layout = layout
    bytes = []
  }

  mutating func take(_ rows: Span<UInt8>) {
    rows.withUnsafeBufferPointer { bytes += $0 }
  }

  mutating func end() {}

  var grey: PaintedPicture {
    // Of a colour the green is enough.
    let channel = layout.channels == 3 ? 1 : 0
    return PaintedPicture(
      width: layout.width, height: layout.height,
      pixels: stride(from: channel, to: bytes.count, by: layout.channels).map { bytes[$0] })
  }
}
