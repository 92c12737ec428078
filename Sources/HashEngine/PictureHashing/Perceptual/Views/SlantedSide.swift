/// A side of a picture that lies askew: a line from one end of an axis's lines to the other, given by where it is at
/// both, in lines.
struct SlantedSide {
  var start: Double
  var end: Double
  /// The blocks that it was found to run through.
  var stretch = 0..<StraightLines.blocks

  /// Whether it is not upright.
  var isSlanted: Bool { abs(end - start) > 3 }

  /// Whether it and another one run beside each other for a good part of their length, a part of the picture apart.
  func faces(_ other: SlantedSide) -> Bool {
    let common = stretch.clamped(to: other.stretch).count
    return common >= 5 && 2 * common >= min(stretch.count, other.stretch.count)
      && abs(line(at: 0.5) - other.line(at: 0.5)) > 20
  }

  /// Where it is at a share of its length.
  func line(at share: Double) -> Double { start + share * (end - start) }
}

extension StraightLines.Axis {
  /// How clearly a side shows between two shares of its length, from 0 to 1, and how clearly it goes on past them.
  func clarity(
    of side: SlantedSide, from start: Double, to end: Double
  ) -> (inside: Float, beyond: Float) {
    let blocks = StraightLines.blocks
    let first = min(blocks, max(0, Int((start * Double(blocks)).rounded(.up))))
    let last = min(blocks, max(0, Int(end * Double(blocks))))
    guard first < last else { return (0, 0) }
    var (inside, beyond): (Float, Float) = (0, 0)
    for block in max(0, first - 4)..<min(blocks, last + 4) {
      let place = (Double(block) + 0.5) / Double(blocks)
      let clarity = clarity(near: Int(side.line(at: place).rounded()), in: block)
      if block >= first, block < last {
        inside += clarity
      } else if block < first - 2 || block >= last + 2 {
        beyond += clarity
      }
    }
    return (inside / Float(last - first), beyond / 4)
  }

  /// The side moved to where the picture's steps really are, to a fraction of a line: the straight line that fits the
  /// middles of the steps in all blocks best.
  func fitted(_ side: SlantedSide, from start: Double, to end: Double) -> SlantedSide {
    let blocks = StraightLines.blocks
    var points: [(place: Double, line: Double, weight: Double)] = []
    for block in 0..<blocks {
      let place = (Double(block) + 0.5) / Double(blocks)
      guard place > start, place < end else { continue }
      let middle = Int(side.line(at: place).rounded())
      guard middle >= 4, middle + 4 < count else { continue }
      let window = (middle - 4...middle + 3).map { Double(across(block, $0)) }
      let least = window.min() ?? 0
      let weight = window.reduce(0) { $0 + $1 - least }
      guard weight > 4 else { continue }
      let moment = window.enumerated().reduce(0) {
        $0 + ($1.element - least) * (Double(middle - 4 + $1.offset) + 0.5)
      }
      points.append((place, moment / weight, min(weight, 40)))
    }
    var fitted = side
    // Twice: what lies off the line after the first time is something else.
    for most in [4.0, 1.5] {
      let near = points.filter { abs($0.line - fitted.line(at: $0.place)) <= most }
      let weight = near.reduce(0) { $0 + $1.weight }
      guard near.count >= 4, weight > 0 else { return fitted }
      let meanPlace = near.reduce(0) { $0 + $1.weight * $1.place } / weight
      let meanLine = near.reduce(0) { $0 + $1.weight * $1.line } / weight
      let spread = near.reduce(0) {
        $0 + $1.weight * ($1.place - meanPlace) * ($1.place - meanPlace)
      }
      guard spread > 1e-6 else { return fitted }
      let slope =
        near.reduce(0) { $0 + $1.weight * ($1.place - meanPlace) * ($1.line - meanLine) } / spread
      fitted = SlantedSide(
        start: meanLine - slope * meanPlace, end: meanLine + slope * (1 - meanPlace))
    }
    return fitted
  }
}
