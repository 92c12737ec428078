#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The parts of a picture that may be another picture: what is left when its borders, a caption bar or a
/// screenshot's page are trimmed.
struct Trims {
  /// How clear the edges of a rectangle must be, and how many rectangles there may be.
  struct Selection {
    let minimumScore: Double
    /// The most edges of each axis.
    let edges: Int
    let rectangles: Int

    /// Edges that few photographs have by themselves.
    static let clear = Selection(minimumScore: 3, edges: 3, rectangles: 6)
    /// Edges that may be the picture's own.
    static let any = Selection(minimumScore: 1.5, edges: 4, rectangles: 24)
  }

  /// What lies within a uniform border or on a page, the likeliest first.
  private(set) var contents: [Region] = []
  private let edges: StraightEdges
  private let size: (rows: Int, columns: Int)

  /// The least share of the picture's area, and of each of its sides, that a part must have.
  private static let minimumArea = 0.08
  private static let minimumSide = 0.15
  /// Parts whose sides lie this close to each other have the same hash, or nearly.
  private static let tolerance = 0.003

  init(of luma: LumaGrid, kernels: Kernels = .best) {
    size = (luma.height, luma.width)
    edges = StraightEdges(
      luma, minimumScore: Selection.any.minimumScore, most: Selection.any.edges, kernels: kernels)
    let page = PageContent(luma, kernels: kernels)
    let inner = page.withoutBorders(.loose)
    let blocks = page.blocks()
    let plain =
      [inner, inner == nil ? nil : page.withoutBorders(.strict)].compactMap { $0 } + blocks
    // Regions for pictures that have borders of their own come last.
    var bordered: [Region] = []
    if let inner {
      bordered += [
        Region(top: inner.top, bottom: inner.bottom), Region(left: inner.left, right: inner.right),
      ]
    }
    for block in blocks { bordered += page.besideCentredWriting(block) }
    for region in plain { bordered += Self.withOwnBorder(region, aspect: luma.aspect) }
    for region in plain + bordered
    where Self.isPart(region) && Self.isNew(region, contents) {
      contents.append(region)
    }
  }

  /// The picture with its own border, where something of the same tone was put round it: a bar at one side,
  /// or a border of the same width all round.
  private static func withOwnBorder(_ content: Region, aspect: Double) -> [Region] {
    // In shares of the picture's height.
    let margins = [
      content.left * aspect, content.top, (1 - content.right) * aspect, 1 - content.bottom,
    ]
    let ascending = margins.sorted()
    guard ascending[0] > 0.002 else { return [] }
    let side = margins.firstIndex(of: ascending[3]) ?? 0
    guard ascending[3] > 2 * ascending[2] else {
      let (across, down) = (ascending[0] / aspect, ascending[0])
      return [Region(left: across, top: down, right: 1 - across, bottom: 1 - down)]
    }
    // Next to the bar, the picture's own border is as wide as its narrowest one, or as the one opposite.
    return [ascending[0], margins[(side + 2) % 4]].map { own in
      var region = Region.whole
      switch side {
      case 0: region.left = max(0, content.left - own / aspect)
      case 1: region.top = max(0, content.top - own)
      case 2: region.right = min(1, content.right + own / aspect)
      default: region.bottom = min(1, content.bottom + own)
      }
      return region
    }
  }

  /// What lies between straight edges, those with the clearest edges first.
  func rectangles(_ selection: Selection) -> [Region] {
    func spans(_ edges: [StraightEdges.Edge], count: Int) -> [Span] {
      Self.spans(
        edges.prefix(selection.edges).filter { $0.score >= selection.minimumScore }, count: count)
    }
    var scored: (bars: [ScoredRegion], frames: [ScoredRegion]) = ([], [])
    let columns = spans(edges.columns, count: size.columns)
    for row in spans(edges.rows, count: size.rows) {
      for column in columns {
        let region = Region(left: column.start, top: row.start, right: column.end, bottom: row.end)
        guard Self.isPart(region) else { continue }
        let isFrame = row.score > 0 && column.score > 0
        let found = ScoredRegion(region: region, score: row.score + column.score)
        if isFrame { scored.frames.append(found) } else { scored.bars.append(found) }
      }
    }
    // Bars and frames in turn: a frame's edges score more together than a caption's one edge, even if the
    // caption is right.
    let bars = scored.bars.sorted { $0.score > $1.score }
    let frames = scored.frames.sorted { $0.score > $1.score }
    var regions: [Region] = []
    for index in 0..<max(bars.count, frames.count) {
      for candidates in [bars, frames] where index < candidates.count {
        let region = candidates[index].region
        guard regions.count < selection.rectangles else { return regions }
        if Self.isNew(region, contents + regions) { regions.append(region) }
      }
    }
    return regions
  }

  private struct ScoredRegion {
    let region: Region
    let score: Double
  }

  private static func isPart(_ region: Region) -> Bool {
    region.width >= minimumSide && region.height >= minimumSide
      && region.width * region.height >= minimumArea && !region.isNear(.whole, within: tolerance)
  }

  private static func isNew(_ region: Region, _ known: [Region]) -> Bool {
    !known.contains { $0.isNear(region, within: tolerance) }
  }

  private struct Place {
    let share: Double
    let score: Double
  }

  private struct Span {
    let start: Double
    let end: Double
    let score: Double
  }

  /// All stretches between two edges, or an edge and an end.
  private static func spans(_ edges: [StraightEdges.Edge], count: Int) -> [Span] {
    var places = edges.map { Place(share: $0.place / Double(count), score: log($0.score)) }
    places.sort { $0.share < $1.share }
    places = [Place(share: 0, score: 0)] + places + [Place(share: 1, score: 0)]
    var spans: [Span] = []
    for (index, start) in places.enumerated() {
      for end in places[(index + 1)...] where end.share - start.share >= minimumSide {
        spans.append(Span(start: start.share, end: end.share, score: start.score + end.score))
      }
    }
    return spans
  }
}
