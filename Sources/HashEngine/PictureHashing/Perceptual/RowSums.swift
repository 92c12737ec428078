internal import CKernels

/// Rows of a picture as they arrive, added up with whole-number weights to rows of samples: all sums are
/// exact. Memory is a few rows of sums.
struct RowSums {
  let kernels: Kernels
  private let stride: Int
  private let rows: AxisTaps
  /// Sums past a row that a kernel may read; they stay 0.
  private let padding: Int
  /// Rows seen.
  private var seen = 0
  /// Sums of the sample rows that are open, a row of the picture's width each; sample s lies at
  /// s modulo the number of rows.
  private var sums: [UInt32]
  private var nextSample = 0

  init(stride: Int, rows: AxisTaps, padding: Int = 0, kernels: Kernels) {
    self.stride = stride
    self.rows = rows
    self.padding = padding
    self.kernels = kernels
    sums = [UInt32](repeating: 0, count: rows.overlap * (stride + padding))
  }

  /// Takes some rows.
  ///
  /// - Parameter finish: Called with each sample row that is complete, its number and its sums.
  mutating func take(
    _ batch: Span<UInt8>, finish: (_ sample: Int, _ sums: UnsafePointer<UInt32>) -> Void
  ) {
    let arrived = seen..<seen + batch.count / stride
    seen = arrived.upperBound
    while nextSample < rows.samples, rows.end(ofSample: nextSample) <= seen {
      add(batch, arrived, toSample: nextSample)
      finishFirstSample(finish)
    }
    var open = nextSample
    while open < rows.samples, rows.start(ofSample: open) < seen {
      add(batch, arrived, toSample: open)
      open += 1
    }
  }

  private mutating func finishFirstSample(
    _ finish: (_ sample: Int, _ sums: UnsafePointer<UInt32>) -> Void
  ) {
    let slot = nextSample % rows.overlap * (stride + padding)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let sum = sums.baseAddress.map({ $0 + slot }) else { return }
      // The slot has `stride` sums and the padding.
      finish(nextSample, sum)
      sum.update(repeating: 0, count: stride)
    }
    nextSample += 1
  }

  private mutating func add(
    _ batch: Span<UInt8>, _ arrived: Range<Int>, toSample sample: Int
  ) {
    let slot = sample % rows.overlap * (stride + padding)
    let start = rows.start(ofSample: sample)
    let (table, stride) = (kernels.table, stride)
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
              // Places without a row have weight 0 and the first row's address: any readable row would do.
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
}
