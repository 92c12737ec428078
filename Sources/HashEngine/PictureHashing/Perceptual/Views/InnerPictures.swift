/// The parts of a picture that may be another picture, the likeliest first: what lies on a page of one tone or between
/// straight sides, and what lies so within the likeliest of these, since a screenshot is framed and a framed picture
/// photographed.
struct InnerPictures {
  private let luma: LumaGrid
  private let kernels: Kernels
  private let contents: [Region]
  let lines: StraightLines

  /// Parts whose sides lie this close to each other have the same hash, or nearly.
  private static let tolerance = 0.004
  /// In so many of the likeliest parts it is looked again, if they are at least this large a share of the picture.
  private static let mostOuter = 2
  private static let minimumOuter = 0.1
  /// How many parts each of these adds.
  private static let mostInner = 5

  init(of luma: LumaGrid, kernels: Kernels = .best) {
    self.luma = luma
    self.kernels = kernels
    contents = Trims(of: luma, kernels: kernels).contents
    lines = StraightLines(luma, kernels: kernels)
  }

  /// What lies on a page, and what lies between sides, in turn.
  func regions(_ selection: FramedRegions.Selection) -> [Region] {
    let framed = FramedRegions(luma, lines, selection).found
    var regions: [Region] = []
    for index in 0..<max(contents.count, framed.count) {
      if index < contents.count { Self.add(contents[index], to: &regions) }
      if index < framed.count { Self.add(framed[index].region, to: &regions) }
      if regions.count >= selection.regions { break }
    }
    return regions
  }

  /// The same, and what lies within the first of them.
  func nestedRegions(_ selection: FramedRegions.Selection) -> [Region] {
    var regions = regions(selection)
    var outer: [Region] = []
    for region in regions where region.width * region.height >= Self.minimumOuter {
      guard outer.count < Self.mostOuter else { break }
      if !outer.contains(where: { $0.isNear(region, within: 0.05) }) { outer.append(region) }
    }
    for region in outer {
      guard let part = luma.part(region) else { continue }
      let inner = InnerPictures(of: part, kernels: kernels)
      for found in inner.regions(selection).prefix(Self.mostInner) {
        Self.add(region.part(found), to: &regions)
      }
    }
    return regions
  }

  private static func add(_ region: Region, to regions: inout [Region]) {
    guard region.width >= 0.1, region.height >= 0.1,
      !regions.contains(where: { $0.isNear(region, within: tolerance) })
    else { return }
    regions.append(region)
  }
}
