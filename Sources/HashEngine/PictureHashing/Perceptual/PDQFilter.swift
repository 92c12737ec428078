/// PDQ's shrinking of one axis to 64 samples: two box passes, then one line picked per sample.
///
/// Reference: `pdq/cpp/downscaling/downscaling.cpp` (Jarosz filter, decimation).
struct PDQFilter {
  /// Samples along each axis of the grid.
  static let samples = 64

  /// Lines of the picture along this axis.
  let length: Int
  /// Lines the box spans.
  let window: Int
  /// Lines the box reaches back from its own, and ahead of it.
  let back: Int
  let ahead: Int

  init(length: Int) {
    self.length = length
    window = (length + 2 * Self.samples - 1) / (2 * Self.samples)
    ahead = (window + 2) / 2 - 1
    back = window - 1 - ahead
  }

  /// The line that a sample is picked from: its block's centre.
  func line(ofSample sample: Int) -> Int {
    (2 * sample + 1) * length / (2 * Self.samples)
  }

  /// The lines a box at `line` averages: fewer at the ends.
  func box(at line: Int) -> Range<Int> {
    max(0, line - back)..<min(length, line + ahead + 1)
  }

  /// Both passes composed. Exact: every box is a mean of `window` lines, or of fewer at the ends,
  /// so all weights of a sample have a common denominator.
  func taps(ofSample sample: Int) -> AxisTaps.Taps {
    let centre = line(ofSample: sample)
    let outer = box(at: centre)
    let inner = outer.map { box(at: $0) }
    let common = inner.reduce(1) { leastCommonMultiple($0, $1.count) }
    let start = inner[0].lowerBound
    var weights = [UInt32](repeating: 0, count: inner[inner.count - 1].upperBound - start)
    for box in inner {
      for line in box { weights[line - start] += UInt32(common / box.count) }
    }
    return AxisTaps.Taps(
      start: start, weights: weights, denominator: UInt64(common) * UInt64(outer.count))
  }
}

private func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
  var (x, y) = (a, b)
  while y != 0 { (x, y) = (y, x % y) }
  return a / x * b
}
