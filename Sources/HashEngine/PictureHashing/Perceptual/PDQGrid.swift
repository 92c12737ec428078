internal import CKernels

/// A picture as PDQ sees it: 64×64 luma samples, row by row, 0 to 255.
struct PDQGrid {
  static let side = PDQFilter.samples

  var values = [Float](repeating: 0, count: side * side)

  /// 0 to 100 by the reference's gradient sum: how much neighbouring samples differ.
  ///
  /// Reference: `pdq/cpp/hashing/pdqhashing.cpp`, `computePDQImageDomainQualityMetric`.
  func quality(kernels: Kernels = .best) -> Int {
    // `values` has the 64×64 floats that the kernel reads.
    min(100, Int(kernels.table.pointee.gradient(values)) / 90)
  }

  /// Whether four fifths of it are flat: a page without its picture, or a border that was extended.
  func isMostlyFlat(kernels: Kernels) -> Bool {
    // `values` has the 64×64 floats that the kernel reads.
    let flat = Int(kernels.table.pointee.flat_cells(values, 0.5))
    return 5 * flat > 4 * (Self.side - 1) * (Self.side - 1)
  }

  /// The standard deviation of a picture with full contrast, in grey levels.
  private static let fullContrast: Float = 64
  /// How much contrast may be restored. What is flatter than four grey levels is lost in what an encoder leaves.
  private static let mostRestored: Float = 16
  /// A picture with less contrast than this, in grey levels, is flat.
  private static let leastContrast: Float = 1.5

  /// The ``quality(kernels:)`` that the picture would have with full contrast.
  func detail(kernels: Kernels = .best) -> Int {
    let quality = quality(kernels: kernels)
    guard quality < PDQHash.minimumQuality else { return quality }
    let mean = values.reduce(0, +) / Float(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)
    let contrast = variance.squareRoot()
    guard contrast >= Self.leastContrast else { return quality }
    let gain = min(Self.mostRestored, max(1, Self.fullContrast / contrast))
    return PDQGrid(values: values.map { ($0 - mean) * gain }).quality(kernels: kernels)
  }
}

/// Makes a ``PDQGrid`` of rows as they arrive.
protocol PDQGridMaker {
  mutating func begin(_ layout: PixelLayout)
  mutating func take(_ rows: Span<UInt8>)

  /// The grid, once all rows came.
  mutating func finish() -> PDQGrid
}

/// Luma as the reference has it: `0.299 R + 0.587 G + 0.114 B` in `Float`, grey as it is.
enum Luma {
  static let red: Float = 0.299
  static let green: Float = 0.587
  static let blue: Float = 0.114
}
