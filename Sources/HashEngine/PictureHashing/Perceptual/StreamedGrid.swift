/// The fast way to a ``PDQGrid``: the two box passes of each axis composed into one row of whole
/// numbers per sample, applied as rows arrive.
///
/// The grid is the true value rounded once. The reference's own rounding (``ReferenceGrid``) differs
/// from that in the last digits, which shows in a hash bit only where a coefficient ties with the
/// median.
struct StreamedGrid: PDQGridMaker {
  /// On a side longer than this, the sums could overflow 32 bits.
  static let longestSide = 32_768

  private let kernels: Kernels
  private var samples: WeightedSamples?

  init(kernels: Kernels = .best) { self.kernels = kernels }

  mutating func begin(_ layout: PixelLayout) {
    precondition(layout.width <= Self.longestSide && layout.height <= Self.longestSide)
    samples = WeightedSamples(
      layout, columns: .pdq(layout.width, reduction: layout.reduction),
      rows: .pdq(layout.height, reduction: layout.reduction), kernels: kernels)
  }

  mutating func take(_ batch: Span<UInt8>) { samples?.take(batch) }

  func finish() -> PDQGrid { samples.map { PDQGrid(values: $0.values) } ?? PDQGrid() }
}
