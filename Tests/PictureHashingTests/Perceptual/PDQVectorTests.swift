import SystemPackage
import TestSupport
import Testing

@testable import PictureHashing

/// PDQ hashes compared with those of Meta's reference.
@Suite struct PDQVectorTests {
  @Test func everySyntheticVectorIsExact() throws {
    let rows = try TestFiles.table(
      TestFiles.fixtures.appending("pdq-synthetic.tsv"), separator: "\t")
    #expect(rows.count == 256)
    for row in rows {
      let name = try #require(row["name"])
      let fingerprint = try #require(try SyntheticPixels(row).fingerprint)
      #expect(fingerprint.hash.description == row["orig"], "\(name)")
      #expect(String(fingerprint.quality) == row["quality"], "\(name)")
    }
  }

  @Test func everyUploadOfTheFixturesIsNearThePeersHash() throws {
    let uploads = TestFiles.fixtures.appending("uploads")
    for row in try TestFiles.table(TestFiles.fixtures.appending("expected.csv"), separator: ",") {
      let path = try #require(row["path"])
      let fingerprint = try fingerprint(of: uploads.appending(path))
      let expected = try #require(PDQHash(row["pdq"] ?? ""))
      let pdq = try #require(fingerprint.pdq)
      let distance = pdq.hash.distance(to: expected)
      switch fingerprint.format {
      case .png, .gif, .bmp, .ico, .tiff: #expect(distance == 0, "\(path)")
      case .jpeg, .webp, .heif, .avif, .jxl: #expect(distance <= 4, "\(path)")
      }
      #expect(abs(pdq.quality - (Int(row["quality"] ?? "") ?? 0)) <= 1, "\(path)")
    }
  }

  @Test(.enabled(if: TestFiles.hasShared, "the shared pictures are not beside this checkout"))
  func everyPictureOfTheReferenceIsNear() throws {
    let rows = try TestFiles.table(
      TestFiles.shared.appending("vectors/pdq_reference_computed.tsv"), separator: "\t"
    ).filter { $0["family"] == "Bfull" }
    var jpegs = (exact: 0, all: 0)
    for row in rows {
      let name = try #require(row["image"])
      // The reference's own reader took the low bytes of this 16-bit picture.
      if name.hasSuffix("I16.png") { continue }
      let path = TestFiles.shared.appending("images/pdq").appending(name)
      let fingerprint = try fingerprint(of: path)
      let expected = try #require(PDQHash(row["hash"] ?? ""))
      let pdq = try #require(fingerprint.pdq)
      let distance = pdq.hash.distance(to: expected)
      #expect(distance <= 4, "\(name)")
      switch fingerprint.format {
      case .png: #expect(distance == 0, "\(name)")
      case .jpeg: jpegs = (jpegs.exact + (distance == 0 ? 1 : 0), jpegs.all + 1)
      default: break
      }
    }
    #expect(jpegs.all > 40)
    #expect(Double(jpegs.exact) >= 0.85 * Double(jpegs.all))
  }
}

/// Large baseline JPEGs are decoded at a reduced size, with nearly the same hash.
@Suite struct ReductionTests {
  @Test(.enabled(if: TestFiles.hasShared, "the shared pictures are not beside this checkout"))
  func reducedDecodingStaysWithinTwoBits() throws {
    let folders = ["images/large", "images/exif", "images/pdq/reg-test-input/exif-rotn"]
    let files = folders.flatMap { TestFiles.files(below: TestFiles.shared.appending($0)) }
      .filter { $0.extension == "jpg" }
    #expect(files.count > 20)
    for file in files {
      // Asking for phash as well makes the decoder send every pixel.
      let whole = try fingerprint(of: file, kinds: [.pdq, .phash64])
      let reduced = try fingerprint(of: file)
      let distance = try #require(reduced.pdq?.hash).distance(to: try #require(whole.pdq?.hash))
      #expect(distance <= 2, "\(file.lastComponent?.string ?? "")")
    }
  }
}
