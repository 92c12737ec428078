/// Upright rectangles within a picture whose sides show: what lies on a telephone's screen, in a browser's window, over
/// its own blurred copy, or in a border of any kind.
struct FramedRegions {
  /// How many lines to look at, and how clear the sides of a rectangle must be.
  struct Selection {
    let lines: Int
    let minimumClarity: Float
    /// How clear a region must be in all. Regions that are pictures in a frame seldom have less than 2.1; the
    /// best that a photograph without a frame has mostly do.
    let minimumScore: Float
    /// How many regions to keep.
    let regions: Int

    static let clear = Selection(lines: 5, minimumClarity: 0.45, minimumScore: 2.1, regions: 10)
    static let any = Selection(lines: 7, minimumClarity: 0.35, minimumScore: 1.95, regions: 14)
  }

  struct Found {
    let region: Region
    let clarity: Float
  }

  /// The likeliest first.
  let found: [Found]

  /// The least share of the picture's area, and of each of its sides.
  private static let minimumArea = 0.04
  private static let minimumSide = 0.15

  init(_ luma: LumaGrid, _ lines: StraightLines, _ selection: Selection) {
    let rows = Self.spans(
      lines.clearest(lines.rows, most: selection.lines), lines.rows, luma, .rows)
    let columns = Self.spans(
      lines.clearest(lines.columns, most: selection.lines), lines.columns, luma, .columns)
    var bars: [Found] = []
    var frames: [Found] = []
    for row in rows {
      for column in columns where row.covers(column.blocks) && column.covers(row.blocks) {
        let region = Region(
          left: column.start.share, top: row.start.share, right: column.end.share,
          bottom: row.end.share)
        guard region.width * region.height >= Self.minimumArea,
          !(row.isWhole && column.isWhole)
        else { continue }
        var sides = Sides(least: selection.minimumClarity * 0.7)
        guard sides.take(row.start, from: region.left, to: region.right),
          sides.take(row.end, from: region.left, to: region.right),
          sides.take(column.start, from: region.top, to: region.bottom),
          sides.take(column.end, from: region.top, to: region.bottom),
          sides.mean >= selection.minimumClarity
        else { continue }
        let isFrame = !(row.isWhole || column.isWhole)
        let clarity =
          sides.mean + sides.least - 0.6 * sides.beyond
          - (isFrame ? 0.5 * Float(4 - sides.count) : 0) + 1.2 * lines.busyShare(of: region)
        guard clarity >= selection.minimumScore else { continue }
        let one = Found(region: region, clarity: clarity)
        if isFrame { frames.append(one) } else { bars.append(one) }
      }
    }
    bars.sort { $0.clarity > $1.clarity }
    frames.sort { $0.clarity > $1.clarity }
    // In turn: there are many more frames than bars.
    bars = Self.distinct(bars)
    frames = Self.distinct(frames)
    var found: [Found] = []
    for index in 0..<max(bars.count, frames.count) {
      if index < frames.count { found.append(frames[index]) }
      if index < bars.count { found.append(bars[index]) }
    }
    self.found = found
  }

  /// More are never asked.
  private static let mostDistinct = 40
  /// Of regions whose sides lie as near to each other as this, the clearest is kept.
  private static let nearSide = 0.01

  /// What the sides of a rectangle say together, as far as they are no ends of the picture.
  private struct Sides {
    private var sum: Float = 0
    private var sumBeyond: Float = 0
    private(set) var least: Float = 1
    private(set) var count = 0
    private let minimum: Float

    init(least: Float) { minimum = least }

    var mean: Float { count > 0 ? sum / Float(count) : 0 }
    /// How clearly the sides go on past the corners.
    var beyond: Float { count > 0 ? sumBeyond / Float(count) : 0 }

    /// Takes a side; `false` where it does not show.
    mutating func take(_ place: Place, from start: Double, to end: Double) -> Bool {
      guard let sums = place.clarity else { return true }
      let blocks = StraightLines.blocks
      let first = min(blocks, Int((start * Double(blocks)).rounded(.up)))
      let last = max(0, Int(end * Double(blocks)))
      guard first < last else { return false }
      let clarity = (sums[last] - sums[first]) / Float(last - first)
      guard clarity >= minimum else { return false }
      sum += clarity
      least = min(least, clarity)
      count += 1
      // A block at each corner may be of either.
      sumBeyond += (sums[max(0, first - 2)] - sums[max(0, first - 4)]) / 4
      sumBeyond += (sums[min(blocks, last + 4)] - sums[min(blocks, last + 2)]) / 4
      return true
    }
  }

  /// A line that may be a side, or an end of the picture.
  private struct Place {
    let share: Double
    /// The blocks that it runs through.
    let stretch: Range<Int>
    /// How clearly it shows in all blocks before each; `nil` for an end of the picture.
    let clarity: [Float]?

    static func end(_ share: Double) -> Place {
      Place(share: share, stretch: 0..<StraightLines.blocks, clarity: nil)
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

    var isWhole: Bool { start.clarity == nil && end.clarity == nil }
  }

  /// Without those whose sides lie beside those of one before.
  private static func distinct(_ found: [Found]) -> [Found] {
    var kept: [Found] = []
    for one in found where kept.count < mostDistinct {
      if !kept.contains(where: { $0.region.isNear(one.region, within: nearSide) }) {
        kept.append(one)
      }
    }
    return kept
  }

  private static func spans(
    _ lines: [StraightLines.Line], _ axis: StraightLines.Axis, _ luma: LumaGrid,
    _ kind: GridLines.Axis
  ) -> [Span] {
    let grid = GridLines(luma: luma, axis: kind)
    var places = lines.map { line -> Place in
      let first = line.stretch.lowerBound * grid.length / StraightLines.blocks
      let end = line.stretch.upperBound * grid.length / StraightLines.blocks
      let positions = first..<max(first + 1, end)
      let exact = grid.edge(near: line.place, along: positions)
      let sums = axis.clarities(of: line.place).reduce(into: [0]) {
        $0.append($0[$0.count - 1] + $1)
      }
      return Place(
        share: exact / Double(axis.count), stretch: line.stretch, clarity: sums)
    }.sorted { $0.share < $1.share }
    places = [.end(0)] + places + [.end(1)]
    var spans: [Span] = []
    for (index, start) in places.enumerated() {
      for end in places[(index + 1)...]
      where end.share - start.share >= minimumSide {
        spans.append(Span(start: start, end: end))
      }
    }
    return spans
  }
}
