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
    let inner = InnerPictures(of: luma, upTo: effort, kernels: kernels)
    addInner(inner.parts(.standard), .standard)
    guard effort > .standard else { return }
    try limits.checkTime()
    add(.whole, extent: .inset(-0.015), Orientation.allCases, .thorough)
    add(.whole, extent: .inset(-0.025), [.mirrored], .thorough)
    addInner(inner.parts(.thorough), .thorough)
    addInner(inner.partsOfParts(), .thorough)
    if let part = inner.parts(.standard).first, part.score >= InnerPictures.likely,
      let cut = luma.part(part.region)
    {
      let warped = WarpedGrids(sampler, region: part.region)
      addRotated(warped, part.region, cut.aspect, hasGrown: cut.hasPlainCorners)
    }
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
    if picture.isComparable, !picture.hash.isRegular {
      add(~picture.hash, View(isInverted: true), .standard)
    }
    let grid = sampler.grid(of: .whole)
    guard grid.detail(kernels: kernels) >= PDQHash.minimumQuality else { return }
    let resampled = OrientedHashes(PDQCoefficients(grid, kernels: kernels), kernels: kernels)
    let stored =
      picture.isComparable && coefficients != .none
      ? OrientedHashes(coefficients, kernels: kernels) : nil
    add(resampled[.asStored], View(isResampled: true), .standard)
    for orientation in Orientation.allCases
    where orientation != .asStored && !resampled[orientation].isRegular {
      let view = View(orientation: orientation, isResampled: true)
      add(resampled[orientation], view, .standard)
      add(~resampled[orientation], view.inverted, .standard)
      guard let hash = stored?[orientation], !hash.isRegular,
        hash.distance(to: resampled[orientation]) > Self.nearHash
      else { continue }
      add(hash, View(orientation: orientation), .standard)
      add(~hash, View(orientation: orientation, isInverted: true), .standard)
    }
    addFilled(grid, View(isResampled: true), Self.mirrored, .standard)
  }

  /// Bits by which hashes may differ to count as one.
  private static let nearHash = 12

  /// Parts, and the likeliest of them in more ways.
  private mutating func addInner(_ parts: [InnerPictures.Part], _ effort: Effort) {
    let isThorough = effort > .standard
    for (index, part) in parts.enumerated() {
      let isLikely = part.score >= InnerPictures.likely
      // At `thorough`, the first parts have been asked mirrored and extended already.
      let isFirst = isLikely || index < 4 && !isThorough
      let orientations =
        isLikely && index < (isThorough ? 4 : 2)
        ? Orientation.allCases : isFirst ? Self.mirrored : [.asStored]
      let alsoInverted = isLikely && index < (isThorough ? 2 : 1)
      add(part.region, orientations, alsoInverted: alsoInverted, effort)
      if isFirst { add(part.region, extent: .inset(-0.015), [.asStored], effort) }
      if isLikely && isThorough && index < 2 {
        add(part.region, extent: .inset(-0.025), [.asStored], effort)
      }
    }
  }

  /// Pictures that lie tilted, and what lies within the likeliest one, if that is likely: a print has a rim.
  private mutating func addTilted(_ tilted: TiltedPictures) {
    for (index, found) in tilted.found.enumerated() {
      let isFirst = index == 0 && found.clarity >= TiltedPictures.likely
      addTilted(
        found.corners, isFirst ? Orientation.allCases : index == 0 ? Self.mirrored : [.asStored],
        alsoInverted: isFirst)
      guard isFirst, let straight = sampler.luma.straightened(found.corners) else { continue }
      let inner = InnerPictures(of: straight, upTo: .standard, kernels: kernels)
      for part in inner.parts(.standard).prefix(4) {
        guard let corners = found.corners.part(part.region) else { continue }
        let isLikely = part.score >= InnerPictures.likely
        addTilted(corners, isLikely ? Orientation.allCases : [.asStored])
      }
    }
  }

  private mutating func addTilted(
    _ corners: Corners, _ orientations: [Orientation], alsoInverted: Bool = false
  ) {
    let warped = WarpedGrids(sampler, region: corners.bounds)
    guard let grid = warped.grid(of: corners) else { return }
    let view = View(corners: corners, isResampled: true)
    add(grid, view, orientations, alsoInverted: alsoInverted, .thorough)
  }

  private mutating func addPhases() {
    for phase in [2 * Self.usualPhase, -2 * Self.usualPhase] {
      let grid = sampler.grid(of: .whole, phase: phase)
      add(grid, View(isResampled: true), [.asStored], .thorough)
    }
  }

  private static let extensions: [Region] =
    [0.025, 0.05, 0.1].flatMap { [Region(left: -$0), Region(right: 1 + $0)] }
    + [0.055].map { Region(left: -$0, right: 1 + $0) }
    + [0.025, 0.05, 0.1].flatMap { [Region(top: -$0), Region(bottom: 1 + $0)] }
    + [0.055].map { Region(top: -$0, bottom: 1 + $0) }
    + [0.025, 0.045, 0.06].map { .inset(-$0) }

  /// The picture extended, and rotated. For each angle, what a rotation leaves of the picture follows from geometry: it
  /// kept its frame and lost its corners, or what the corners left empty was cut off, or the frame grew with it.
  private mutating func addWarped() {
    let warped = WarpedGrids(sampler)
    for extent in Self.extensions {
      let view = View(extent: extent, isResampled: true)
      add(warped.grid(rotatedBy: 0, extent: extent), view, [.asStored], .thorough)
    }
    addRotated(warped, .whole, sampler.luma.aspect, hasGrown: sampler.luma.hasPlainCorners)
  }

  /// A part, as whatever a rotation left of it.
  private mutating func addRotated(
    _ warped: WarpedGrids, _ region: Region, _ aspect: Double, hasGrown: Bool
  ) {
    // A frame that grew has corners that nothing was put into.
    let frames: [RotatedFrame] = hasGrown ? [.kept, .cut, .grown] : [.kept, .cut]
    for size in region == .whole ? [1.2, 2.5, 4, 5.3] : [1.8, 3.5] {
      for degrees in [-size, size] {
        for frame in frames {
          let extent = frame.extent(degrees, aspect)
          let view = View(region: region, extent: extent, rotation: degrees, isResampled: true)
          add(
            warped.grid(rotatedBy: degrees, extent: extent), view,
            frame == .grown ? Self.mirrored : [.asStored], alsoInverted: region != .whole,
            .thorough)
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
    addHashes(grid, view, orientations, alsoInverted: alsoInverted, effort)
    guard view.extent == .whole, view.rotation == 0, view.corners == nil else { return }
    addFilled(grid, view, orientations, effort)
  }

  /// The grid with its round corners filled, if it has such corners.
  private mutating func addFilled(
    _ grid: PDQGrid, _ view: View, _ orientations: [Orientation], _ effort: Effort
  ) {
    guard let filled = grid.withFilledCorners(kernels: kernels) else { return }
    addHashes(filled, view.withFilledCorners, orientations, effort)
  }

  private mutating func addHashes(
    _ grid: PDQGrid, _ view: View, _ orientations: [Orientation], alsoInverted: Bool = false,
    _ effort: Effort
  ) {
    let turned = OrientedHashes(
      PDQCoefficients(grid, kernels: kernels), orientations, kernels: kernels)
    // Turned, a hash may be regular that was not.
    for orientation in orientations where !turned[orientation].isRegular {
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
