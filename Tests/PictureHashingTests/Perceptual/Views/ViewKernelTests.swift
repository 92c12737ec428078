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

  /// Lines are told in blocks: what they say is the mean of the block's steps, whatever the size.
  @Test(arguments: Kernels.available)
  func stepsAreAveragedInBlocks(_ kernels: Kernels) {
    let (width, height, blocks) = (Self.width, 9, 4)
    var rowsAcross = [Float](repeating: -1, count: blocks * height)
    var rowsAlong = rowsAcross
    var columnsAcross = [Float](repeating: -1, count: blocks * width)
    var columnsAlong = columnsAcross
    kernels.table.pointee.line_steps(
      Self.rows, width, height, blocks, &rowsAcross, &rowsAlong, &columnsAcross, &columnsAlong)
    func step(_ a: Int, _ b: Int) -> Float {
      Float(min(96, abs(Int(Self.rows[a]) - Int(Self.rows[b]))))
    }
    for block in 0..<blocks {
      let part = block * width / blocks..<(block + 1) * width / blocks
      for y in 1..<height - 1 {
        let across = part.reduce(Float(0)) {
          $0 + step((y - 1) * width + $1, (y + 1) * width + $1)
        }
        #expect(abs(rowsAcross[block * height + y] - across / Float(part.count)) < 0.01)
        let along = part.filter { $0 > 0 && $0 + 1 < width }.reduce(Float(0)) {
          $0 + step(y * width + $1 - 1, y * width + $1 + 1)
        }
        #expect(abs(rowsAlong[block * height + y] - along / Float(part.count)) < 0.01)
      }
    }
    let sum = columnsAcross.reduce(0, +)
    let expected = (1..<height - 1).reduce(Float(0)) { sum, y in
      sum + (1..<width - 1).reduce(Float(0)) { $0 + step(y * width + $1 - 1, y * width + $1 + 1) }
    }
    #expect(abs(sum * Float(height) / Float(blocks) - expected) < expected * 0.001)
  }

  /// The best stretch of a line's blocks is that of trying all.
  @Test(arguments: Kernels.available)
  func runsAreTheBestOfAll(_ kernels: Kernels) {
    var random = SeededGenerator(seed: 74)
    let (lines, blocks) = (40, 8)
    let evidence = (0..<lines * blocks).map { _ in Float.random(in: -1...1, using: &random) }
    let shifts: [Int32] = [-3, -2, -1, 0, 0, 1, 2, 3]
    var sums = [Float](repeating: 0, count: lines)
    var (firsts, ends) = (sums, sums)
    kernels.table.pointee.line_runs(
      evidence, lines, blocks, shifts, 0.3, &sums, &firsts, &ends)
    for line in 0..<lines {
      var best: Float = 0
      for first in 0..<blocks {
        var sum: Float = 0
        for block in first..<blocks {
          let place = line + Int(shifts[block])
          guard (0..<lines).contains(place) else { break }
          sum += evidence[block * lines + place] - 0.3
          best = max(best, sum)
        }
      }
      #expect(abs(sums[line] - best) < 1e-4)
      let stretch = Int(firsts[line])..<Int(ends[line])
      let said = stretch.reduce(Float(0)) {
        $0 + evidence[$1 * lines + line + Int(shifts[$1])] - 0.3
      }
      #expect(abs(said - best) < 1e-4)
    }
  }

  /// Nothing that a hostile map says leads out of the square.
  @Test(arguments: Kernels.available)
  func aWarpStaysInItsSquare(_ kernels: Kernels) {
    let square = [Float](repeating: 7, count: 16)
    for map: [Float] in [
      [4, 0, 0, 0, 4, 0, 0, 0, 1], [.nan, 0, 0, 0, 1, 0, 0, 0, 1], [1, 0, 0, 0, 1, 0, 0, 0, 0],
      [1e30, 0, -1e30, 0, -1e30, 1e30, 0, 0, 1], [.infinity, 0, 0, 0, 1, 0, 0, 0, 1],
    ] {
      var out = [Float](repeating: 0, count: 4096)
      var unknown = [UInt16](repeating: 9999, count: 4097)
      let count = kernels.table.pointee.warp(square, 4, map, &out, &unknown)
      #expect(out.allSatisfy { $0 == 7 })
      #expect(count <= 4096 && unknown.prefix(count).allSatisfy { $0 < 4096 })
    }
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
        let warped = WarpedGrids(sampler).grid(rotatedBy: 3, extent: .inset(-0.05))
        return sampler.grid(of: .whole, extent: region, phase: 0.06).values + warped.values
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
