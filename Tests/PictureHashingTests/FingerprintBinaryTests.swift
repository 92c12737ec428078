import SystemPackage
import TestSupport
import Testing

@testable import PictureHashing

/// The binary form of fingerprints: what was written can be read back, and anything else is refused.
@Suite struct FingerprintBinaryTests {
  private static let files = TestFiles.files(below: TestFiles.fixtures).filter {
    ["jpg", "png", "webp", "gif"].contains($0.extension ?? "")
  }

  private static let requests: [FingerprintRequest] =
    [.none, .queried(.standard), .queried(.thorough), .crops].map {
      FingerprintRequest(kinds: [.pdq, .phash64, .sha256, .md5], views: $0)
    } + [FingerprintRequest(kinds: [.sha1]), FingerprintRequest(kinds: [.phash64])]

  @Test(arguments: requests)
  func whatIsWrittenIsRead(_ request: FingerprintRequest) throws {
    var count = 0
    for file in Self.files {
      let bytes = try TestFiles.bytes(of: file)
      guard let fingerprint = try? Fingerprint(of: bytes.span, request) else { continue }
      count += 1
      let binary = fingerprint.binary
      #expect(Fingerprint(binary: binary.span.bytes) == fingerprint, "\(file)")
    }
    #expect(count > 30)
  }

  @Test func everyCutIsRefused() throws {
    let binary = try Self.animated.binary
    for count in 0..<binary.count {
      let cut = Array(binary.prefix(count))
      #expect(Fingerprint(binary: cut.span.bytes) == nil)
    }
    let longer = binary + [0]
    #expect(Fingerprint(binary: longer.span.bytes) == nil)
  }

  /// Whatever is changed, the answer is `nil` or a fingerprint that can be written again.
  @Test func changedBytesAreRefusedOrRead() throws {
    let binary = try Self.animated.binary
    var random = SeededGenerator(seed: 13)
    var refused = 0
    for _ in 0..<5000 {
      var changed = binary
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        changed[Int.random(in: 0..<min(changed.count, 400), using: &random)] =
          UInt8.random(in: 0...255, using: &random)
      }
      guard let read = Fingerprint(binary: changed.span.bytes) else {
        refused += 1
        continue
      }
      let again = read.binary
      #expect(Fingerprint(binary: again.span.bytes) == read)
      #expect(read.frames.count <= read.frameCount)
    }
    #expect(refused > 500)
  }

  @Test func announcedNumbersTakeNoMemory() throws {
    // A frame count of four thousand million, and nothing behind it.
    var writer = RecordWriter()
    writer.append(raw: Array("HSFP".utf8))
    writer.append(raw: [Fingerprint.binaryVersion, ImageFormat.gif.code, 1])
    for number in [UInt32(9), 9, .max] { writer.append(number) }
    writer.append(raw: [0, 0])
    writer.append(UInt32.max)
    let bytes = writer.bytes
    #expect(Fingerprint(binary: bytes.span.bytes) == nil)
  }

  @Test func anErrorsTextCannotForgeALine() throws {
    var writer = RecordWriter()
    writer.append(ImageError(.damaged, "a\nb\u{1B}[2Jc"))
    let bytes = writer.bytes
    var reader = RecordReader(bytes.span.bytes)
    #expect(reader.imageError() == ImageError(.damaged, "a?b?[2Jc"))
    writer.clear()
    writer.append(ImageError(.damaged, String(repeating: "x", count: 513)))
    let long = writer.bytes
    reader = RecordReader(long.span.bytes)
    #expect(reader.imageError() == nil)
  }

  private static var animated: Fingerprint {
    get throws {
      let bytes = try TestFiles.bytes(of: TestFiles.fixtures.appending("animated/three.gif"))
      return try Fingerprint(of: bytes.span, kinds: [.pdq, .sha256], views: .queried(.standard))
    }
  }
}

@Suite struct PackedHashesTests {
  /// Every hash that a search would ask, and no other; of whatever frames and views.
  @Test(arguments: [
    "uploads/glacier.jpg", "animated/three.gif", "animated/three.webp", "uploads/kelp-cmyk.jpg",
    "uploads/lagoon-lossless.webp",
  ])
  func theHashesAreThoseOfTheFingerprint(_ name: String) throws {
    let bytes = try TestFiles.bytes(of: TestFiles.fixtures.appending(name))
    let fingerprint = try Fingerprint(
      of: bytes.span, kinds: [.pdq, .phash64, .sha256], views: .upTo(.thorough))
    let binary = fingerprint.binary
    let read = PackedHashes(of: binary.span.bytes)
    let packed = try #require(read)
    var expected: Set<PDQHash> = []
    var expected64: Set<UInt64> = []
    for frame in fingerprint.frames {
      if let pdq = frame.pdq { expected.formUnion([pdq.hash, pdq.shown]) }
      if let phash64 = frame.phash64 {
        expected64.formUnion([phash64.hash.word, phash64.shown.word])
      }
      expected.formUnion(frame.views.map(\.hash))
    }
    #expect(Set(packed.pdq) == expected && Set(packed.phash64.map(\.word)) == expected64)
    for count in stride(from: 0, to: binary.count, by: 97) {
      let part = Array(binary.prefix(count))
      #expect(PackedHashes(of: part.span.bytes) == nil)
    }
    #expect(PackedHashes(of: (binary + [0]).span.bytes) == nil)
  }

  /// Whoever changes hashes or views must raise ``Fingerprint/version``: what ledgers keep is then no longer complete.
  @Test func theVersionGoesWithTheHashes() throws {
    let picture = PaintedPicture.paint(.bars, width: 320, height: 200, seed: 3)
    let hashes = try Fingerprint(of: picture.png.span, views: .upTo(.thorough)).frames.flatMap {
      frame in frame.views.map { "\($0.hash) \($0.view) \($0.effort)" }
    }
    let text = ([frameText(try Fingerprint(of: picture.png.span))] + hashes).joined(separator: "\n")
    let digest = Digests.of(Array(text.utf8).span, kinds: [.sha256])[.sha256].map { hexText($0) }
    #expect(Fingerprint.version == 1)
    #expect(digest == "3a08cee1237fe86b2ccda1de380a14b8d3481b1659a534a6547fe2b38cf3ab38")
  }

  private func frameText(_ fingerprint: Fingerprint) -> String {
    fingerprint.frames.compactMap { ($0.pdq?.hash).map { "\($0)" } }.joined()
  }
}
