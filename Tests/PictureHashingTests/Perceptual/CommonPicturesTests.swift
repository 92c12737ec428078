import SystemPackage
import TestSupport
import Testing

@testable import PictureHashing

/// Hashes that anybody's pictures have.
@Suite struct CommonPicturesTests {
  private func hash(
    width: Int = 200, height: Int = 150, _ paint: (_ x: Int, _ y: Int) -> Int
  ) -> PDQHash {
    var pixels: [UInt8] = []
    for y in 0..<height { for x in 0..<width { pixels.append(UInt8(clamping: paint(x, y))) } }
    var hasher = PDQHasher()
    hasher.begin(PixelLayout(width: width, height: height, channels: 1, isLossless: true))
    hasher.take(pixels.span)
    return hasher.finish().coefficients.hash
  }

  private func fingerprint(of path: FilePath) throws -> Fingerprint {
    let bytes = try TestFiles.bytes(of: path)
    return try Fingerprint(of: bytes.span, FingerprintRequest(kinds: [.pdq]))
  }

  @Test(arguments: ["chequers", "grid", "notebook"], [8, 16, 32])
  func patternsAreCommon(_ name: String, _ count: Int) {
    let hash = hash(width: 512, height: 512) { x, y in
      switch name {
      case "chequers": (x * count / 512 + y * count / 512) % 2 * 255
      case "grid": x * count % 512 < 2 * count || y * count % 512 < 2 * count ? 120 : 255
      default: x == 80 || x == 81 ? 150 : y % 18 == 0 && y > 50 ? 190 : 255
      }
    }
    #expect(CommonPictures.contain(hash))
    #expect(CommonPictures.contain(~hash))
  }

  @Test(arguments: ["glacier.jpg", "heath.png", "island.webp", "2026/10/aurora-recompressed.jpg"])
  func picturesOfSomethingAreNot(_ name: String) throws {
    let bytes = try TestFiles.bytes(of: TestFiles.fixtures.appending("uploads/\(name)"))
    let picture = try Fingerprint(of: bytes.span, FingerprintRequest(kinds: [.pdq]))
    let hash = try #require(picture.pdq?.hash)
    #expect(!CommonPictures.contain(hash))
  }

  @Test(.enabled(if: TestFiles.hasShared, "the shared pictures are not beside this checkout"))
  func photographsAreNot() throws {
    var common: [String] = []
    for folder in ["images/photos", "images/negatives"] {
      for path in TestFiles.files(below: TestFiles.shared.appending(folder)) {
        guard let picture = try? fingerprint(of: path),
          let pdq = picture.pdq, pdq.isListable
        else { continue }
        if CommonPictures.contain(pdq.hash) { common.append(path.string) }
      }
    }
    #expect(common.isEmpty)
  }
}
