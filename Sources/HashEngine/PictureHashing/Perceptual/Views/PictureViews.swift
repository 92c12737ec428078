/// The views of a picture besides the two exact ones (as stored and as shown), for a level of effort.
///
/// Flat and regular views are where false matches come from: a view without detail is left out, and so is one whose
/// hash is regular, or another view's already.
struct PictureViews {
  private(set) var hashes: [ViewedHash] = []

  private let kernels: Kernels
  private var sampler: ViewSampler
  private var seen: Set<PDQHash>
  /// The turns that EXIF asks for, besides none.
  private let turns: [Orientation]

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
    // People see, border and crop the picture as EXIF turns it.
    self.turns = turns.filter { $0 != .asStored }
    sampler = ViewSampler(luma, kernels: kernels)
    seen = [picture.hash]
    guard effort > .exact, min(luma.width, luma.height) >= PDQHasher.minimumSide else { return }
    addTurned(picture, coefficients)
    add(.whole, extent: .inset(-0.015), Self.mirrored, .standard)
    let inner = InnerPictures(of: luma, kernels: kernels)
    addInner(inner.regions(.clear), .standard)
    guard effort > .standard else { return }
    try limits.checkTime()
    add(.whole, extent: .inset(-0.015), Orientation.allCases, .thorough)
    addInner(inner.nestedRegions(.any), .thorough)
    try limits.checkTime()
    addTilted(TiltedPictures(luma, inner.lines))
    try limits.checkTime()
    addPhases()
    addWarped()
  }

  // MARK: The sets

  private static let mirrored: [Orientation] = [.asStored, .mirrored]

  /// The eight orientations, and the inverted picture in all of them.
  ///
  /// Where the picture's own coefficients, turned, give a hash farther from the grid's than this, it is asked too:
  /// fine lines, as of text, lie otherwise on the grid than on the reference's samples.
  private mutating func addTurned(_ picture: PDQFingerprint, _ coefficients: PDQCoefficients) {
    if picture.isComparable { add(~picture.hash, View(isInverted: true), .standard) }
    let grid = sampler.grid(of: .whole)
    guard grid.detail(kernels: kernels) >= PDQHash.minimumQuality else { return }
    let resampled = OrientedHashes(PDQCoefficients(grid, kernels: kernels), kernels: kernels)
    let stored =
      picture.isComparable && coefficients != .none
      ? OrientedHashes(coefficients, kernels: kernels) : nil
    let isRegular = resampled[.asStored].isRegular
    for orientation in isRegular ? [.asStored] : Orientation.allCases {
      let view = View(orientation: orientation, isResampled: true)
      add(resampled[orientation], view, .standard)
      if orientation != .asStored { add(~resampled[orientation], view.inverted, .standard) }
      guard orientation != .asStored, let hash = stored?[orientation],
        hash.distance(to: resampled[orientation]) > Self.nearHash
      else { continue }
      add(hash, View(orientation: orientation), .standard)
      add(~hash, View(orientation: orientation, isInverted: true), .standard)
    }
  }

  /// Bits by which hashes may differ to count as one.
  private static let nearHash = 12

  private mutating func addInner(_ regions: some Sequence<Region>, _ effort: Effort) {
    let isThorough = effort > .standard
    for (index, region) in regions.enumerated() {
      let orientations =
        index < 2 && isThorough ? Orientation.allCases : index < 6 ? Self.mirrored : [.asStored]
      add(region, orientations, alsoInverted: index < (isThorough ? 3 : 1), effort)
      if index < 5 { add(region, extent: .inset(-0.015), [.asStored], effort) }
    }
  }

  private mutating func addTilted(_ tilted: TiltedPictures) {
    for (index, found) in tilted.found.enumerated() {
      let bounds = found.corners.bounds
      let warped = WarpedGrids(sampler, region: bounds)
      guard let grid = warped.grid(of: found.corners) else { continue }
      let view = View(corners: found.corners, isResampled: true)
      let orientations =
        index == 0 ? Orientation.allCases : index == 1 ? Self.mirrored : [.asStored]
      add(grid, view, orientations, alsoInverted: index == 0, .thorough)
    }
  }

  private mutating func addPhases() {
    for phase in [2 * Self.usualPhase, -2 * Self.usualPhase] {
      // In a mirrored picture, what lay after the middle lies before it.
      let turned: [Orientation] = phase > 0 ? [.asStored] : [.mirrored, .turnedHalf, .flipped]
      add(
        sampler.grid(of: .whole, phase: phase), View(isResampled: true), turned, .thorough)
    }
  }

  private static let extensions: [Region] =
    [0.025, 0.05, 0.1].flatMap { [Region(left: -$0), Region(right: 1 + $0)] }
    + [0.025, 0.055].map { Region(left: -$0, right: 1 + $0) }
    + [0.025, 0.05, 0.1].flatMap { [Region(top: -$0), Region(bottom: 1 + $0)] }
    + [0.025, 0.055].map { Region(top: -$0, bottom: 1 + $0) }
    + [0.01, 0.02, 0.025, 0.045, 0.06].map { .inset(-$0) }

  /// The picture extended, and rotated. For each angle, what a rotation leaves of the picture follows from geometry: it
  /// kept its frame and lost its corners, or what the corners left empty was cut off, or the frame grew with it.
  private mutating func addWarped() {
    let warped = WarpedGrids(sampler)
    for extent in Self.extensions {
      let view = View(extent: extent, isResampled: true)
      add(warped.grid(rotatedBy: 0, extent: extent), view, [.asStored], .thorough)
    }
    // A frame that grew has corners that nothing was put into.
    let frames: [RotatedFrame] =
      sampler.luma.hasPlainCorners ? [.kept, .cut, .grown] : [.kept, .cut]
    for size in [1.2, 2.5, 4, 5.3] {
      for degrees in [-size, size] {
        for frame in frames {
          let extent = frame.extent(degrees, sampler.luma.aspect)
          let view = View(extent: extent, rotation: degrees, isResampled: true)
          add(warped.grid(rotatedBy: degrees, extent: extent), view, [.asStored], .thorough)
        }
      }
    }
  }

  // MARK: One view

  /// A part of the picture, or an area that reaches past it, in these orientations and those of EXIF.
  private mutating func add(
    _ region: Region, extent: Region = .whole, _ orientations: [Orientation],
    alsoInverted: Bool = false, _ effort: Effort
  ) {
    let view = View(region: region, extent: extent, isResampled: true)
    // Upright, samples lie where the reference's do; turned, they lie in the middle.
    let phase = orientations == [.asStored] && turns.isEmpty ? Self.usualPhase : 0
    add(
      sampler.grid(of: region, extent: extent, phase: phase), view,
      orientations + turns.filter { !orientations.contains($0) }, alsoInverted: alsoInverted,
      effort)
  }

  private mutating func add(
    _ grid: PDQGrid, _ view: View, _ orientations: [Orientation], alsoInverted: Bool = false,
    _ effort: Effort
  ) {
    guard grid.detail(kernels: kernels) >= PDQHash.minimumQuality,
      view.region == .whole || !grid.isMostlyFlat(kernels: kernels)
    else { return }
    let turned = OrientedHashes(
      PDQCoefficients(grid, kernels: kernels), orientations, kernels: kernels)
    guard let first = orientations.first, !turned[first].isRegular else { return }
    for orientation in orientations {
      var view = view
      view.orientation = orientation
      add(turned[orientation], view, effort)
      if alsoInverted { add(~turned[orientation], view.inverted, effort) }
    }
  }

  private mutating func add(_ hash: PDQHash, _ view: View, _ effort: Effort) {
    guard seen.insert(hash).inserted else { return }
    hashes.append(ViewedHash(hash: hash, view: view.inThousandths, effort: effort))
  }
}
