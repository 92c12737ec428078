import SystemPackage
import TestSupport
import Testing

@testable import PictureHashing

/// 64-bit hashes compared with those of ImageHash.
@Suite struct PerceptualHash64Tests {
  @Test func everySyntheticVectorIsExact() throws {
    let rows = try TestFiles.table(
      TestFiles.fixtures.appending("phash-synthetic.tsv"), separator: "\t")
    #expect(rows.count == 140)
    for row in rows {
      let pixels = try SyntheticPixels(row)
      for kernels in Kernels.available {
        var grid = LanczosGrid(kernels: kernels)
        grid.begin(pixels.layout)
        grid.take(pixels.bytes.span)
        let hash = PerceptualFingerprint64(grid.finish()).hash
        #expect(hash.description == row["phash64"], "\(row) \(kernels)")
      }
    }
  }

  @Test func everyUploadOfTheFixturesIsNearThePeersHash() throws {
    for row in try TestFiles.table(TestFiles.fixtures.appending("expected.csv"), separator: ",") {
      let path = try #require(row["path"])
      let picture = try fingerprint(
        of: TestFiles.fixtures.appending("uploads").appending(path), kinds: [.phash64])
      let expected = try #require(PerceptualHash64(row["phash64"] ?? ""))
      let distance = try #require(picture.frames[0].phash64).hash.distance(to: expected)
      switch picture.format {
      case .png, .gif, .bmp, .ico, .tiff: #expect(distance == 0, "\(path)")
      case .jpeg, .webp, .heif, .avif, .jxl: #expect(distance <= 2, "\(path)")
      }
    }
  }

  @Test func textIsTheFirstBitFirst() throws {
    let hash = try #require(PerceptualHash64("8000000000000001"))
    #expect(hash.word == 0x8000_0000_0000_0001)
    #expect(hash.description == "8000000000000001")
    #expect(PerceptualHash64("800000000000001") == nil)
    #expect(!hash.isDegenerate)
    let flat = try #require(PerceptualHash64("8000000000000000"))
    #expect(flat.isDegenerate)
    #expect(hash.distance(to: flat) == 1)
  }

  @Test func digestsAreThoseOfTheBytes() {
    let digests = Digests.of(Array("abc".utf8).span, kinds: [.md5, .sha1, .sha256, .pdq])
    #expect(digests.count == 3)
    #expect(hexText(digests[.md5] ?? []) == "900150983cd24fb0d6963f7d28e17f72")
    #expect(hexText(digests[.sha1] ?? []) == "a9993e364706816aba3e25717850c26c9cd0d89d")
    #expect(
      hexText(digests[.sha256] ?? [])
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func onlyWhatIsAskedForIsComputed() throws {
    let path = TestFiles.fixtures.appending("uploads/glacier.jpg")
    let digest = try fingerprint(of: path, kinds: [.md5])
    #expect(digest.frames[0].pdq == nil && digest.frames[0].phash64 == nil)
    #expect(Set(digest.digests.keys) == [.md5])
    #expect(digest.width == 400 && digest.height == 300)
    let both = try fingerprint(of: path, kinds: [.pdq, .phash64])
    #expect(both.pdq != nil && both.frames[0].phash64 != nil && both.digests.isEmpty)
  }
}
