/// The parts of a picture that may be another picture, the likeliest first: what lies on a page of one tone or between
/// straight sides, and what lies so within the likeliest of these, since a screenshot is framed and a framed picture
/// photographed.
struct InnerPictures {
  typealias Part = FramedRegions.Found

  /// Of photographs that have no frame, one in five has a part as likely as this.
  static let likely: Float = -2.5
  /// It is looked again within so many parts that are at least as likely and as large as this, in shares of the picture.
  private static let mostOuter = 2
  private static let minimumOuterScore: Float = -3.5
  private static let minimumOuter = 0.1
  /// How many parts each of these adds.
  private static let mostInner = 5
  /// Sides of a part within a part that are shorter than this are too short.
  private static let minimumSide = 0.1

  let lines: StraightLines
  private let luma: LumaGrid
  private let kernels: Kernels
  private let found: [Part]

  init(of luma: LumaGrid, upTo effort: Effort, kernels: Kernels = .best) {
    self.luma = luma
    self.kernels = kernels
    lines = StraightLines(luma, kernels: kernels)
    found =
      FramedRegions(
        luma, lines, pages: Trims(of: luma, kernels: kernels).contents,
        minimumScore: Self.minimumScore(effort)
      ).found
  }

  /// How likely a part must be. Photographs that have no frame have two such parts at `standard`, and seven at `thorough`.
  private static func minimumScore(_ effort: Effort) -> Float { effort > .standard ? -6 : -4.5 }

  /// Those that are likely enough for an effort, and the first of what lies on a page.
  func parts(_ effort: Effort) -> [Part] {
    let (most, pages) = effort > .standard ? (20, 16) : (10, 4)
    return found.enumerated().filter { index, part in
      index < most && part.score >= Self.minimumScore(effort) || (part.page ?? pages) < pages
    }.map(\.element)
  }

  /// What lies within the first of them.
  func partsOfParts() -> [Part] {
    var outer: [Region] = []
    for part in found where part.score >= Self.minimumOuterScore && outer.count < Self.mostOuter {
      guard part.region.width * part.region.height >= Self.minimumOuter,
        !outer.contains(where: { $0.isNear(part.region, within: 0.05) })
      else { continue }
      outer.append(part.region)
    }
    return outer.flatMap { outer -> [Part] in
      guard let grid = luma.part(outer) else { return [] }
      let inner = InnerPictures(of: grid, upTo: .standard, kernels: kernels)
      return inner.found.prefix(Self.mostInner).map {
        Part(region: outer.part($0.region), score: $0.score)
      }.filter { min($0.region.width, $0.region.height) >= Self.minimumSide }
    }
  }
}
