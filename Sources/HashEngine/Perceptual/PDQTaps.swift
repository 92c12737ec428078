/// The taps of all 64 samples along an axis, the same number for each, as the kernels take them.
final class PDQTaps: Sendable {
  /// Taps of each sample; those past its own have weights of 0.
  let count: Int
  /// The first line of each sample.
  let starts: [UInt32]
  /// `count` for each sample.
  let weights: [UInt32]
  let denominators: [Double]
  /// Samples that share a line, at the most.
  let overlap: Int

  private static let cache = AxisCache<PDQTaps>()

  /// Those for an axis of that length. Of a reduced picture each line stands for `reduction` of them,
  /// and has their weights together.
  static func along(_ length: Int, reduction: Int = 1) -> PDQTaps {
    cache.value(for: .init(length: length, reduction: reduction)) {
      PDQTaps(length: $0.length, reduction: $0.reduction)
    }
  }

  private init(length: Int, reduction: Int) {
    let filter = PDQFilter(length: length)
    let taps = (0..<PDQFilter.samples).map { filter.taps(ofSample: $0).reduced(by: reduction) }
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
