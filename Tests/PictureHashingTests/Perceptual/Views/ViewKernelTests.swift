import CKernels
import TestSupport
import Testing

@testable import PictureHashing

/// The kernels of views compared with plain loops, in every instance that this CPU runs.
@Suite struct ViewKernelTests {
  private static let width = 77
  private static let rows: [UInt8] = {
    var random = SeededGenerator(seed: 71)
    return (0..<9 * width).map { _ in UInt8.random(in: 0...255, using: &random) }
  }()

  private static func row(_ index: Int) -> ArraySlice<UInt8> {
    rows[index * width..<(index + 1) * width]
  }

  @Test(arguments: Kernels.available)
  func stepsAreCounted(_ kernels: Kernels) {
    var (sums, counts) = (
      [UInt32](repeating: 0, count: Self.width), [UInt32](repeating: 0, count: Self.width)
    )
    var (expectedSums, expectedCounts) = (sums, counts)
    for index in 0..<9 {
      let row = Array(Self.row(index))
      kernels.table.pointee.column_steps(row, Self.width, 30, &sums, &counts)
      for x in 1..<Self.width {
        let step = abs(Int(row[x]) - Int(row[x - 1]))
        expectedSums[x] += UInt32(step)
        expectedCounts[x] += step > 30 ? 1 : 0
      }
      guard index > 0 else { continue }
      let previous = Array(Self.row(index - 1))
      var (sum, count): (UInt32, UInt32) = (0, 0)
      kernels.table.pointee.row_steps(row, previous, Self.width, 30, &sum, &count)
      let steps = zip(row, previous).map { abs(Int($0) - Int($1)) }
      #expect(Int(sum) == steps.reduce(0, +) && Int(count) == steps.count { $0 > 30 })
    }
    #expect(sums == expectedSums && counts == expectedCounts)
  }

  @Test(arguments: Kernels.available)
  func tonesAreCounted(_ kernels: Kernels) {
    var counts = [UInt32](repeating: 2, count: Self.width)
    let row = Array(Self.row(3))
    let total = kernels.table.pointee.differing(row, Self.width, 128, 50, &counts)
    let differs = row.map { abs(Int($0) - 128) > 50 }
    #expect(Int(total) == differs.count { $0 })
    #expect(counts == differs.map { $0 ? 3 : 2 })
  }

  /// To the last bit, so that a picture has the same views on every CPU.
  @Test func samplesAreTheSameOnEveryPath() {
    var random = SeededGenerator(seed: 72)
    for (width, height) in [(5, 5), (64, 64), (77, 301), (512, 384), (500, 6)] {
      let luma = LumaGrid(
        width: width, height: height, aspect: 1,
        values: (0..<width * height).map { _ in UInt8.random(in: 0...255, using: &random) })
      let region = Region(left: -0.05, top: 0.1, right: 0.9, bottom: 1.02)
      let grids = Kernels.available.map { kernels in
        var sampler = ViewSampler(luma, kernels: kernels)
        return sampler.grid(of: region, phase: 0.06).values
      }
      #expect(Set(grids).count == 1)
    }
  }

  @Test(arguments: Kernels.available)
  func meansAreRounded(_ kernels: Kernels) {
    let sums: [UInt32] = (0..<40).map { UInt32($0 * $0 * 7) }
    let starts: [UInt32] = [0, 3, 11]
    let weights = (0..<48).map { Float($0 % 16) / 64 }
    var out = [UInt8](repeating: 0, count: 3)
    kernels.table.pointee.mean_bytes(sums, weights, starts, 16, 3, 0.05, &out)
    for (index, start) in starts.enumerated() {
      let mean = (0..<16).reduce(0.0) { sum, tap in
        sum + Double(weights[index * 16 + tap]) * Double(sums[Int(start) + tap])
      }
      #expect(abs(Double(out[index]) - min(255, mean * 0.05)) <= 0.51)
    }
  }
}
