internal import CKernels

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

func cosine(_ angle: Double) -> Double { cos(angle) }

/// Shrinks a picture to 32×32 greys exactly as Pillow does, as rows arrive: to grey in 16-bit
/// fixed point, then Lanczos along rows, then columns, each in 22-bit fixed point rounded to a byte.
///
/// Source: Pillow's `Convert.c` (`L24`) and `Resample.c` (`ImagingResampleHorizontal_8bpc`), up to
/// version 12; 13.0 takes columns first in pictures higher than wide, which moves a bit now and then.
struct LanczosGrid {
  static let side = 32

  /// 32×32 greys, row by row.
  struct Pixels: Sendable, Hashable {
    var values = [UInt8](repeating: 0, count: side * side)
  }

  private let kernels: Kernels
  private var layout = PixelLayout(width: 0, height: 0, channels: 1, isLossless: true)
  private var columns = LanczosWeights(length: 1)
  private var rows = LanczosWeights(length: 1)
  private var grey: [UInt8] = []
  private var seen = 0
  private var sums: [Int32] = []

  init(kernels: Kernels = .best) { self.kernels = kernels }

  mutating func begin(_ layout: PixelLayout) {
    self.layout = layout
    columns = LanczosWeights(length: layout.width)
    rows = LanczosWeights(length: layout.height)
    grey = [UInt8](repeating: 0, count: layout.width)
    seen = 0
    sums = [Int32](repeating: LanczosWeights.half, count: Self.side * Self.side)
  }

  mutating func take(_ batch: Span<UInt8>) {
    for start in stride(from: 0, to: batch.count, by: layout.stride) {
      add(batch.extracting(start..<start + layout.stride))
    }
  }

  func finish() -> Pixels {
    Pixels(values: sums.map { LanczosWeights.byte($0) })
  }

  private mutating func add(_ row: Span<UInt8>) {
    let table = kernels.table.pointee
    var narrow = [UInt8](repeating: 0, count: Self.side)
    row.withUnsafeBufferPointer { row in
      var source = row.baseAddress
      grey.withUnsafeMutableBufferPointer { grey in
        // `grey` has the width's bytes, `row` that many pixels.
        if layout.channels == 3 {
          table.grey_row(row.baseAddress, layout.width, grey.baseAddress)
          source = UnsafePointer(grey.baseAddress)
        }
        if layout.width == Self.side, let source {
          // Pillow leaves an axis alone that has its length already.
          for x in 0..<Self.side { narrow[x] = source[x] }
        } else {
          // All taps lie within the row (see LanczosWeights).
          table.weigh_row(
            source, columns.weights, columns.starts, columns.width, Self.side, &narrow)
        }
      }
    }
    defer { seen += 1 }
    if layout.height == Self.side {
      for x in 0..<Self.side { sums[seen * Self.side + x] = Int32(narrow[x]) << 22 }
      return
    }
    for sample in rows.samples(at: seen) {
      let weight = rows.weights[sample * rows.width + seen - Int(rows.starts[sample])]
      for x in 0..<Self.side { sums[sample * Self.side + x] &+= weight &* Int32(narrow[x]) }
    }
  }
}

/// What each of 32 samples along an axis is made of, in fixed point of 22 bits.
struct LanczosWeights {
  private static let bits = 22
  /// Added first, so that dropping the bits rounds.
  static let half = Int32(1) << (bits - 1)

  /// The first line of each sample.
  private(set) var starts: [UInt32] = []
  /// Lines that each sample has weights for; those past its last are 0.
  let width: Int
  /// `width` for each sample.
  private(set) var weights: [Int32]
  private var ends: [Int] = []

  init(length: Int) {
    let samples = LanczosGrid.side
    let scale = Double(length) / Double(samples)
    let filterScale = max(scale, 1)
    let support = 3 * filterScale
    width = min(length, Int(support.rounded(.up)) * 2 + 1)
    weights = [Int32](repeating: 0, count: samples * width)
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
