/// Corners that were cut off round: each shows what is behind the picture, in one tone.
extension PDQGrid {
  /// A corner that reaches farther than this, in cells, is a part of the picture.
  private static let mostRounded = 14
  /// The difference between cells of one tone.
  private static let tolerance: Float = 6

  /// The same with its corners guessed, as far as these are cut off round; `nil` unless two are, or all four where they
  /// are small.
  func withFilledCorners(kernels: Kernels) -> PDQGrid? {
    let corners = Corner.all.compactMap { cut(at: $0) }
    // Any picture may have one such corner, or small ones.
    guard corners.count >= 2,
      corners.allSatisfy({ abs($0.tone - corners[0].tone) <= Self.tolerance }),
      corners.count == 4 || corners.allSatisfy({ $0.reach > 1 })
    else { return nil }
    var grid = self
    grid.guess(corners.flatMap(\.cells), kernels: kernels)
    return grid
  }

  private struct Corner {
    let isBelow: Bool
    let isRight: Bool

    static let all = [(false, false), (false, true), (true, false), (true, true)].map {
      Corner(isBelow: $0.0, isRight: $0.1)
    }

    /// The place of a cell, counted from the corner.
    func index(_ row: Int, _ column: Int) -> Int {
      let last = PDQGrid.side - 1
      return (isBelow ? last - row : row) * PDQGrid.side + (isRight ? last - column : column)
    }
  }

  /// What was cut off at a corner.
  private struct Cut {
    let tone: Float
    /// Cells of its tone along the side.
    let reach: Int
    let cells: [UInt16]
  }

  private func cut(at corner: Corner) -> Cut? {
    let tone = values[corner.index(0, 0)]
    var lengths: [Int] = []
    for row in 0...Self.mostRounded {
      // Each row of a round corner is no longer than the one before.
      let most = lengths.last ?? Self.mostRounded + 1
      let length = (0..<most).prefix {
        abs(values[corner.index(row, $0)] - tone) <= Self.tolerance
      }.count
      guard length > 0 else { break }
      lengths.append(length)
    }
    guard let reach = lengths.first, reach <= Self.mostRounded, lengths.count <= Self.mostRounded,
      // As far down as across, nearly.
      abs(reach - lengths.count) <= 2
    else { return nil }
    // The cell beside the last one is a mixture.
    let cells = (lengths + [0]).enumerated().flatMap { row, length in
      (0...length).map { UInt16(corner.index(row, $0)) }
    }
    return Cut(tone: tone, reach: reach, cells: cells)
  }
}
