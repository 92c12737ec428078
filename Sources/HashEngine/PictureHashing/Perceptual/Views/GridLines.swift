/// The rows or the columns of a ``LumaGrid``, read in the same way.
struct GridLines {
  enum Axis { case rows, columns }

  let luma: LumaGrid
  let axis: Axis

  /// Lines along the axis.
  var count: Int { axis == .rows ? luma.height : luma.width }
  /// Samples of a line.
  var length: Int { axis == .rows ? luma.width : luma.height }

  func value(_ line: Int, _ position: Int) -> Int {
    Int(luma.values[axis == .rows ? line * luma.width + position : position * luma.width + line])
  }

  /// Where an edge found before `line` really lies, to a fraction of a line. A sample is the mean of what it
  /// covers: a line that the edge runs through is a mixture of the lines beside it, and the ratio tells.
  ///
  /// - Parameter positions: The positions along the lines that are compared.
  func place(ofEdgeBefore line: Int, along positions: Range<Int>) -> Double {
    for mixed in [line - 1, line] where mixed > 0 && mixed + 1 < count {
      var (above, whole) = (0, 0)
      for position in positions {
        let before = value(mixed - 1, position)
        let difference = value(mixed + 1, position) - before
        whole += difference * difference
        above += (value(mixed, position) - before) * difference
      }
      guard whole > 0 else { continue }
      let after = Double(above) / Double(whole)
      if after > 0.08, after < 0.92 { return Double(mixed + 1) - after }
    }
    return Double(line)
  }
}
