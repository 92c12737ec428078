#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// The weights of the lines that each of 32 samples along an axis is made of, in fixed point of 22 bits.
final class LanczosWeights: Sendable {
  private static let bits = 22
  /// Added first, so that dropping the bits rounds.
  static let half = Int32(1) << (bits - 1)

  /// The first line of each sample.
  let starts: [UInt32]
  /// Lines that each sample has weights for; those past its last are 0.
  let width: Int
  /// `width` for each sample.
  let weights: [Int32]
  /// The weights' halves, `weight = high * 4096 + low`, as the kernel takes them.
  let high: [Int16]
  let low: [Int16]
  private let ends: [Int]

  private static let known = Memo<Int, LanczosWeights>()

  /// Those for an axis of that length.
  static func along(_ length: Int) -> LanczosWeights {
    known.value(for: length) { LanczosWeights(length: $0) }
  }

  private init(length: Int) {
    let samples = LanczosGrid.side
    let scale = Double(length) / Double(samples)
    let filterScale = max(scale, 1)
    let support = 3 * filterScale
    // With a multiple of 16, if the axis is that long, the kernel has no remainder to treat separately.
    let width = min(length, (Int(support.rounded(.up)) * 2 + 16) / 16 * 16)
    var weights = [Int32](repeating: 0, count: samples * width)
    var starts: [UInt32] = []
    var ends: [Int] = []
    for sample in 0..<samples {
      let centre = (Double(sample) + 0.5) * scale
      var first = max(0, Int(centre - support + 0.5))
      let end = min(length, Int(centre + support + 0.5))
      let parts = (first..<end).map { lanczos((Double($0) - centre + 0.5) / filterScale) }
      let sum = parts.reduce(0, +)
      // Near the end the window is moved back, so that all of it lies on the axis.
      let shift = max(0, first + width - length)
      first -= shift
      for (index, part) in parts.enumerated() {
        let share = (sum != 0 ? part / sum : part) * Double(1 << Self.bits)
        weights[sample * width + shift + index] = Int32(share < 0 ? share - 0.5 : share + 0.5)
      }
      starts.append(UInt32(first))
      ends.append(end)
    }
    self.width = width
    self.weights = weights
    self.starts = starts
    self.ends = ends
    // A weight is below 2² in size, 2²⁴ in fixed point: its upper half fits 13 bits.
    high = weights.map { Int16($0 >> 12) }
    low = weights.map { Int16($0 & 0xFFF) }
  }

  /// The samples that a line is part of.
  func samples(at line: Int) -> Range<Int> {
    let first = ends.firstIndex { $0 > line } ?? ends.count
    let end = starts.firstIndex { $0 > line } ?? starts.count
    return first..<max(first, end)
  }

  static func byte(_ sum: Int32) -> UInt8 { UInt8(clamping: sum >> Int32(bits)) }
}

private func lanczos(_ x: Double) -> Double {
  guard x >= -3, x < 3 else { return 0 }
  func sinc(_ x: Double) -> Double {
    let angle = x * Double.pi
    return x == 0 ? 1 : sin(angle) / angle
  }
  return sinc(x) * sinc(x / 3)
}
