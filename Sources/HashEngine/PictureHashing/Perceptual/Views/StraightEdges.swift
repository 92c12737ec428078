internal import CKernels

/// Edges that run straight across a picture: where a caption bar, a letterbox or a screenshot's page
/// ends.
///
/// A line's score is its mean step from the line before, relative to the median of all lines, times the share
/// of its positions where the step is more than texture. Where a bar ends, both are high.
struct StraightEdges {
  struct Edge {
    /// In lines from the start of the axis.
    let place: Double
    let score: Double
  }

  let rows: [Edge]
  let columns: [Edge]

  /// Steps up to this are texture.
  private static let texture: UInt8 = 8

  /// - Parameter most: How many edges of each axis to keep, the best ones.
  init(_ luma: LumaGrid, minimumScore: Double, most: Int, kernels: Kernels = .best) {
    let (width, height) = (luma.width, luma.height)
    var rowSums = [UInt32](repeating: 0, count: height)
    var rowCounts = rowSums
    var columnSums = [UInt32](repeating: 0, count: width)
    var columnCounts = columnSums
    luma.values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      let table = kernels.table
      for row in 0..<height {
        // A row of `width` values, and the one before it, lie in the grid.
        let line = base + row * width
        table.pointee.column_steps(line, width, Self.texture, &columnSums, &columnCounts)
        guard row > 0 else { continue }
        table.pointee.row_steps(
          line, line - width, width, Self.texture, &rowSums[row], &rowCounts[row])
      }
    }
    rows = Self.best(
      GridLines(luma: luma, axis: .rows), rowSums, rowCounts, most: most, minimumScore: minimumScore
    )
    columns = Self.best(
      GridLines(luma: luma, axis: .columns), columnSums, columnCounts, most: most,
      minimumScore: minimumScore)
  }

  private static func best(
    _ lines: GridLines, _ sums: [UInt32], _ counts: [UInt32], most: Int, minimumScore: Double
  ) -> [Edge] {
    guard lines.count > 2 else { return [] }
    let length = Double(lines.length)
    let usual = Double(sums.dropFirst().sorted()[(lines.count - 1) / 2]) / length + 0.5
    // The first line has none before it, and scores 0.
    let scores =
      [0]
      + (1..<lines.count).map { line in
        Double(sums[line]) / length / usual * Double(counts[line]) / length
      }
    let peaks = (1..<lines.count).filter { line in
      scores[line] >= minimumScore
        && scores[max(0, line - 2)...min(lines.count - 1, line + 2)].allSatisfy {
          $0 <= scores[line]
        }
    }
    return peaks.sorted { scores[$0] > scores[$1] }.prefix(most).map { line in
      Edge(
        place: lines.place(ofEdgeBefore: line, along: 0..<lines.length), score: scores[line])
    }
  }
}
