/// How clearly a line of ``StraightLines`` shows along its length, in sums, so that any stretch of it costs the same.
struct LineProfile {
  /// Where it lies, as a share of its axis.
  let share: Double
  /// By number of blocks, from none to all: how clearly it shows by either kind of evidence, by its step, and by the
  /// texture beside it.
  private let sums: [SIMD4<Float>]

  /// What is seen of a stretch, each from 0 to 1.
  struct Look {
    /// By either kind of evidence, block by block.
    var clarity: Float = 0
    var step: Float = 0
    var texture: Float = 0
  }

  /// - Parameter line: The line of the axis that is nearest to `share`.
  init(_ axis: StraightLines.Axis, line: Int, share: Double) {
    self.share = share
    var sum = SIMD4<Float>.zero
    sums =
      [sum]
      + (0..<StraightLines.blocks).map { block in
        sum += axis.evidence(near: line, in: block)
        return sum
      }
  }

  /// Those of lines that may be sides.
  ///
  /// - Parameter kind: Which of `luma`'s lines `axis` has.
  static func all(
    _ lines: [StraightLines.Line], _ axis: StraightLines.Axis, _ luma: LumaGrid,
    _ kind: GridLines.Axis
  ) -> [(profile: LineProfile, stretch: Range<Int>)] {
    let grid = GridLines(luma: luma, axis: kind)
    return lines.map { line in
      let first = line.stretch.lowerBound * grid.length / StraightLines.blocks
      let end = line.stretch.upperBound * grid.length / StraightLines.blocks
      let exact = grid.edge(near: line.place, along: first..<max(first + 1, end))
      let profile = LineProfile(axis, line: line.place, share: exact / Double(axis.count))
      return (profile, line.stretch)
    }
  }

  /// The mean of the blocks between two shares of its length; `nil` where there is no whole block.
  func look(from start: Double, to end: Double) -> Look? {
    let blocks = Double(StraightLines.blocks)
    let first = Int(min(blocks, max(0, (start * blocks).rounded(.up))))
    let last = Int(min(blocks, max(0, (end * blocks).rounded(.down))))
    guard first < last else { return nil }
    let mean = (sums[last] - sums[first]) / Float(last - first)
    return Look(clarity: mean.x, step: mean.y, texture: mean.z)
  }
}
