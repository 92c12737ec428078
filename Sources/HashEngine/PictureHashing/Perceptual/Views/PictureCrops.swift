/// What is left of a picture when some percent are cropped from all sides, from one or from two, or when it
/// is cropped to a usual format. Each also finds crops that take off a percent or two more or less.
struct PictureCrops {
  private(set) var hashes: [ViewedHash] = []

  /// Formats to which pictures are cropped: width by height.
  private static let formats = [1, 4.0 / 5, 5.0 / 4, 9.0 / 16, 16.0 / 9]
  /// The least share of a side that a crop to a format leaves.
  private static let minimumSide = 0.5

  init(of luma: LumaGrid, _ picture: PDQFingerprint, kernels: Kernels = .best) {
    guard picture.isListable, min(luma.width, luma.height) >= PDQHasher.minimumSide else { return }
    var sampler = ViewSampler(luma, kernels: kernels)
    var seen: Set<PDQHash> = [picture.hash]
    for region in Self.regions(aspect: luma.aspect) {
      let grid = sampler.grid(of: region, phase: PictureViews.usualPhase)
      guard grid.quality(kernels: kernels) >= PDQHash.minimumQuality,
        !grid.isMostlyFlat(kernels: kernels)
      else { continue }
      let hash = OrientedHashes(PDQCoefficients(grid, kernels: kernels), kernels: kernels)[
        .asStored]
      guard seen.insert(hash).inserted else { continue }
      hashes.append(
        ViewedHash(hash: hash, view: View(region: region, isResampled: true), effort: .exact))
    }
  }

  private static func regions(aspect: Double) -> [Region] {
    var regions = [0.025, 0.05, 0.075, 0.1].map { Region.inset($0) }
    for share in [0.05, 0.1, 0.15] {
      regions += [
        Region(left: share), Region(right: 1 - share), Region(top: share),
        Region(bottom: 1 - share),
      ]
    }
    for share in [0.05, 0.1] {
      regions += [
        Region(left: share, right: 1 - share), Region(top: share, bottom: 1 - share),
        Region(left: share, top: share), Region(top: share, right: 1 - share),
        Region(left: share, bottom: 1 - share), Region(right: 1 - share, bottom: 1 - share),
      ]
    }
    for format in formats {
      let (width, height) = (min(1, format / aspect), min(1, aspect / format))
      guard min(width, height) >= minimumSide, min(width, height) < 0.98 else { continue }
      regions.append(
        Region(
          left: (1 - width) / 2, top: (1 - height) / 2, right: (1 + width) / 2,
          bottom: (1 + height) / 2))
    }
    return regions.map { $0.inThousandths }
  }
}
