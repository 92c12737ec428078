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
