import Testing

@testable import PictureHashing

@Suite struct ViewTests {
  private static let corners = Corners(
    [(0.1, 0.2), (0.905, 0.1), (0.8, 0.7), (0.2, 0.8)].map { Corners.Point(x: $0.0, y: $0.1) })

  /// The map takes the unit square's corners to them.
  @Test func cornersAreMappedTo() throws {
    let corners = try #require(Self.corners)
    let map = try #require(corners.mapFromSquare)
    for (place, point) in zip([(0.0, 0.0), (1, 0), (1, 1), (0, 1)], corners.points) {
      let weight = map[6] * place.0 + map[7] * place.1 + map[8]
      #expect(abs((map[0] * place.0 + map[1] * place.1 + map[2]) / weight - point.x) < 1e-9)
      #expect(abs((map[3] * place.0 + map[4] * place.1 + map[5]) / weight - point.y) < 1e-9)
    }
    #expect(abs(corners.area - 0.4185) < 0.02)
  }

  @Test(arguments: [
    [(0.0, 0.0), (1, 0), (1, 1)], [(0, 0), (0, 1), (1, 1), (1, 0)],
    [(0, 0), (1, 0), (0.2, 0.2), (0, 1)],
    [(0, 0), (0, 0), (0, 0), (0, 0)], [(.nan, 0), (1, 0), (1, 1), (0, 1)],
    [(0, 0), (.infinity, 0), (1, 1), (0, 1)],
  ])
  func whatIsNoPictureHasNoCorners(_ points: [(Double, Double)]) {
    #expect(Corners(points.map { Corners.Point(x: $0.0, y: $0.1) }) == nil)
  }

  @Test(arguments: [
    (View.asStored, "as stored"),
    (View(), "as stored"),
    (View(isResampled: true), "resampled"),
    (View(orientation: .mirrored), "mirrored"),
    (View(orientation: .turnedRight).shown(.turnedRight), "as shown"),
    (View(orientation: .mirrored).shown(.turnedRight), "mirrored"),
    (View().shown(.asStored), "as stored"),
    (
      View(region: Region(top: 0.1), orientation: .flipped).shown(.flipped),
      "trimmed 0,10,100,100, as shown"
    ),
    (View(region: Region(top: 0.12, bottom: 0.88)), "trimmed 0,12,100,88"),
    (View(region: Region(left: 0.034), orientation: .mirrored), "trimmed 3.4,0,100,100, mirrored"),
    (View(extent: .inset(-0.015)), "extended -1.5,-1.5,101.5,101.5"),
    (View(extent: Region(left: -0.005)), "extended -0.5,0,100,100"),
    (
      View(region: Region(top: 0.1), extent: .inset(-0.015), orientation: .mirrored),
      "trimmed 0,10,100,100, extended -1.5,-1.5,101.5,101.5, mirrored"
    ),
    (View(extent: .inset(0.02), rotation: 4), "rotated 4°, cut 2,2,98,98"),
    (
      View(corners: Self.corners, orientation: .mirrored, isInverted: true),
      "straightened 10,20 90.5,10 80,70 20,80, mirrored, inverted"
    ),
    (View(rotation: -2), "rotated −2°"),
    (View(rotation: 2.5), "rotated 2.5°"),
    (View(isInverted: true, isResampled: false), "inverted"),
  ])
  func namesSayWhatWasDone(_ view: View, _ name: String) {
    #expect(view.description == name)
  }

  @Test(arguments: ["0,12,100,88", "-1.5,0,102.5,100", "2.8,3.7,97.2,96.3"])
  func regionsAreReadAsTheyAreWritten(_ text: String) throws {
    #expect(try #require(Region(text: text)).text == text)
  }

  @Test(arguments: ["", "1,2,3", "a,b,c,d", "50,0,40,100", "0,0,nan,1", "0,0,1e9,1", "1,2,3,4,5"])
  func whatIsNoRegionIsNone(_ text: String) {
    #expect(Region(text: text) == nil)
  }

  @Test func effortsAreInOrder() {
    #expect(Effort.allCases.sorted() == [.exact, .standard, .thorough])
  }
}
