internal import CKernels

/// The fast way to a ``PDQGrid``: the two box passes of each axis composed into one row of whole
/// numbers per sample, applied as rows arrive. Memory is a few rows of sums.
///
/// All sums are exact integers, so the grid is the true value rounded once. The reference's own
/// rounding (``ReferenceGrid``) differs from that in the last digits, which shows in a hash bit only
/// where a coefficient ties with the median.
struct StreamedGrid: PDQGridMaker {
  /// Along a longer side than this the sums could pass 32 bits.
  static let longestSide = 32_768

  private let kernels: Kernels
  private var layout = PixelLayout(width: 0, height: 0, channels: 1, isLossless: false)
  private var columns: [PDQFilter.Taps] = []
  private var rows: [PDQFilter.Taps] = []
  private var grid = PDQGrid()
  /// Rows seen.
  private var seen = 0
  /// Sums of samples rows begun and not finished; the first belongs to `nextSample`.
  private var sums: [[UInt32]] = []
  private var spare: [[UInt32]] = []
  private var nextSample = 0

  init(kernels: Kernels = .best) { self.kernels = kernels }

  mutating func begin(_ layout: PixelLayout) {
    precondition(layout.width <= Self.longestSide && layout.height <= Self.longestSide)
    self.layout = layout
    let (across, down) = (PDQFilter(length: layout.width), PDQFilter(length: layout.height))
    columns = (0..<PDQFilter.samples).map { across.taps(ofSample: $0) }
    rows = (0..<PDQFilter.samples).map { down.taps(ofSample: $0) }
  }

  mutating func take(_ batch: Span<UInt8>) {
    let arrived = seen..<seen + batch.count / layout.stride
    seen = arrived.upperBound
    while nextSample < rows.count, rows[nextSample].lines.upperBound <= seen {
      add(batch, arrived, toSample: nextSample)
      finishFirstSample()
    }
    var open = nextSample
    while open < rows.count, rows[open].start < seen {
      add(batch, arrived, toSample: open)
      open += 1
    }
  }

  mutating func finish() -> PDQGrid { grid }

  private mutating func add(
    _ batch: Span<UInt8>, _ arrived: Range<Int>, toSample sample: Int
  ) {
    let index = sample - nextSample
    if index == sums.count {
      sums.append(spare.popLast() ?? [UInt32](repeating: 0, count: layout.stride))
    }
    let taps = rows[sample]
    let stride = layout.stride
    let lines = taps.lines.clamped(to: arrived)
    guard !lines.isEmpty else { return }
    let table = kernels.table.pointee
    batch.withUnsafeBufferPointer { batch in
      sums[index].withUnsafeMutableBufferPointer { sums in
        guard let base = batch.baseAddress, let sum = sums.baseAddress else { return }
        var line = lines.lowerBound
        while line < lines.upperBound {
          // `line` lies in `arrived`, so its `stride` bytes lie in `batch`; `sums` has as many.
          let first = base + (line - arrived.lowerBound) * stride
          var weights: (UInt16, UInt16, UInt16, UInt16) = (0, 0, 0, 0)
          var total: UInt32 = 0
          var count = 0
          while count < 4, line + count < lines.upperBound {
            let weight = taps.weights[line + count - taps.start]
            guard total + weight <= 257 else { break }
            total += weight
            switch count {
            case 0: weights.0 = UInt16(weight)
            case 1: weights.1 = UInt16(weight)
            case 2: weights.2 = UInt16(weight)
            default: weights.3 = UInt16(weight)
            }
            count += 1
          }
          if count == 0 {
            table.accumulate_wide(sum, first, taps.weights[line - taps.start], stride)
            line += 1
          } else {
            // A weight of 0 stands with the first row: any readable one does.
            table.accumulate(
              sum, first, count > 1 ? first + stride : first,
              count > 2 ? first + 2 * stride : first, count > 3 ? first + 3 * stride : first,
              weights.0, weights.1, weights.2, weights.3, stride)
            line += count
          }
        }
      }
    }
  }

  /// Adds up the columns of the first open sample row.
  private mutating func finishFirstSample() {
    var sum = sums.removeFirst()
    let scale = Double(rows[nextSample].denominator)
    let channels = layout.channels
    let luma = (Double(Luma.red), Double(Luma.green), Double(Luma.blue))
    sum.withUnsafeBufferPointer { sum in
      for (sample, taps) in columns.enumerated() {
        // Taps lie within the width, so `sum` has an element for each.
        var totals: (UInt64, UInt64, UInt64) = (0, 0, 0)
        taps.weights.withUnsafeBufferPointer { weights in
          var index = taps.start * channels
          if channels == 1 {
            for weight in weights {
              totals.0 &+= UInt64(weight) &* UInt64(sum[index])
              index &+= 1
            }
          } else {
            for weight in weights {
              totals.0 &+= UInt64(weight) &* UInt64(sum[index])
              totals.1 &+= UInt64(weight) &* UInt64(sum[index &+ 1])
              totals.2 &+= UInt64(weight) &* UInt64(sum[index &+ 2])
              index &+= 3
            }
          }
        }
        let value =
          channels == 1
          ? Double(totals.0)
          : luma.0 * Double(totals.0) + luma.1 * Double(totals.1) + luma.2 * Double(totals.2)
        grid.values[nextSample * PDQGrid.side + sample] =
          Float(value / (scale * Double(taps.denominator)))
      }
    }
    sum.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    spare.append(sum)
    nextSample += 1
  }
}
