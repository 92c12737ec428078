import TestSupport
import Testing

@testable import PictureHashing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where a picture begins within what was put round it is found to a fraction of a percent.
@Suite struct InnerPicturesTests {
  private static let texture: [UInt8] = {
    var random = SeededGenerator(seed: 73)
    return (0..<300 * 400).map { _ in UInt8.random(in: 60...200, using: &random) }
  }()

  /// A page with a picture of noise on it.
  private static func page(
    width: Int, height: Int, tone: UInt8, picture: (left: Int, top: Int, width: Int, height: Int),
    lines: Range<Int> = 0..<0
  ) -> LumaGrid {
    var values = [UInt8](repeating: tone, count: width * height)
    // Something like writing.
    for row in lines where row % 12 < 7 {
      for column in 20..<width * 2 / 3 where column % 5 < 2 { values[row * width + column] = ~tone }
    }
    for row in 0..<picture.height {
      for column in 0..<picture.width {
        values[(picture.top + row) * width + picture.left + column] = texture[row * 300 + column]
      }
    }
    return LumaGrid(
      width: width, height: height, aspect: Double(width) / Double(height), values: values)
  }

  struct Scene: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let width: Int
    let height: Int
    let tone: UInt8
    let picture: (left: Int, top: Int, width: Int, height: Int)
    var lines = 0..<0
  }

  @Test(arguments: [
    Scene(testDescription: "border", width: 320, height: 240, tone: 0, picture: (10, 10, 300, 220)),
    Scene(
      testDescription: "white border", width: 330, height: 260, tone: 255,
      picture: (15, 20, 300, 220)),
    Scene(
      testDescription: "letterbox", width: 300, height: 300, tone: 0, picture: (0, 40, 300, 220)),
    Scene(
      testDescription: "pillarbox", width: 300, height: 220, tone: 0, picture: (50, 0, 200, 220)),
    Scene(
      testDescription: "caption", width: 300, height: 270, tone: 255, picture: (0, 50, 300, 220),
      lines: 8..<42),
    Scene(
      testDescription: "caption below", width: 300, height: 270, tone: 0, picture: (0, 0, 300, 220),
      lines: 226..<262),
    Scene(
      testDescription: "screenshot", width: 360, height: 340, tone: 32, picture: (30, 60, 300, 220),
      lines: 6..<48),
    Scene(
      testDescription: "feed", width: 300, height: 512, tone: 255, picture: (0, 120, 300, 220),
      lines: 350..<480),
  ])
  func thePictureIsFound(_ scene: Scene) {
    let luma = Self.page(
      width: scene.width, height: scene.height, tone: scene.tone, picture: scene.picture,
      lines: scene.lines)
    let (across, down) = (Double(scene.width), Double(scene.height))
    let expected = Region(
      left: Double(scene.picture.left) / across, top: Double(scene.picture.top) / down,
      right: Double(scene.picture.left + scene.picture.width) / across,
      bottom: Double(scene.picture.top + scene.picture.height) / down)
    for kernels in Kernels.available {
      let found = InnerPictures(of: luma, upTo: .standard, kernels: kernels).parts(.standard).map(
        \.region)
      #expect(found.contains { $0.isNear(expected, within: 0.004) })
      #expect(found.count <= 12)
    }
  }

  /// A picture of blotches, so that it has neither lines nor one tone.
  private static func blotches(_ x: Double, _ y: Double) -> Double {
    128 + 45 * sin(x / 9 + 3 * sin(y / 17)) + 40 * sin(y / 7 + 2 * cos(x / 13))
  }

  enum Surround: String, CaseIterable, CustomTestStringConvertible {
    case gradient, noise, chequers, soft
    var testDescription: String { rawValue }
  }

  /// What lies round a picture need not have one tone.
  @Test(arguments: Surround.allCases)
  func thePictureIsFoundIn(_ surround: Surround) {
    var random = SeededGenerator(seed: 77)
    let (width, height) = (360, 320)
    let picture = (left: 41, top: 37, right: 322, bottom: 283)
    let values = (0..<width * height).map { index -> UInt8 in
      let (x, y) = (index % width, index / width)
      if (picture.left..<picture.right).contains(x), (picture.top..<picture.bottom).contains(y) {
        return UInt8(Self.blotches(Double(x), Double(y)))
      }
      switch surround {
      case .gradient: return UInt8(40 + 160 * x / width)
      case .noise: return UInt8.random(in: 0...255, using: &random)
      case .chequers: return (x / 6 + y / 6) % 2 == 0 ? 240 : 20
      case .soft: return UInt8(90 + 60 * sin(Double(x) / 60) * cos(Double(y) / 70))
      }
    }
    let luma = LumaGrid(width: width, height: height, aspect: 1.125, values: values)
    let expected = Region(
      left: 41.0 / 360, top: 37.0 / 320, right: 322.0 / 360, bottom: 283.0 / 320)
    for kernels in Kernels.available {
      let found = InnerPictures(of: luma, upTo: .thorough, kernels: kernels).parts(.thorough).map(
        \.region)
      #expect(found.contains { $0.isNear(expected, within: 0.006) })
    }
  }

  /// A tilted picture's corners are found to a fraction of a percent.
  @Test(arguments: [-7.0, -3, 2, 5])
  func aTiltedPictureIsFound(_ degrees: Double) throws {
    let (width, height) = (400, 320)
    let (sine, cosine) = (sin(degrees * .pi / 180), cos(degrees * .pi / 180))
    let values = (0..<width * height).map { index -> UInt8 in
      let (x, y) = (Double(index % width) + 0.5 - 200, Double(index / width) + 0.5 - 160)
      let (across, down) = (cosine * x + sine * y, cosine * y - sine * x)
      guard abs(across) < 130, abs(down) < 100 else { return 235 }
      return UInt8(Self.blotches(across + 130, down + 100))
    }
    let luma = LumaGrid(width: width, height: height, aspect: 1.25, values: values)
    let expected = [(-130.0, -100.0), (130, -100), (130, 100), (-130, 100)].map {
      Corners.Point(
        x: (200 + cosine * $0.0 - sine * $0.1) / 400, y: (160 + sine * $0.0 + cosine * $0.1) / 320)
    }
    for kernels in Kernels.available {
      let found = TiltedPictures(luma, StraightLines(luma, kernels: kernels)).found
      #expect(
        found.contains {
          zip($0.corners.points, expected).allSatisfy {
            abs($0.x - $1.x) < 0.006 && abs($0.y - $1.y) < 0.006
          }
        })
    }
  }

  /// The picture on a tilted print, within its rim, is found once the print is upright.
  @Test(arguments: [-5.0, 3])
  func aTiltedPrintIsStraightened(_ degrees: Double) throws {
    let (width, height) = (480, 400)
    let (sine, cosine) = (sin(degrees * .pi / 180), cos(degrees * .pi / 180))
    let values = (0..<width * height).map { index -> UInt8 in
      let (x, y) = (Double(index % width) + 0.5 - 240, Double(index / width) + 0.5 - 200)
      let (across, down) = (cosine * x + sine * y, cosine * y - sine * x)
      guard abs(across) < 160, abs(down) < 130 else { return 90 }
      guard abs(across) < 140, abs(down) < 110 else { return 250 }
      return UInt8(Self.blotches(across + 140, down + 110))
    }
    let luma = LumaGrid(width: width, height: height, aspect: 1.2, values: values)
    let corners = try #require(
      Corners(
        [(-160.0, -130.0), (160, -130), (160, 130), (-160, 130)].map {
          Corners.Point(
            x: (240 + cosine * $0.0 - sine * $0.1) / 480,
            y: (200 + sine * $0.0 + cosine * $0.1) / 400)
        }))
    let straight = try #require(luma.straightened(corners))
    #expect(abs(straight.aspect - 320.0 / 260) < 0.01)
    let picture = Region(left: 20.0 / 320, top: 20.0 / 260, right: 300.0 / 320, bottom: 240.0 / 260)
    let parts = InnerPictures(of: straight, upTo: .standard).parts(.standard)
    #expect(parts.contains { $0.region.isNear(picture, within: 0.006) })
    let part = try #require(corners.part(picture)?.points.first)
    #expect(abs(part.x - (240 - cosine * 140 + sine * 110) / 480) < 0.001)
    #expect(abs(part.y - (200 - sine * 140 - cosine * 110) / 400) < 0.001)
  }

  /// An edge between samples is where it is, not at one of them.
  @Test(arguments: [0.2, 0.5, 0.75])
  func edgesLieBetweenSamples(_ share: Double) {
    let (width, height) = (100, 120)
    var values = [UInt8](repeating: 10, count: width * height)
    for row in 40..<height {
      for column in 0..<width { values[row * width + column] = Self.texture[row * 300 + column] }
    }
    // Row 40 is part page, part picture.
    for column in 0..<width {
      let inside = Double(values[41 * width + column])
      values[40 * width + column] = UInt8(10 * (1 - share) + inside * share)
    }
    let lines = GridLines(
      luma: LumaGrid(width: width, height: height, aspect: 1, values: values), axis: .rows)
    #expect(abs(lines.place(ofEdgeBefore: 41, along: 0..<width) - (41 - share)) < 0.03)
  }

  @Test func aPictureWithoutEdgesHasNone() {
    let luma = LumaGrid(width: 300, height: 400, aspect: 0.75, values: Self.texture)
    let inner = InnerPictures(of: luma, upTo: .thorough)
    #expect(inner.parts(.thorough).isEmpty)
    #expect(inner.partsOfParts().isEmpty)
    #expect(TiltedPictures(luma, inner.lines).found.isEmpty)
  }

  /// A part through which a line of the page runs is less likely than what lies beside the line.
  @Test func theLikeliestPartHasNoLineThroughIt() {
    let (width, height) = (400, 400)
    let values = (0..<width * height).map { index -> UInt8 in
      let (x, y) = (index % width, index / width)
      // Two pictures, one above the other, on a page that is not plain.
      if (60..<340).contains(x), (30..<190).contains(y) || (214..<374).contains(y) {
        return UInt8(Self.blotches(Double(x), Double(y)))
      }
      return UInt8(200 + x / 10 + (x + y) % 2)
    }
    let luma = LumaGrid(width: width, height: height, aspect: 1, values: values)
    let inner = InnerPictures(of: luma, upTo: .standard)
    let first = inner.parts(.standard).prefix(2).map(\.region)
    for (top, bottom) in [(0.075, 0.475), (0.535, 0.935)] {
      let one = Region(left: 0.15, top: top, right: 0.85, bottom: bottom)
      #expect(first.contains { $0.isNear(one, within: 0.006) })
    }
  }

  /// Corners that were cut off round are told from corners that belong to the picture, and filled.
  @Test(arguments: [0, 3, 5, 9])
  func roundCornersAreFilled(_ radius: Int) throws {
    var grid = PDQGrid()
    for row in 0..<64 {
      for column in 0..<64 {
        grid.values[row * 64 + column] = Float(Self.blotches(Double(5 * column), Double(5 * row)))
      }
    }
    let picture = grid
    let isCut = { (row: Int, column: Int) -> Bool in
      let (x, y) = (min(column, 63 - column), min(row, 63 - row))
      guard x < radius, y < radius else { return false }
      return (radius - x) * (radius - x) + (radius - y) * (radius - y) > radius * radius
    }
    for row in 0..<64 {
      for column in 0..<64 where isCut(row, column) { grid.values[row * 64 + column] = 250 }
    }
    for kernels in Kernels.available {
      let filled = grid.withFilledCorners(kernels: kernels)
      guard radius > 0 else {
        #expect(filled == nil)
        continue
      }
      let values = try #require(filled?.values)
      #expect(!values.contains { $0 >= 249 })
      // What is left of the picture is as it was.
      #expect((12..<52).allSatisfy { values[$0] == picture.values[$0] })
    }
  }

  /// However thin or small, nothing goes wrong.
  @Test(arguments: [(1, 1), (2, 3), (5, 5), (512, 5), (5, 512), (3, 400), (17, 16)])
  func anySizeWillDo(_ size: (width: Int, height: Int)) throws {
    for tone in [nil, UInt8(0), 255] {
      let values = (0..<size.width * size.height).map { tone ?? Self.texture[$0] }
      let luma = LumaGrid(
        width: size.width, height: size.height, aspect: Double(size.width) / Double(size.height),
        values: values)
      let picture = PDQFingerprint(PDQCoefficients.none, quality: 0, detail: 0)
      let views = try PictureViews(of: luma, picture, upTo: .thorough)
      #expect(views.hashes.count < 200)
    }
  }
}
