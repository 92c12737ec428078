internal import CKernels

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Grids of a part of the picture that lies askew: rotated about its middle, or seen in perspective. Where a view
/// reaches past the part, what is there is guessed.
struct WarpedGrids {
  /// Two samples a block: interpolating linearly between them is accurate enough.
  private static let side = 2 * PDQGrid.side

  private let samples: [Float]
  private let region: Region
  /// The region's width divided by its height, in pixels.
  private let aspect: Double
  private let kernels: Kernels

  /// - Parameter region: The part of the picture, upright.
  init(_ sampler: ViewSampler, region: Region = .whole) {
    samples = sampler.oversampled(Self.side, of: region)
    aspect = sampler.luma.aspect * region.width / region.height
    self.region = region
    kernels = sampler.kernels
  }

  /// Undoes a rotation.
  ///
  /// - Parameters:
  ///   - degrees: By how much the view is rotated, clockwise.
  ///   - extent: What is hashed, in shares of the region, once it is rotated.
  func grid(rotatedBy degrees: Double, extent: Region) -> PDQGrid {
    // A place in the view is rotated back to find its place in the picture.
    let angle = -degrees * .pi / 180
    let (sine, cosine) = (sin(angle), cos(angle))
    let (x, y) = (extent.left - 0.5, extent.top - 0.5)
    return grid(through: [
      cosine * extent.width, -sine * extent.height / aspect, cosine * x - sine * y / aspect + 0.5,
      sine * extent.width * aspect, cosine * extent.height, sine * x * aspect + cosine * y + 0.5,
      0, 0, 1,
    ])
  }

  /// What lies between four corners, made a rectangle.
  func grid(of corners: Corners) -> PDQGrid? {
    corners.within(region).mapFromSquare.map { grid(through: $0) }
  }

  /// - Parameter map: From the view's unit square to shares of the region: nine numbers, row by row.
  private func grid(through map: [Double]) -> PDQGrid {
    let side = Double(Self.side)
    // From shares to samples, whose middles are half a sample in.
    var scaled = map
    for column in 0..<3 {
      scaled[column] = map[column] * side - 0.5 * map[6 + column]
      scaled[3 + column] = map[3 + column] * side - 0.5 * map[6 + column]
    }
    var grid = PDQGrid()
    var unknown = [UInt16](repeating: 0, count: grid.values.count + 1)
    // The square has `side` times `side` samples; the map has nine numbers, the grid 64×64 cells, and there is room for
    // all of them and one more.
    let count = kernels.table.pointee.warp(
      samples, Self.side, scaled.map { Float($0) }, &grid.values, &unknown)
    grid.guess(Array(unknown.prefix(count)), kernels: kernels)
    return grid
  }
}
