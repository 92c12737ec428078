import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// The worker that was built with the tests, used as the programs use it.
@Suite struct ConfinedFingerprinterTests {
  private let confined: ConfinedFingerprinter

  init() throws {
    confined = try ConfinedFingerprinter(ConfinedFingerprinter.Options(workers: 2))
  }

  /// Every answer is that of this process: no picture needs a system call that a worker has given up.
  @Test(arguments: [ViewSet.none, .queried(.standard), .crops])
  func answersAreThoseOfThisProcess(_ views: ViewSet) throws {
    let request = FingerprintRequest(kinds: [.pdq, .phash64, .sha256, .md5], views: views)
    try compare(TestFiles.files(below: TestFiles.fixtures), request)
  }

  @Test(.enabled(if: TestFiles.hasShared, "the shared pictures are not beside this checkout"))
  func answersAreThoseOfThisProcessForOthersPictures() throws {
    let request = FingerprintRequest(kinds: [.pdq, .sha1])
    let files = ["pdq", "exif", "png", "webp", "animated", "hostile"].flatMap {
      TestFiles.files(below: TestFiles.shared.appending("images").appending($0))
    }
    #expect(files.count > 400)
    try compare(files, request)
  }

  private func compare(_ files: [FilePath], _ request: FingerprintRequest) throws {
    for file in files {
      let bytes = try TestFiles.bytes(of: file)
      let expected = Result { () throws(ImageError) in try Fingerprint(of: bytes.span, request) }
      let found = Result { () throws(ImageError) in
        try confined.fingerprint(of: bytes.span, request)
      }
      let format = ImageFormat(sniffing: bytes.span)
      if case .success(let found) = found, let format, Self.workersOnly.contains(format) {
        // This process refuses them.
        #expect(found.format == format && (try? expected.get()) == nil)
      } else if case (.success(let found), .success(let expected)) = (found, expected),
        format == .jpeg
      {
        // Which parts of a JPEG are looked at for clipped colours is another process's secret, so that one of the two
        // may have decoded it in colour as well.
        #expect(found.frames.filter(Self.isStored) == expected.frames.filter(Self.isStored))
        #expect(found.completeness == expected.completeness && found.digests == expected.digests)
      } else {
        #expect(found == expected, "\(file)")
      }
    }
  }

  private static let workersOnly: Set<ImageFormat> = [.heif, .avif, .jxl, .tiff]

  private static func isStored(_ frame: FrameFingerprint) -> Bool { frame.backdrop == .none }

  @Test func aSharedWorkerGivesUpWhatThisMachineCan() throws {
    #expect(confined.level.systemCalls && confined.level.resources)
    #expect(confined.level.description.contains("seccomp"))
  }

  @Test func aFileOverTheSizeOfTheSharedMemoryIsOverTheLimit() throws {
    var options = ConfinedFingerprinter.Options(workers: 1)
    options.limits.bytes = 1 << 16
    let small = try ConfinedFingerprinter(options)
    let bytes = PaintedPicture.paint(.noise, width: 300, height: 300, seed: 1).png
    #expect(bytes.count > 1 << 16)
    let error = #expect(throws: ImageError.self) {
      try small.fingerprint(of: bytes.span, FingerprintRequest(limits: options.limits))
    }
    #expect(error?.code == .overLimit)
  }

  /// What is left behind a smaller picture is not the end of the larger one before.
  @Test func picturesOfManySizesFollowEachOther() throws {
    for side in [9, 200, 40, 300, 5, 64] {
      let bytes = PaintedPicture.paint(.noise, width: side, height: side, seed: UInt64(side)).png
      let expected = try Fingerprint(of: bytes.span)
      #expect(try confined.fingerprint(of: bytes.span, FingerprintRequest()) == expected)
    }
  }

  @Test func noProgramIsSaid() throws {
    var options = ConfinedFingerprinter.Options(workers: 1)
    options.program = "/nowhere/hashworker"
    let error = #expect(throws: ConfinementError.self) {
      try ChosenFingerprinter(.required, options)
    }
    #expect(error?.code == .noStart)
    let chosen = try ChosenFingerprinter(.bestEffort, options)
    #expect(chosen.level == nil && chosen.shortfall?.contains("not confined") == true)
    #expect(chosen.levelText == "none (in this process)")
    #expect(try ChosenFingerprinter(.off, options).shortfall == nil)
    // A file that is no program.
    options.program = TestFiles.fixtures.appending("blocklist.csv")
    #expect(throws: ConfinementError.self) { try ChosenFingerprinter(.required, options) }
  }
}
