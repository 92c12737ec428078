internal import CKernels

/// Shrinks a picture to 32×32 greys exactly as Pillow does, as rows arrive: to grey in 16-bit
/// fixed point, then Lanczos along rows, then columns, each in 22-bit fixed point rounded to a byte.
///
/// Source: Pillow's `Convert.c` (`L24`) and `Resample.c` (`ImagingResampleHorizontal_8bpc`), up to
/// version 12; 13.0 takes columns first in pictures higher than wide, which moves a bit now and then.
struct LanczosGrid {
  static let side = 32

  /// 32×32 greys, row by row.
  struct Pixels: Sendable, Hashable {
    var values = [UInt8](repeating: 0, count: side * side)
  }

  private let kernels: Kernels
  private var layout = PixelLayout(width: 0, height: 0, channels: 1, isLossless: true)
  private var columns = LanczosWeights.along(side)
  private var rows = LanczosWeights.along(side)
  private var grey: [UInt8] = []
  private var narrow: [UInt8] = []
  private var seen = 0
  private var sums: [Int32] = []

  init(kernels: Kernels = .best) { self.kernels = kernels }

  mutating func begin(_ layout: PixelLayout) {
    self.layout = layout
    columns = LanczosWeights.along(layout.width)
    rows = LanczosWeights.along(layout.height)
    grey = [UInt8](repeating: 0, count: layout.width)
    narrow = [UInt8](repeating: 0, count: Self.side)
    seen = 0
    sums = [Int32](repeating: LanczosWeights.half, count: Self.side * Self.side)
  }

  mutating func take(_ batch: Span<UInt8>) {
    for start in stride(from: 0, to: batch.count, by: layout.stride) {
      add(batch.extracting(start..<start + layout.stride))
    }
  }

  func finish() -> Pixels {
    Pixels(values: sums.map { LanczosWeights.byte($0) })
  }

  private mutating func add(_ row: Span<UInt8>) {
    let table = kernels.table
    row.withUnsafeBufferPointer { row in
      var source = row.baseAddress
      grey.withUnsafeMutableBufferPointer { grey in
        // `grey` has a byte for each column, and `row` a pixel.
        if layout.channels == 3 {
          table.pointee.grey_row(row.baseAddress, layout.width, grey.baseAddress)
          source = UnsafePointer(grey.baseAddress)
        }
        if layout.width == Self.side, let source {
          // Pillow does not resample an axis that has the right length already.
          for x in 0..<Self.side { narrow[x] = source[x] }
        } else {
          // All taps lie within the row (see LanczosWeights).
          table.pointee.weigh_row(
            source, columns.high, columns.low, columns.starts, columns.width, Self.side, &narrow)
        }
      }
    }
    defer { seen += 1 }
    if layout.height == Self.side {
      for x in 0..<Self.side { sums[seen * Self.side + x] = Int32(narrow[x]) << 22 }
      return
    }
    rows.weights.withUnsafeBufferPointer { weights in
      sums.withUnsafeMutableBufferPointer { sums in
        // A sample has 32 sums, and a weight for each of its lines.
        guard let weight = weights.baseAddress, let sum = sums.baseAddress else { return }
        for sample in rows.samples(at: seen) {
          let tap = seen - Int(rows.starts[sample])
          table.pointee.spread_row(
            narrow, weight[sample * rows.width + tap], sum + sample * Self.side)
        }
      }
    }
  }
}
