/// The lines that each sample along an axis is made of: the same number for each sample, as the kernels
/// need it, with whole-number weights.
final class AxisTaps: Sendable {
  /// Samples along the axis.
  let samples: Int
  /// Taps of each sample; those past its own have weights of 0.
  let count: Int
  /// The first line of each sample.
  let starts: [UInt32]
  /// `count` for each sample.
  let weights: [UInt32]
  /// What the weighted sum of each sample is divided by to give a mean.
  let denominators: [Double]
  /// The most samples that share one line.
  let overlap: Int

  /// What one sample is made of: `Σ weights[k] · line[start + k] / denominator`.
  struct Taps {
    let start: Int
    let weights: [UInt32]
    let denominator: UInt64

    var lines: Range<Int> { start..<start + weights.count }

    /// The same for lines that each stand for `reduction` of the picture's.
    func reduced(by reduction: Int) -> Taps {
      let first = start / reduction
      let end = (lines.upperBound + reduction - 1) / reduction
      var sums = [UInt32](repeating: 0, count: end - first)
      for (index, weight) in weights.enumerated() {
        sums[(start + index) / reduction - first] += weight
      }
      return Taps(start: first, weights: sums, denominator: denominator)
    }
  }

  /// An axis of so many lines, given in groups of `reduction`.
  private struct Axis: Hashable {
    let length: Int
    let reduction: Int
  }

  private static let pdqTaps = Memo<Axis, AxisTaps>()
  private static let areaTaps = Memo<Axis, AxisTaps>()

  /// PDQ's 64 samples of an axis. In a reduced picture each line stands for `reduction` lines of the
  /// original, and has the sum of their weights.
  static func pdq(_ length: Int, reduction: Int = 1) -> AxisTaps {
    pdqTaps.value(for: Axis(length: length, reduction: reduction)) { axis in
      let filter = PDQFilter(length: axis.length)
      let taps = (0..<PDQFilter.samples).map { filter.taps(ofSample: $0) }
      return AxisTaps(taps, length: axis.length, reduction: axis.reduction)
    }
  }

  /// Up to 512 samples that divide an axis evenly, each the mean of its part; the ends of a part are
  /// rounded to a 64th of a line.
  static func area(_ length: Int, reduction: Int = 1) -> AxisTaps {
    areaTaps.value(for: Axis(length: length, reduction: reduction)) { axis in
      let samples = min(axis.length, LumaGrid.longestSide)
      let parts = 64
      let taps = (0..<samples).map { sample in
        let start = (sample * axis.length * parts + samples / 2) / samples
        let end = ((sample + 1) * axis.length * parts + samples / 2) / samples
        let lines = start / parts..<(end + parts - 1) / parts
        let weights = lines.map { line in
          UInt32(min(end, (line + 1) * parts) - max(start, line * parts))
        }
        return Taps(
          start: lines.lowerBound, weights: weights, denominator: UInt64(end - start))
      }
      return AxisTaps(taps, length: axis.length, reduction: axis.reduction)
    }
  }

  private init(_ taps: [Taps], length: Int, reduction: Int) {
    let taps = taps.map { $0.reduced(by: reduction) }
    let length = (length + reduction - 1) / reduction
    let count = taps.map(\.weights.count).max() ?? 0
    var starts: [UInt32] = []
    var weights: [UInt32] = []
    for tap in taps {
      // Where the axis ends, a sample with fewer taps is moved back.
      let start = min(tap.start, length - count)
      let before = tap.start - start
      starts.append(UInt32(start))
      weights += repeatElement(0, count: before)
      weights += tap.weights
      weights += repeatElement(0, count: count - before - tap.weights.count)
    }
    samples = taps.count
    self.count = count
    self.starts = starts
    self.weights = weights
    denominators = taps.map { Double($0.denominator) }
    // Samples are in order, so those that share a line follow each other.
    overlap = starts.indices.reduce(1) { most, sample in
      max(most, starts[sample...].prefix { $0 < starts[sample] + UInt32(count) }.count)
    }
  }

  func start(ofSample sample: Int) -> Int { Int(starts[sample]) }
  func end(ofSample sample: Int) -> Int { Int(starts[sample]) + count }
}
