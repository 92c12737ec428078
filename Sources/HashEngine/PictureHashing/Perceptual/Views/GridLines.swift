/// The rows of a ``LumaGrid``, or its columns, one like the other.
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

  /// Where an edge that was found before a line really lies. A sample is the mean of what it covers, so
  /// that the line an edge runs through is a mixture of those beside it, and tells by how much.
  ///
  /// - Parameter positions: Those of the lines that are looked at.
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
