/// Upright rectangles within a picture that may be pictures: what lies on a telephone's screen, in a browser's window, over
/// its own blurred copy, in a border of any kind, or on a page.
struct FramedRegions {
  struct Found {
    let region: Region
    /// As ``FrameEvidence/score``.
    let score: Float
    /// For one that lies on a page, which of those it is.
    var page: Int?
  }

  /// The likeliest first, none like one before.
  private(set) var found: [Found] = []

  /// How many lines of an axis to look at, by each kind of evidence.
  private static let lines = 6
  /// How clear the sides of a rectangle must be.
  private static let minimumClarity: Float = 0.4
  /// The least share of the picture's area, and of each of its sides.
  private static let minimumArea = 0.04
  private static let minimumSide = 0.15
  /// Of regions whose sides lie as near to each other as this, the likeliest is kept.
  private static let nearSide = 0.005
  /// More are never asked.
  private static let most = 24

  /// - Parameters:
  ///   - pages: Regions that lie on a page of one tone.
  ///   - minimumScore: Less likely ones are left out.
  init(
    _ luma: LumaGrid, _ lines: StraightLines, pages: [Region], minimumScore: Float
  ) {
    let rows = LineProfile.all(
      lines.clearest(lines.rows, most: Self.lines), lines.rows, luma, .rows)
    let columns = LineProfile.all(
      lines.clearest(lines.columns, most: Self.lines), lines.columns, luma, .columns)
    let rowProfiles = rows.map(\.profile)
    let columnProfiles = columns.map(\.profile)
    var all: [Found] = []
    for (index, region) in pages.enumerated() {
      let sides = Self.sides(of: region, lines)
      var evidence = FrameEvidence(region, sides: sides, isOnPage: true, busyness: lines.busyness)
      evidence.look(inside: region, rows: rowProfiles, columns: columnProfiles)
      all.append(Found(region: region, score: evidence.score, page: index))
    }
    let columnSpans = Self.spans(columns)
    for row in Self.spans(rows) {
      for column in columnSpans where row.covers(column.blocks) && column.covers(row.blocks) {
        let region = Region(
          left: column.start.share, top: row.start.share, right: column.end.share,
          bottom: row.end.share)
        guard region.width * region.height >= Self.minimumArea,
          !(row.isWhole && column.isWhole)
        else { continue }
        let sides = [row.start.profile, row.end.profile, column.start.profile, column.end.profile]
        var evidence = FrameEvidence(
          region, sides: sides, isOnPage: false, busyness: lines.busyness)
        // What runs through the inside can only lessen the score.
        guard evidence.isClear(Self.minimumClarity), evidence.score >= minimumScore else {
          continue
        }
        evidence.look(inside: region, rows: rowProfiles, columns: columnProfiles)
        if evidence.score >= minimumScore {
          all.append(Found(region: region, score: evidence.score))
        }
      }
    }
    all.sort { $0.score > $1.score }
    for one in all where found.count < Self.most || one.page != nil {
      if !found.contains(where: { $0.region.isNear(one.region, within: Self.nearSide) }) {
        found.append(one)
      }
    }
  }

  /// The profiles of a region's sides; `nil` for an end of the picture.
  private static func sides(of region: Region, _ lines: StraightLines) -> [LineProfile?] {
    [
      (lines.rows, region.top), (lines.rows, region.bottom), (lines.columns, region.left),
      (lines.columns, region.right),
    ].map { axis, share in
      guard share > 0.001, share < 0.999 else { return nil }
      let line = Int((share * Double(axis.count)).rounded())
      return LineProfile(axis, line: line, share: share)
    }
  }

  /// A line that may be a side, or an end of the picture.
  private struct Place {
    let share: Double
    /// The blocks that it runs through.
    let stretch: Range<Int>
    /// `nil` for an end of the picture.
    let profile: LineProfile?

    static func end(_ share: Double) -> Place {
      Place(share: share, stretch: 0..<StraightLines.blocks, profile: nil)
    }

    /// Whether it runs through a quarter of a stretch of blocks.
    func covers(_ blocks: Range<Int>) -> Bool {
      4 * stretch.clamped(to: blocks).count >= blocks.count
    }
  }

  private struct Span {
    let start: Place
    let end: Place
    /// The blocks between them, as the other axis's lines have them.
    let blocks: Range<Int>

    init(start: Place, end: Place) {
      (self.start, self.end) = (start, end)
      let first = Int(start.share * Double(StraightLines.blocks))
      blocks = first..<max(first, Int(end.share * Double(StraightLines.blocks)))
    }

    /// Whether both are sides of what lies between those of the other axis.
    func covers(_ blocks: Range<Int>) -> Bool { start.covers(blocks) && end.covers(blocks) }

    var isWhole: Bool { start.profile == nil && end.profile == nil }
  }

  private static func spans(
    _ profiles: [(profile: LineProfile, stretch: Range<Int>)]
  ) -> [Span] {
    let sorted = profiles.map {
      Place(share: $0.profile.share, stretch: $0.stretch, profile: $0.profile)
    }.sorted { $0.share < $1.share }
    let places = [.end(0)] + sorted + [.end(1)]
    var spans: [Span] = []
    for (index, start) in places.enumerated() {
      for end in places[(index + 1)...] where end.share - start.share >= minimumSide {
        spans.append(Span(start: start, end: end))
      }
    }
    return spans
  }
}
