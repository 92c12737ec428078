import SystemPackage
import TestSupport
import Testing

@testable import PictureHashing

@Suite struct AnimationTests {
  private static let folder = TestFiles.fixtures.appending("animated")

  /// Frames composited as the peers composite them.
  @Test func everyFrameIsThePeers() throws {
    let rows = try TestFiles.table(TestFiles.fixtures.appending("animated.csv"), separator: ",")
    #expect(rows.count == 9)
    for row in rows {
      let path = try #require(row["path"])
      let picture = try fingerprint(of: Self.folder.appending(path))
      #expect(picture.frameCount == 3 && picture.completeness == .complete)
      let frame = try #require(picture.frames.first { "\($0.number)" == row["frame"] })
      #expect(frame.pdq?.hash.description == row["pdq"], "\(path) \(frame.number)")
      #expect(frame.pdq.map { "\($0.quality)" } == row["quality"])
    }
  }

  @Test func aCoverIsTheFirstFrame() throws {
    let covered = try fingerprint(of: Self.folder.appending("three-behind-a-cover.png"))
    let plain = try fingerprint(of: Self.folder.appending("three.png"))
    #expect(covered.frameCount == 4)
    // The cover is the first picture as well: such frames are folded.
    #expect(covered.frames.map(\.number) == [1, 3, 4])
    #expect(covered.frames.map { $0.pdq?.hash } == plain.frames.map { $0.pdq?.hash })
  }

  @Test(arguments: ["three.gif", "three.png", "three.webp"])
  func tooManyFramesArePartial(_ name: String) throws {
    let bytes = try TestFiles.bytes(of: Self.folder.appending(name))
    var limits = DecodingLimits()
    limits.frames = 2
    let byCount = try Fingerprint(of: bytes.span, limits: limits)
    limits.frames = 1000
    limits.animationPixels = 2 * 200 * 150
    let byPixels = try Fingerprint(of: bytes.span, limits: limits)
    for picture in [byCount, byPixels] {
      #expect(picture.frameCount == 2 && picture.frames.count == 2)
      guard case .partial(let error) = picture.completeness else {
        Issue.record("complete")
        continue
      }
      #expect(error.code == .overLimit)
    }
  }

  @Test(arguments: ["three.gif", "three.png", "three.webp"])
  func cutAnimationsGiveTheFramesThatCame(_ name: String) throws {
    let bytes = try TestFiles.bytes(of: Self.folder.appending(name))
    for tenth in 1..<10 {
      let cut = Array(bytes.prefix(bytes.count * tenth / 10))
      guard let picture = try? Fingerprint(of: cut.span) else { continue }
      #expect(picture.completeness != .complete, "\(tenth)/10")
      #expect(picture.frameCount <= 3)
    }
  }

  /// A GIF of a hundred thousand tiny frames ends at the limit.
  @Test func aHundredThousandFramesEnd() throws {
    var bytes: [UInt8] = Array("GIF89a".utf8) + [8, 0, 8, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]
    let frame: [UInt8] = [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 0x01, 0]
    for _ in 0..<100_000 { bytes += frame }
    let picture = try Fingerprint(of: bytes.span)
    #expect(picture.frameCount == DecodingLimits().frames)
    #expect(picture.completeness != .complete)
  }

  @Test func aCanvasOfFourGigapixelsIsRefused() {
    let bytes: [UInt8] =
      Array("GIF89a".utf8) + [255, 255, 255, 255, 0x80, 0, 0, 0, 0, 0, 255, 255, 255]
      + [0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 0x01, 0, 0x3B]
    let error = #expect(throws: ImageError.self) { try Fingerprint(of: bytes.span) }
    #expect(error?.code == .overLimit)
  }

  @Test(
    .enabled(if: TestFiles.hasShared, "the shared pictures are not beside this checkout"),
    arguments: [
      "chunk_multi_actl.png", "chunk_no_fctl.png", "chunk_no_fdat.png", "chunk_repeat_fctl.png",
      "sequence_fdat_fctl.png", "sequence_gap.png", "sequence_reorder.png",
      "sequence_reorder_chunk.png", "sequence_repeat.png", "sequence_repeat_chunk.png",
      "sequence_start.png", "syntax_num_frames_high.png", "syntax_num_frames_invalid.png",
    ])
  func brokenAnimationsAreTold(_ name: String) throws {
    let picture = try fingerprint(of: TestFiles.shared.appending("images/animated/\(name)"))
    #expect(picture.completeness != .complete)
  }
}
