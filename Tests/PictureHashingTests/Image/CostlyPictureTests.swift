import SystemPackage
import TestSupport
import Testing

@testable import PictureHashing

/// Small files that would cost much memory or time: refused before memory is taken, or ended by a limit.
@Suite struct CostlyPictureTests {
  private func error(
    _ bytes: [UInt8], _ change: (inout FingerprintRequest) -> Void = { _ in }
  ) -> ImageError.Code? {
    var request = FingerprintRequest()
    change(&request)
    do throws(ImageError) {
      let fingerprint = try Fingerprint(of: bytes.span, request)
      if case .partial(let error) = fingerprint.completeness { return error.code }
      return nil
    } catch {
      return error.code
    }
  }

  /// A PNG of which there is nothing but the announcement.
  private static func png(width: UInt32, height: UInt32, depth: UInt8, type: UInt8) -> [UInt8] {
    let size = [width, height].flatMap { side in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: side >> $0) }
    }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
      + pngChunk("IHDR", size + [depth, type, 0, 0, 0]) + pngChunk("IDAT", zlibStored([0]))
      + pngChunk("IEND", [])
  }

  @Test(arguments: [
    (UInt32(0x7FFF_FFFF), UInt32(1), UInt8(8), UInt8(0)), (1 << 29, 1, 16, 6),
    (65_536, 1, 8, 2), (1, 65_536, 8, 2), (65_535, 65_535, 1, 0), (30_000, 30_000, 16, 6),
  ])
  func aSizeIsRefusedFromTheHeader(
    _ width: UInt32, _ height: UInt32, _ depth: UInt8, _ type: UInt8
  ) {
    #expect(error(Self.png(width: width, height: height, depth: depth, type: type)) == .overLimit)
  }

  @Test func scansAreCounted() {
    #expect(error(PaintedJPEG(side: 512, scans: 60).bytes) == nil)
    // Where decoding stops at a coarse form, which this one never has, and where it does not.
    for side in [2048, 512] {
      #expect(error(PaintedJPEG(side: side, scans: 300).bytes) == .overLimit)
    }
    let few = PaintedJPEG(side: 2048, scans: 60).bytes
    #expect(error(few) == nil)
    #expect(error(few) { $0.limits.scanPixels = 20 << 22 } == .overLimit)
    #expect(
      error(few) {
        $0.kinds = [.phash64]
        $0.limits.scanPixels = 20 << 22
      } == .overLimit)
  }

  @Test func everyScanLooksAtTheClock() {
    let bytes = PaintedJPEG(side: 4096, scans: 800).bytes
    let start = ContinuousClock.now
    let code = error(bytes) {
      $0.limits.scans = 10_000
      $0.limits.scanPixels = 1 << 50
      $0.limits.deadline = .now + .milliseconds(200)
    }
    #expect(code == .timeLimit)
    // Far less than all of it takes.
    #expect(ContinuousClock.now - start < .seconds(2))
  }

  @Test func framesLargerThanTheirScreenCount() {
    var gif = PaintedGIF(width: 2, height: 2, frames: [])
    for seed in 0..<6 {
      gif.frames.append(.init(.paint(.noise, width: 90, height: 90, seed: UInt64(seed))))
    }
    let bytes = gif.bytes
    #expect(error(bytes) != .overLimit)
    #expect(error(bytes) { $0.limits.animationPixels = 3 * 8100 } == .overLimit)
  }

  /// Of a long animation every frame is hashed, and told is from where on its views were not.
  @Test func viewsOfALongAnimationHaveABudget() throws {
    var gif = PaintedGIF(width: 64, height: 64, frames: [])
    for seed in 0..<20 {
      gif.frames.append(.init(.paint(.noise, width: 64, height: 64, seed: UInt64(seed))))
    }
    let bytes = gif.bytes
    var request = FingerprintRequest(views: .queried(.standard))
    #expect(try Fingerprint(of: bytes.span, request).completeness == .complete)
    request.limits.views = 200
    let cut = try Fingerprint(of: bytes.span, request)
    #expect(cut.frames.count == 20)
    let viewed = cut.frames.prefix { !$0.views.isEmpty }.count
    #expect(viewed > 2 && viewed < 10)
    #expect(cut.frames.dropFirst(viewed).allSatisfy { $0.views.isEmpty })
    guard case .partial(let error) = cut.completeness else {
      Issue.record("complete")
      return
    }
    #expect(error.code == .overLimit && error.description.contains("frame \(viewed + 1) "))
    // Where no views are asked, none are missing.
    request.views = .none
    #expect(try Fingerprint(of: bytes.span, request).completeness == .complete)
  }

  @Test func aBudgetOfOneStillViewsTheFirstFrame() throws {
    let bytes = PaintedPicture.paint(.noise, width: 64, height: 64, seed: 3).png
    var request = FingerprintRequest(views: .queried(.thorough))
    request.limits.views = 1
    let picture = try Fingerprint(of: bytes.span, request)
    #expect(picture.completeness == .complete && picture.frames[0].views.count > 20)
  }

  /// Found frames count, though no time was left for the others.
  @Test(arguments: ["three.gif", "three.png", "three.webp"])
  func noTimeIsToldInEveryFormat(_ name: String) throws {
    let bytes = try TestFiles.bytes(of: TestFiles.fixtures.appending("animated").appending(name))
    #expect(error(bytes) { $0.limits.deadline = .now } == .timeLimit)
  }

  /// Settings of frames that come again and again are read once.
  @Test func repeatedChunksOfAnAnimationCostNothing() throws {
    let path = TestFiles.fixtures.appending("animated/three.png")
    let bytes = try TestFiles.bytes(of: path)
    // Behind the header, which ends at 33.
    let significant = (0..<8000).flatMap { _ in pngChunk("sBIT", [8, 8, 8]) }
    let padded = Array(bytes[..<33]) + significant + Array(bytes[33...])
    let plain = try Fingerprint(of: bytes.span)
    #expect(try Fingerprint(of: padded.span).frames == plain.frames)
  }
}
