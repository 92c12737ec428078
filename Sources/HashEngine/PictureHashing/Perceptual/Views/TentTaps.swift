/// The lines, with their weights, that each sample along an axis of a ``LumaGrid`` is made of. PDQ's two
/// boxes make a tent two blocks wide, laid over any stretch of the axis. Past its ends, the end lines repeat.
struct TentTaps {
  /// Taps of each sample, a multiple of `unit`.
  private(set) var count = 0
  /// The first line of each sample.
  private(set) var starts: [UInt32] = []
  /// `count` for each sample; they add up to 1.
  private(set) var weights: [Float] = []

  /// - Parameters:
  ///   - length: Lines of the axis.
  ///   - stretch: The part of the axis to sample, in lines; it may reach beyond the axis.
  ///   - samples: How many samples, spread evenly over the stretch.
  ///   - phase: How far samples are shifted towards the end, in blocks (64ths of the stretch).
  ///   - unit: The kernel needs the number of taps to be a multiple of this.
  init(
    length: Int, stretch: ClosedRange<Double>, samples: Int = PDQGrid.side, phase: Double = 0,
    unit: Int = 1
  ) {
    let block = (stretch.upperBound - stretch.lowerBound) / Double(PDQGrid.side)
    let step = (stretch.upperBound - stretch.lowerBound) / Double(samples)
    let last = length - 1
    var lines: [Range<Int>] = []
    var centres: [Double] = []
    for sample in 0..<samples {
      let centre = stretch.lowerBound + (Double(sample) + 0.5) * step + phase * block
      let first = min(last, max(0, Int((centre - block).rounded(.down))))
      let end = min(length, max(first + 1, Int((centre + block).rounded(.up))))
      lines.append(first..<end)
      centres.append(centre)
    }
    let longest = lines.reduce(1) { max($0, $1.count) }
    count = (longest + unit - 1) / unit * unit
    weights = [Float](repeating: 0, count: samples * count)
    for (sample, lines) in lines.enumerated() {
      // Moved back at the end of the axis, so that all taps but the padding lie within.
      let start = max(0, min(lines.lowerBound, length - longest))
      starts.append(UInt32(start))
      var before = 0.0
      for line in lines {
        // The share of the tent that lies before the line's end; the axis's last line takes all that is left.
        let share =
          line == last ? 1 : Self.share(before: Double(line + 1) - centres[sample], of: block)
        weights[sample * count + line - start] = Float(share - before)
        before = share
      }
    }
  }

  /// How much of a tent that reaches `reach` to both sides of 0 lies before a place.
  private static func share(before place: Double, of reach: Double) -> Double {
    let place = max(-1, min(1, place / reach))
    return place < 0 ? (1 + place) * (1 + place) / 2 : 1 - (1 - place) * (1 - place) / 2
  }
}
