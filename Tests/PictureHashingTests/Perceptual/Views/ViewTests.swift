import Testing

@testable import PictureHashing

@Suite struct ViewTests {
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
    (View(region: .inset(-0.015)), "extended -1.5,-1.5,101.5,101.5"),
    (View(region: Region(left: -0.005)), "extended -0.5,0,100,100"),
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
