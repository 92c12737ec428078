/// The views of a picture besides the two exact ones (as stored and as shown), for a level of effort.
///
/// Flat views are where false matches come from: a view without detail is left out, and so is one whose
/// hash another view has already.
struct PictureViews {
  private(set) var hashes: [ViewedHash] = []

  private let kernels: Kernels
  private var sampler: ViewSampler
  private var seen: Set<PDQHash>

  /// How far the reference's samples typically lie after the middle of their blocks, in blocks, for a picture
  /// of some hundred pixels: its boxes of an even number of pixels reach one pixel farther ahead than back.
  static let usualPhase = 0.06

  /// - Parameters:
  ///   - coefficients: Those of the whole picture.
  ///   - turns: The turns that EXIF asks for.
  /// - Throws: ``ImageError`` `time-limit`.
  init(
    of luma: LumaGrid, _ picture: PDQFingerprint, _ coefficients: PDQCoefficients = .none,
    turns: [Orientation] = [], upTo effort: Effort,
    limits: DecodingLimits = DecodingLimits(), kernels: Kernels = .best
  ) throws(ImageError) {
    self.kernels = kernels
    sampler = ViewSampler(luma, kernels: kernels)
    seen = [picture.hash]
    guard effort > .exact, min(luma.width, luma.height) >= PDQHasher.minimumSide else { return }
    addTurned(picture, coefficients)
    // People see, border and crop the picture as EXIF turns it.
    let turns = turns.filter { $0 != .asStored }
    addExtended(.standard, [.inset(-0.015)], turns)
    let trims = Trims(of: luma, kernels: kernels)
    addContents(trims.contents, [.asStored, .mirrored] + turns, .standard)
    addRectangles(trims.rectangles(.clear), mirrored: 2, turns, .standard)
    guard effort > .standard else { return }
    try limits.checkTime()
    addContents(trims.contents.prefix(3), Self.otherwiseTurned, .thorough)
    addRectangles(trims.rectangles(.any), mirrored: 8, turns, .thorough)
    try limits.checkTime()
    addPhases()
    addExtended(.thorough, Self.extensions, turns)
    addRotated()
  }

  // MARK: The sets

  /// The eight orientations, and the inverted picture, whose coefficients differ only in their sign.
  ///
  /// Where the picture's own coefficients, turned, give a hash farther from the grid's than this, it is asked too:
  /// fine lines, as of text, lie otherwise on the grid than on the reference's samples.
  private mutating func addTurned(_ picture: PDQFingerprint, _ coefficients: PDQCoefficients) {
    if picture.isUsable { add(~picture.hash, View(isInverted: true), .standard) }
    let first = hashes.count
    add(sampler.grid(of: .whole), .standard, turned: Orientation.allCases)
    guard picture.isUsable, coefficients != .none else { return }
    let resampled = hashes[first...]
    for orientation in Orientation.allCases where orientation != .asStored {
      let hash = coefficients.turned(orientation).hash
      let isNear = resampled.contains {
        $0.view.orientation == orientation && $0.hash.distance(to: hash) <= Self.nearHash
      }
      if !isNear { add(hash, View(orientation: orientation), .standard) }
    }
  }

  /// Bits by which hashes may differ to count as one.
  private static let nearHash = 12

  private mutating func addContents(
    _ regions: some Sequence<Region>, _ orientations: [Orientation], _ effort: Effort
  ) {
    for region in regions {
      if orientations.contains(.asStored) {
        add(sampler.grid(of: region, phase: Self.usualPhase), of: region, effort)
      }
      add(
        sampler.grid(of: region), of: region, effort,
        turned: orientations.filter { $0 != .asStored })
    }
  }

  /// The orientations of a region that only `thorough` adds.
  private static let otherwiseTurned = Orientation.allCases.filter {
    $0 != .asStored && $0 != .mirrored
  }

  private mutating func addRectangles(
    _ regions: [Region], mirrored: Int, _ turns: [Orientation], _ effort: Effort
  ) {
    // Regions that share their rows follow each other, so that the rows are blended only once.
    let grouped = regions.enumerated().sorted {
      ($0.element.top, $0.element.bottom, $0.offset) < (
        $1.element.top, $1.element.bottom, $1.offset
      )
    }
    for (index, region) in grouped {
      add(
        sampler.grid(of: region), of: region, effort,
        turned: (index < mirrored ? [.asStored, .mirrored] : [.asStored]) + turns)
    }
  }

  private mutating func addPhases() {
    for phase in [2 * Self.usualPhase, -2 * Self.usualPhase] {
      // In a mirrored picture, what lay after the middle lies before it.
      let turned: [Orientation] = phase > 0 ? [.asStored] : [.mirrored, .turnedHalf, .flipped]
      add(sampler.grid(of: .whole, phase: phase), .thorough, turned: turned)
    }
  }

  private mutating func addExtended(
    _ effort: Effort, _ regions: [Region], _ turns: [Orientation]
  ) {
    for region in regions {
      add(sampler.grid(of: region, phase: Self.usualPhase), of: region, effort)
      if !turns.isEmpty { add(sampler.grid(of: region), of: region, effort, turned: turns) }
    }
  }

  private static let extensions: [Region] =
    [0.025, 0.05, 0.1].flatMap { [Region(left: -$0), Region(right: 1 + $0)] }
    + [0.025, 0.055].map { Region(left: -$0, right: 1 + $0) }
    + [0.025, 0.05, 0.1].flatMap { [Region(top: -$0), Region(bottom: 1 + $0)] }
    + [0.025, 0.055].map { Region(top: -$0, bottom: 1 + $0) }
    + [0.01, 0.02, 0.025, 0.045, 0.06].map { .inset(-$0) }

  private mutating func addRotated() {
    let rotated = RotatedGrids(sampler)
    for size in [1.2, 2.5, 4, 5.3] {
      for degrees in [-size, size] {
        add(rotated.grid(rotatedBy: degrees), rotation: degrees, .thorough)
      }
    }
  }

  // MARK: One view

  private mutating func add(
    _ grid: PDQGrid, of region: Region = .whole, rotation: Double = 0, _ effort: Effort,
    turned orientations: [Orientation] = [.asStored]
  ) {
    guard grid.hasDetail(kernels: kernels), region == .whole || !grid.isMostlyFlat else { return }
    let coefficients = PDQCoefficients(grid, kernels: kernels)
    for orientation in orientations {
      let view = View(
        region: region.inThousandths, rotation: rotation, orientation: orientation,
        isResampled: true)
      add(coefficients.turned(orientation).hash, view, effort)
    }
  }

  private mutating func add(_ hash: PDQHash, _ view: View, _ effort: Effort) {
    guard seen.insert(hash).inserted else { return }
    hashes.append(ViewedHash(hash: hash, view: view, effort: effort))
  }
}

extension PDQGrid {
  /// Whether there is enough detail for a hash to say anything about the picture.
  func hasDetail(kernels: Kernels) -> Bool {
    quality(kernels: kernels) >= PDQHash.minimumQuality
  }

  /// Whether four fifths of it are flat: a page without its picture, or a border that was extended.
  var isMostlyFlat: Bool {
    var flat = 0
    for row in 0..<Self.side - 1 {
      let start = row * Self.side
      for index in start..<start + Self.side - 1 {
        let value = values[index]
        if abs(values[index + 1] - value) < 0.5, abs(values[index + Self.side] - value) < 0.5 {
          flat += 1
        }
      }
    }
    return 5 * flat > 4 * (Self.side - 1) * (Self.side - 1)
  }
}
