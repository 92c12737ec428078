internal import CKernels

/// Samples of a picture, each a weighted mean over some rows and columns, taken as rows arrive: first
/// rows are added up, then columns, so that all sums are exact and each sample is its true value rounded
/// once.
struct WeightedSamples {
  private let kernels: Kernels
  private let channels: Int
  private let columns: AxisTaps
  private let rows: AxisTaps
  private var rowSums: RowSums
  /// The samples, row by row.
  private(set) var values: [Float]
  private var totals: [UInt64]

  init(_ layout: PixelLayout, columns: AxisTaps, rows: AxisTaps, kernels: Kernels = .best) {
    self.kernels = kernels
    self.columns = columns
    self.rows = rows
    channels = layout.channels
    rowSums = RowSums(stride: layout.stride, rows: rows, kernels: kernels)
    values = [Float](repeating: 0, count: columns.samples * rows.samples)
    totals = [UInt64](repeating: 0, count: columns.samples * layout.channels)
  }

  mutating func take(_ batch: Span<UInt8>) {
    // Taken apart, since the closure may not hold all of self.
    let (kernels, channels, columns, rows) = (kernels, channels, columns, rows)
    var (values, totals) = ([Float](), [UInt64]())
    swap(&values, &self.values)
    swap(&totals, &self.totals)
    rowSums.take(batch) { sample, sums in
      // All taps lie within the width, so that there is a sum for each (see AxisTaps).
      kernels.table.pointee.weigh_sums(
        sums, channels, columns.weights, columns.starts, columns.count, columns.samples, &totals)
      let scale = rows.denominators[sample]
      for column in 0..<columns.samples {
        var value = Double(totals[column * channels])
        if channels == 3 {
          value =
            Double(Luma.red) * value + Double(Luma.green) * Double(totals[3 * column + 1])
            + Double(Luma.blue) * Double(totals[3 * column + 2])
        }
        values[sample * columns.samples + column] = Float(
          value / (scale * columns.denominators[column]))
      }
    }
    swap(&values, &self.values)
    swap(&totals, &self.totals)
  }
}
