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

  /// Where the texture changes near `line`: between the last line that is like those before it and the first that is
  /// like those after it.
  private func changeOfTexture(near line: Int, along positions: Range<Int>) -> Double {
    let near = max(0, line - 5)..<min(count, line + 6)
    guard near.count == 11, positions.count > 2 else { return Double(line) }
    let roughness = near.map { candidate in
      positions.dropFirst().reduce(0) { $0 + abs(value(candidate, $1) - value(candidate, $1 - 1)) }
    }
    let before = roughness.prefix(3).reduce(0, +) / 3
    let after = roughness.suffix(3).reduce(0, +) / 3
    let middle = (before + after) / 2
    let isRougher = after > before
    let first = roughness.dropFirst(2).firstIndex { ($0 > middle) == isRougher }
    return Double(near.lowerBound + (first ?? 5))
  }

  /// Where one picture ends and another begins near `line`, to a fraction of a line: at the greatest step between two
  /// lines, or where none stands out, as at the edge of noise, where the texture changes.
  func edge(near line: Int, along positions: Range<Int>) -> Double {
    let candidates = max(1, line - 2)..<max(1, min(count, line + 3))
    let steps = candidates.map { candidate in
      positions.reduce(0) { $0 + abs(value(candidate, $1) - value(candidate - 1, $1)) }
    }
    guard let greatest = steps.max(), let place = steps.firstIndex(of: greatest) else {
      return Double(line)
    }
    // An edge that runs through a line has two great steps, and nothing else has.
    let third = steps.sorted(by: >).dropFirst(2).first ?? 0
    guard 2 * greatest > 3 * third else { return changeOfTexture(near: line, along: positions) }
    return self.place(ofEdgeBefore: candidates.lowerBound + place, along: positions)
  }
}
