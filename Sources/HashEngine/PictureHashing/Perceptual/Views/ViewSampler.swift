internal import CKernels

/// Samples a ``LumaGrid`` as PDQ would sample a part of the picture.
struct ViewSampler {
  let luma: LumaGrid
  let kernels: Kernels
  /// The rows that ``blended`` holds, kept for the next region, which often has the same top and bottom.
  private var rows: (top: Double, bottom: Double, phase: Double)?
  private var blended: [Float]
  private let stride: Int

  init(_ luma: LumaGrid, kernels: Kernels = .best) {
    self.luma = luma
    self.kernels = kernels
    // The kernel reads up to seven columns past the last, with weights of 0.
    stride = (luma.width + 7) / 8 * 8 + 8
    blended = [Float](repeating: 0, count: PDQGrid.side * stride)
  }

  /// - Parameter phase: How far samples lie to the right of and below the middle of their blocks, in blocks.
  mutating func grid(of region: Region, phase: Double = 0) -> PDQGrid {
    if rows.map({ $0 != (region.top, region.bottom, phase) }) ?? true {
      blend(
        rows: TentTaps(
          length: luma.height, stretch: Self.stretch(region.top, region.bottom, luma.height),
          phase: phase), into: &blended)
      rows = (region.top, region.bottom, phase)
    }
    let columns = TentTaps(
      length: luma.width, stretch: Self.stretch(region.left, region.right, luma.width),
      phase: phase, unit: 8)
    var grid = PDQGrid()
    blend(columns: columns, of: blended, rows: PDQGrid.side, into: &grid.values)
    return grid
  }

  /// The whole picture in more samples than PDQ's 64, with PDQ's blur.
  func oversampled(_ side: Int) -> [Float] {
    let whole = { Self.stretch(0, 1, $0) }
    var blended = [Float](repeating: 0, count: side * stride)
    blend(
      rows: TentTaps(length: luma.height, stretch: whole(luma.height), samples: side),
      into: &blended)
    var samples = [Float](repeating: 0, count: side * side)
    blend(
      columns: TentTaps(length: luma.width, stretch: whole(luma.width), samples: side, unit: 8),
      of: blended, rows: side, into: &samples)
    return samples
  }

  private static func stretch(_ start: Double, _ end: Double, _ length: Int) -> ClosedRange<Double>
  {
    let first = start * Double(length)
    return first...max(first + 1, end * Double(length))
  }

  private func blend(rows: TentTaps, into blended: inout [Float]) {
    // Rows from each start on, as many as there are taps, lie in the grid; `blended` has a row of
    // `stride` for each sample.
    kernels.table.pointee.blend_rows(
      luma.values, luma.width, rows.weights, rows.starts, rows.count, rows.starts.count, stride,
      &blended)
  }

  private func blend(
    columns: TentTaps, of blended: [Float], rows: Int, into samples: inout [Float]
  ) {
    // The longest sample ends within the width, and its padding within the stride.
    kernels.table.pointee.blend_columns(
      blended, stride, rows, columns.weights, columns.starts, columns.count, columns.starts.count,
      &samples)
  }
}
