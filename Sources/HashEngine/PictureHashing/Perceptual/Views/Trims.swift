/// What is left of a picture when its borders, a caption bar or a screenshot's page, each of one tone, are trimmed.
struct Trims {
  /// What lies within a uniform border or on a page, the likeliest first.
  private(set) var contents: [Region] = []

  /// The least share of the picture's area, and of each of its sides, that a part must have.
  private static let minimumArea = 0.08
  private static let minimumSide = 0.15
  /// Parts whose sides lie this close to each other have the same hash, or nearly.
  private static let tolerance = 0.003

  init(of luma: LumaGrid, kernels: Kernels = .best) {
    let page = PageContent(luma, kernels: kernels)
    let inner = page.withoutBorders(.loose)
    let blocks = page.blocks()
    let peeled = inner.map { Self.peeled($0, luma, kernels) } ?? []
    let plain =
      [inner].compactMap { $0 } + peeled
      + (inner == nil ? [] : [page.withoutBorders(.strict)].compactMap { $0 }) + blocks
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

  /// How many borders may lie within each other.
  private static let mostBorders = 3

  /// What is left within a border's own borders: a line within a margin, a letterbox on a page.
  private static func peeled(_ region: Region, _ luma: LumaGrid, _ kernels: Kernels) -> [Region] {
    var regions: [Region] = []
    var outer = region
    while regions.count + 1 < mostBorders, let part = luma.part(outer),
      let inner = PageContent(part, kernels: kernels).withoutBorders(.loose)
    {
      outer = outer.part(inner)
      regions.append(outer)
    }
    return regions
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

  private static func isPart(_ region: Region) -> Bool {
    region.width >= minimumSide && region.height >= minimumSide
      && region.width * region.height >= minimumArea && !region.isNear(.whole, within: tolerance)
  }

  private static func isNew(_ region: Region, _ known: [Region]) -> Bool {
    !known.contains { $0.isNear(region, within: tolerance) }
  }
}
