/// The lines, with their weights, that each sample along an axis of a ``LumaGrid`` is made of. PDQ's two
/// boxes make a tent two blocks wide, laid over any stretch of the axis. Past the content's ends, its end lines
/// repeat.
struct TentTaps {
  /// Taps of each sample, a multiple of `unit`.
  private(set) var count = 0
  /// The first line of each sample.
  private(set) var starts: [UInt32] = []
  /// `count` for each sample; they add up to 1.
  private(set) var weights: [Float] = []
  /// The samples whose middle lies in the content.
  private(set) var known: Range<Int> = 0..<0

  /// - Parameters:
  ///   - length: Lines of the axis.
  ///   - content: The part of the axis that samples are made of, in lines.
  ///   - stretch: The part of the axis to sample, in lines; it may reach beyond the content.
  ///   - samples: How many samples, spread evenly over the stretch.
  ///   - phase: How far samples are shifted towards the end, in blocks (64ths of the stretch).
  ///   - unit: The kernel needs the number of taps to be a multiple of this.
  init(
    length: Int, content: ClosedRange<Double>? = nil, stretch: ClosedRange<Double>,
    samples: Int = PDQGrid.side, phase: Double = 0, unit: Int = 1
  ) {
    let block = (stretch.upperBound - stretch.lowerBound) / Double(PDQGrid.side)
    let step = (stretch.upperBound - stretch.lowerBound) / Double(samples)
    let (first, last) = Self.lines(of: content ?? 0...Double(length), length: length)
    var lines: [Range<Int>] = []
    var centres: [Double] = []
    lines.reserveCapacity(samples)
    centres.reserveCapacity(samples)
    var inside = (first: samples, end: 0)
    for sample in 0..<samples {
      let centre = stretch.lowerBound + (Double(sample) + 0.5) * step + phase * block
      let start = min(last, max(first, Int((centre - block).rounded(.down))))
      let end = min(last + 1, max(start + 1, Int((centre + block).rounded(.up))))
      lines.append(start..<end)
      centres.append(centre)
      if centre >= Double(first), centre <= Double(last + 1) {
        inside = (min(inside.first, sample), sample + 1)
      }
    }
    if inside.first < inside.end { known = inside.first..<inside.end }
    let longest = lines.reduce(1) { max($0, $1.count) }
    count = (longest + unit - 1) / unit * unit
    weights = [Float](repeating: 0, count: samples * count)
    starts.reserveCapacity(samples)
    for (sample, lines) in lines.enumerated() {
      // Moved back at the end of the axis, so that all taps but the padding lie within.
      let start = max(0, min(lines.lowerBound, length - longest))
      starts.append(UInt32(start))
      var before = 0.0
      for line in lines {
        // The share of the tent that lies before the line's end; the content's last line takes all that is left.
        let share =
          line == last ? 1 : Self.share(before: Double(line + 1) - centres[sample], of: block)
        weights[sample * count + line - start] = Float(share - before)
        before = share
      }
    }
  }

  /// All lines that samples are made of, on an axis of so many.
  func lines(of length: Int) -> Range<Int> {
    let first = Int(starts.min() ?? 0)
    return first..<max(first, min(length, Int(starts.max() ?? 0) + count))
  }

  /// The first and the last line that lie in the content but for a tenth of themselves; at least one, in the axis.
  private static func lines(
    of content: ClosedRange<Double>, length: Int
  ) -> (first: Int, last: Int) {
    let slack = 0.1
    let end = Double(length - 1)
    let first = Int(min(end, max(0, (content.lowerBound - slack).rounded(.up))))
    let last = Int(min(end, max(0, (content.upperBound + slack).rounded(.down) - 1)))
    return (first, max(first, last))
  }

  /// How much of a tent that reaches `reach` to both sides of 0 lies before a place.
  private static func share(before place: Double, of reach: Double) -> Double {
    let place = max(-1, min(1, place / reach))
    return place < 0 ? (1 + place) * (1 + place) / 2 : 1 - (1 - place) * (1 - place) / 2
  }
}
