import SystemPackage
import TestSupport
import Testing

@testable import PictureHashing

@Suite struct OrientationTests {
  /// The reference's names of the orientations, which it calls by what it does to the picture.
  private static let names: [String: Orientation] = [
    "orig": .asStored, "rot90": .turnedLeft, "rot180": .turnedHalf, "rot270": .turnedRight,
    "flipx": .flipped, "flipy": .mirrored, "flipplus1": .transposed,
    "flipminus1": .antitransposed,
  ]

  @Test func allEightAreTheReferences() throws {
    let path = TestFiles.fixtures.appending("pdq-synthetic.tsv")
    for row in try TestFiles.table(path, separator: "\t") {
      let hashes = try #require(try SyntheticPixels(row).dihedral)
      for (name, orientation) in Self.names {
        #expect(
          hashes[orientation]?.description == row[name],
          "\(row["name"] ?? "") \(name)")
      }
    }
  }

  /// Turned as the metadata says, each copy is the upright picture again.
  @Test(arguments: [
    "orientation-2.png", "orientation-3.jpg", "orientation-4.webp", "orientation-5.jpg",
    "orientation-6.jpg", "orientation-7.jpg", "orientation-8.jpg",
  ])
  func picturesAreTurnedAsTheirMetadataSays(_ name: String) throws {
    let folder = TestFiles.fixtures.appending("turned")
    let kinds: Set<HashKind> = [.pdq, .phash64]
    let upright = try fingerprint(of: folder.appending("upright.png"), kinds: kinds)
    let copy = try fingerprint(of: folder.appending(name), kinds: kinds)
    #expect("\(copy.orientation.rawValue)" == name.split { "-.".contains($0) }[1])
    let hash = try #require(copy.pdq?.shown)
    #expect(hash.distance(to: try #require(upright.pdq?.hash)) <= 10)
    #expect(try #require(copy.pdq?.hash).distance(to: hash) > 60)
    let small = try #require(copy.frames[0].phash64?.shown)
    #expect(small.distance(to: try #require(upright.frames[0].phash64?.hash)) <= 4)
  }

  /// These copies differ by up to 12 bits by themselves: pdqhash's orientations of their decoded
  /// pixels lie as far apart.
  @Test(
    .enabled(if: TestFiles.hasShared, "the shared pictures are not beside this checkout"),
    arguments: ["Landscape", "Portrait"], 0...8)
  func everyOrientationOfACamera(_ scene: String, _ number: Int) throws {
    let folder = TestFiles.shared.appending("images/exif")
    let upright = try #require(try fingerprint(of: folder.appending("\(scene)_1.jpg")).pdq?.hash)
    let picture = try fingerprint(of: folder.appending("\(scene)_\(number).jpg"))
    let pdq = try #require(picture.pdq)
    #expect(picture.orientation.rawValue == max(1, number))
    #expect(pdq.shown.distance(to: upright) <= 12)
  }
}
