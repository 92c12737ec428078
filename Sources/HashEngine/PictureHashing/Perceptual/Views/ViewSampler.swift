internal import CKernels

/// Samples a ``LumaGrid`` as PDQ would sample a part of the picture.
struct ViewSampler {
  let luma: LumaGrid
  let kernels: Kernels
  /// The rows that `blended` holds, kept for the next area, which often has the same top and bottom.
  private var rows: BlendedRows?
  private var blended: [Float]
  private let stride: Int

  private struct BlendedRows: Equatable {
    let columns: Range<Int>
    let content: ClosedRange<Double>
    let stretch: ClosedRange<Double>
    let phase: Double
    var known = 0..<0

    static func == (one: BlendedRows, other: BlendedRows) -> Bool {
      one.columns == other.columns && one.content == other.content && one.stretch == other.stretch
        && one.phase == other.phase
    }
  }

  init(_ luma: LumaGrid, kernels: Kernels = .best) {
    self.luma = luma
    self.kernels = kernels
    // The kernel reads up to seven columns past the last, with weights of 0.
    stride = (luma.width + 7) / 8 * 8 + 8
    blended = [Float](repeating: 0, count: PDQGrid.side * stride)
  }

  /// Samples an area. What of it lies past the region is guessed from the region's border.
  ///
  /// - Parameters:
  ///   - region: The part of the picture that is the picture.
  ///   - extent: What to sample, in shares of the region.
  ///   - phase: How far samples lie to the right of and below the middle of their blocks, in blocks.
  mutating func grid(
    of region: Region, extent: Region = .whole, phase: Double = 0
  ) -> PDQGrid {
    let area = region.part(extent)
    let columns = TentTaps(
      length: luma.width, content: Self.stretch(region.left, region.right, luma.width),
      stretch: Self.stretch(area.left, area.right, luma.width), phase: phase, unit: 8)
    let vertical = BlendedRows(
      columns: columns.lines(of: luma.width),
      content: Self.stretch(region.top, region.bottom, luma.height),
      stretch: Self.stretch(area.top, area.bottom, luma.height), phase: phase)
    if rows != vertical {
      let taps = TentTaps(
        length: luma.height, content: vertical.content, stretch: vertical.stretch, phase: phase)
      blend(rows: taps, vertical.columns, into: &blended)
      rows = vertical
      rows?.known = taps.known
    }
    var grid = PDQGrid()
    blend(columns: columns, of: blended, rows: PDQGrid.side, into: &grid.values)
    if let known = rows?.known {
      grid.guess(allBut: known, columns.known, kernels: kernels)
    }
    return grid
  }

  /// A part of the picture in more samples than PDQ's 64, with PDQ's blur.
  func oversampled(_ side: Int, of region: Region = .whole) -> [Float] {
    let rows = Self.stretch(region.top, region.bottom, luma.height)
    let columns = Self.stretch(region.left, region.right, luma.width)
    var blended = [Float](repeating: 0, count: side * stride)
    blend(
      rows: TentTaps(length: luma.height, stretch: rows, samples: side), 0..<luma.width,
      into: &blended)
    var samples = [Float](repeating: 0, count: side * side)
    blend(
      columns: TentTaps(length: luma.width, stretch: columns, samples: side, unit: 8),
      of: blended, rows: side, into: &samples)
    return samples
  }

  private static func stretch(_ start: Double, _ end: Double, _ length: Int) -> ClosedRange<Double>
  {
    let first = start * Double(length)
    return first...max(first + 1, end * Double(length))
  }

  /// - Parameter columns: Those that will be needed.
  private func blend(rows: TentTaps, _ columns: Range<Int>, into blended: inout [Float]) {
    luma.values.withUnsafeBufferPointer { values in
      blended.withUnsafeMutableBufferPointer { blended in
        guard let base = values.baseAddress, let out = blended.baseAddress else { return }
        // Rows from each start on, as many as there are taps, lie in the grid, and the columns in each; `blended` has
        // a row of `stride` for each sample.
        kernels.table.pointee.blend_rows(
          base + columns.lowerBound, luma.width, columns.count, rows.weights, rows.starts,
          rows.count, rows.starts.count, stride, out + columns.lowerBound)
      }
    }
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
