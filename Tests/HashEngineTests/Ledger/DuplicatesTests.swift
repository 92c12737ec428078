import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

@Suite struct DuplicatesTests {
  @Test func likePicturesComeTogether() throws {
    let fixture = try LedgerFixture()
    for number in 0..<5 { try fixture.upload(number, as: "\(number).png") }
    try fixture.upload(2, as: "sub/same.png")
    // The same picture, a little darker.
    try fixture.lists.folder.write(LedgerFixture.picture(2).dimmed(to: 0.9).png, to: "up/dark.png")
    for name in ["flat", "flat-too"] {
      let flat = PaintedPicture(width: 64, height: 64) { _, _ in 128 }
      try fixture.lists.folder.write(flat.png, to: "up/\(name).png")
    }
    _ = try fixture.scan()
    let clusters = try fixture.ledger.duplicates()
    let names = clusters.map { Set($0.members.compactMap { $0.path.lastComponent?.string }) }
    #expect(names == [["2.png", "same.png", "dark.png"], ["flat.png", "flat-too.png"]])
    #expect(clusters.map(\.contents) == [2, 1])
    #expect(clusters[0].members.allSatisfy { ($0.distance ?? 99) <= 31 })
    #expect(clusters[1].members.allSatisfy { $0.distance == nil })
    let below = try fixture.ledger.duplicates(in: [fixture.uploads.appending("sub")])
    #expect(below.isEmpty)
    #expect(try fixture.ledger.duplicates(radius: 0).count == 2)
  }
}
