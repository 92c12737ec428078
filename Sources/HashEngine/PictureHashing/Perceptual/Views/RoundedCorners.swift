/// Corners that were cut off round: each shows what is behind the picture, in one tone.
extension PDQGrid {
  /// A corner that reaches farther than this is a part of the picture.
  private static let mostRounded = 14
  /// A corner that is smaller is the picture's own, or hardly changes the hash.
  private static let leastRounded = 2
  /// The difference between samples of one tone.
  private static let tolerance: Float = 6

  /// The same with its corners guessed, as far as these are cut off round; `nil` unless all four are.
  func withFilledCorners(kernels: Kernels) -> PDQGrid? {
    let cells = roundedCorners()
    guard !cells.isEmpty else { return nil }
    var grid = self
    grid.guess(cells, kernels: kernels)
    return grid
  }

  private func roundedCorners() -> [UInt16] {
    let last = Self.side - 1
    var cells: [UInt16] = []
    for (isBelow, isRight) in [(false, false), (false, true), (true, false), (true, true)] {
      func value(_ row: Int, _ column: Int) -> Float {
        values[(isBelow ? last - row : row) * Self.side + (isRight ? last - column : column)]
      }
      let tone = value(0, 0)
      var reach = Self.mostRounded + 1
      var lengths: [Int] = []
      for row in 0...Self.mostRounded {
        // Each row of a round corner is no longer than the one before.
        let length = (0..<reach).prefix { abs(value(row, $0) - tone) <= Self.tolerance }.count
        guard length > 0 else { break }
        lengths.append(length)
        reach = length
      }
      guard let first = lengths.first, (Self.leastRounded...Self.mostRounded).contains(first),
        (Self.leastRounded...Self.mostRounded).contains(lengths.count)
      else { return [] }
      // The sample beside the last one is a mixture.
      for (row, length) in (lengths + [0]).enumerated() {
        for column in 0...length {
          cells.append(
            UInt16((isBelow ? last - row : row) * Self.side + (isRight ? last - column : column)))
        }
      }
    }
    return cells
  }
}
