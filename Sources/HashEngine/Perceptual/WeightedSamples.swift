internal import CKernels

/// Samples of a picture, each a weighted mean over some rows and columns, taken as rows arrive. Memory
/// is a few rows of sums.
///
/// Rows are added up with whole-number weights, then columns, so that all sums are exact and each sample
/// is its true value rounded once.
struct WeightedSamples {
  private let kernels: Kernels
  private let layout: PixelLayout
  private let columns: AxisTaps
  private let rows: AxisTaps
  /// The samples, row by row.
  private(set) var values: [Float]
  /// Rows seen.
  private var seen = 0
  /// Sums of the sample rows that are open, a row of the picture's width each; sample s lies at
  /// s modulo the number of rows.
  private var sums: [UInt32]
  private var totals: [UInt64]
  private var nextSample = 0

  init(_ layout: PixelLayout, columns: AxisTaps, rows: AxisTaps, kernels: Kernels = .best) {
    self.layout = layout
    self.columns = columns
    self.rows = rows
    self.kernels = kernels
    values = [Float](repeating: 0, count: columns.samples * rows.samples)
    sums = [UInt32](repeating: 0, count: rows.overlap * layout.stride)
    totals = [UInt64](repeating: 0, count: columns.samples * layout.channels)
  }

  mutating func take(_ batch: Span<UInt8>) {
    let arrived = seen..<seen + batch.count / layout.stride
    seen = arrived.upperBound
    while nextSample < rows.samples, rows.end(ofSample: nextSample) <= seen {
      add(batch, arrived, toSample: nextSample)
      finishFirstSample()
    }
    var open = nextSample
    while open < rows.samples, rows.start(ofSample: open) < seen {
      add(batch, arrived, toSample: open)
      open += 1
    }
  }

  private mutating func add(
    _ batch: Span<UInt8>, _ arrived: Range<Int>, toSample sample: Int
  ) {
    let slot = sample % rows.overlap * layout.stride
    let start = rows.start(ofSample: sample)
    let (table, stride) = (kernels.table, layout.stride)
    let end = min(rows.end(ofSample: sample), arrived.upperBound)
    rows.weights.withUnsafeBufferPointer { weights in
      batch.withUnsafeBufferPointer { batch in
        sums.withUnsafeMutableBufferPointer { sums in
          guard let base = batch.baseAddress, let sum = sums.baseAddress.map({ $0 + slot })
          else { return }
          var line = max(start, arrived.lowerBound)
          while line < end {
            // `line` lies in `arrived`, so its `stride` bytes lie in `batch`; a slot has as many sums.
            let first = base + (line - arrived.lowerBound) * stride
            // Up to four rows at once, as long as their weights add up to no more than the kernel
            // takes.
            var group: (UInt16, UInt16, UInt16, UInt16) = (0, 0, 0, 0)
            var total: UInt32 = 0
            var count = 0
            while count < 4, line + count < end {
              let weight = weights[sample * rows.count + line + count - start]
              guard total + weight <= 257 else { break }
              total += weight
              switch count {
              case 0: group.0 = UInt16(weight)
              case 1: group.1 = UInt16(weight)
              case 2: group.2 = UInt16(weight)
              default: group.3 = UInt16(weight)
              }
              count += 1
            }
            if count == 0 {
              let weight = weights[sample * rows.count + line - start]
              table.pointee.accumulate_wide(sum, first, weight, stride)
              line += 1
            } else {
              // A weight of 0 stands with the first row: any readable one does.
              table.pointee.accumulate(
                sum, first, count > 1 ? first + stride : first,
                count > 2 ? first + 2 * stride : first, count > 3 ? first + 3 * stride : first,
                group.0, group.1, group.2, group.3, stride)
              line += count
            }
          }
        }
      }
    }
  }

  /// Adds up the columns of the first open sample row.
  private mutating func finishFirstSample() {
    let channels = layout.channels
    let slot = nextSample % rows.overlap * layout.stride
    sums.withUnsafeMutableBufferPointer { sums in
      guard let sum = sums.baseAddress.map({ $0 + slot }) else { return }
      // All taps lie within the width, so that the slot has a sum for each (see AxisTaps).
      kernels.table.pointee.weigh_sums(
        sum, channels, columns.weights, columns.starts, columns.count, columns.samples, &totals)
      sum.update(repeating: 0, count: layout.stride)
    }
    let scale = rows.denominators[nextSample]
    for sample in 0..<columns.samples {
      var value = Double(totals[sample * channels])
      if channels == 3 {
        value =
          Double(Luma.red) * value + Double(Luma.green) * Double(totals[3 * sample + 1])
          + Double(Luma.blue) * Double(totals[3 * sample + 2])
      }
      values[nextSample * columns.samples + sample] = Float(
        value / (scale * columns.denominators[sample]))
    }
    nextSample += 1
  }
}
