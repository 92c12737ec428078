/// A picture's luma, made small: each sample the mean of the pixels it covers. Other views of the
/// picture can be computed from it without decoding again.
public struct LumaGrid: Sendable, Hashable {
  /// Samples along either side, at the most; a shorter side keeps its pixels.
  public static let longestSide = 512

  /// Samples of a row, and rows.
  public let width: Int
  public let height: Int
  /// Row by row, 0 to 255.
  public let values: [Float]
}

/// Makes a ``LumaGrid`` of rows as they arrive.
struct LumaGridMaker {
  private var samples: WeightedSamples?
  private var size = (width: 0, height: 0)

  mutating func begin(_ layout: PixelLayout, kernels: Kernels = .best) {
    let columns = AxisTaps.area(layout.width, reduction: layout.reduction)
    let rows = AxisTaps.area(layout.height, reduction: layout.reduction)
    size = (columns.samples, rows.samples)
    samples = WeightedSamples(layout, columns: columns, rows: rows, kernels: kernels)
  }

  mutating func take(_ batch: Span<UInt8>) { samples?.take(batch) }

  func finish() -> LumaGrid {
    LumaGrid(width: size.width, height: size.height, values: samples?.values ?? [])
  }
}
