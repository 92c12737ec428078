import TestSupport
import Testing

@testable import PictureHashing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@Suite struct ViewSamplerTests {
  /// Every sample is the integral of a tent over the axis, whose ends are extended.
  @Test(arguments: [
    (5, 0.0, 5.0), (64, 0, 64), (300, -9, 310.5), (512, 100.25, 371), (130, 0, 130), (40, 60, 70),
    (33, -20, -4),
  ])
  func tapsAreATent(_ axis: (length: Int, start: Double, end: Double)) {
    for (samples, phase, unit) in [(64, 0.0, 1), (64, 0.12, 8), (128, -0.06, 8)] {
      let taps = TentTaps(
        length: axis.length, stretch: axis.start...axis.end, samples: samples, phase: phase,
        unit: unit)
      #expect(taps.count % unit == 0 && taps.starts.count == samples)
      let block = (axis.end - axis.start) / 64
      for sample in [0, 1, samples / 2, samples - 1] {
        let centre =
          axis.start + (Double(sample) + 0.5) * (axis.end - axis.start) / Double(samples)
          + phase * block
        // By many thin slices.
        var expected = [Double](repeating: 0, count: axis.length)
        let slices = 4000
        for slice in 0..<slices {
          let offset = (Double(slice) + 0.5) / Double(slices) * 2 - 1
          let place = Int((centre + offset * block).rounded(.down))
          expected[min(axis.length - 1, max(0, place))] += (1 - abs(offset)) * 2 / Double(slices)
        }
        for tap in 0..<taps.count {
          let line = Int(taps.starts[sample]) + tap
          let weight = Double(taps.weights[sample * taps.count + tap])
          #expect(abs(weight - (line < axis.length ? expected[line] : 0)) < 0.002)
          if line < axis.length { expected[line] = 0 }
        }
        #expect(expected.allSatisfy { abs($0) < 0.002 })
      }
    }
  }

  /// The whole picture, seen where the reference sees it, is what the reference sees: its boxes are a tent.
  @Test func theWholePictureIsThePicture() throws {
    // Boxes of seven pixels lie in the middle; those of an even number do not.
    let (width, height) = (832, 448)
    let pixels = (0..<width * height).map { index -> UInt8 in
      let (x, y) = (Double(index % width), Double(index / width))
      return UInt8(
        128 + 50 * sin(x / 31 + y / 57) + 40 * sin(x * y / 9000) + 30 * cos(y / 13 - x / 90))
    }
    var maker = LumaGridMaker()
    maker.begin(PixelLayout(width: width, height: height, channels: 1, isLossless: true))
    maker.take(pixels.span)
    let fingerprint = PDQFingerprint(
      pixels: pixels.span, width: width, height: height, channels: 1)
    let reference = try #require(fingerprint)
    var sampler = ViewSampler(maker.finish())
    let seen = PDQCoefficients(sampler.grid(of: .whole)).hash
    #expect(seen.distance(to: reference.hash) <= 12)
  }

  /// Rotated there and back it is the same picture, but for its corners.
  @Test(arguments: [1.2, 2.5, 5.3])
  func rotationGoesTheWayItIsNamed(_ degrees: Double) throws {
    // A wedge to the right of the middle, that a clockwise turn moves down.
    let side = 200
    let values = (0..<side * side).map { index -> UInt8 in
      let (x, y) = (Double(index % side) - 99.5, Double(index / side) - 99.5)
      return x > 40 && abs(y) < 4 ? 250 : 10
    }
    let luma = LumaGrid(width: side, height: side, aspect: 1, values: values)
    let grid = WarpedGrids(ViewSampler(luma)).grid(rotatedBy: degrees, extent: .whole)
    func heightOfWedge(_ column: Int) -> Double {
      var (sum, total) = (0.0, 0.0)
      for row in 0..<PDQGrid.side {
        let weight = Double(grid.values[row * PDQGrid.side + column]) - 10
        sum += weight * (Double(row) + 0.5)
        total += weight
      }
      return sum / total - 32
    }
    let expected = 26.5 * tan(degrees * .pi / 180)
    #expect(abs(heightOfWedge(58) - expected) < 0.3)
  }

  /// What is past the picture is guessed from what is near: between the least and the greatest of it, and a flat
  /// picture goes on flat. The picture stays as it is.
  @Test(arguments: Kernels.available)
  func whatIsUnknownIsGuessed(_ kernels: Kernels) {
    var random = SeededGenerator(seed: 75)
    var grid = PDQGrid(values: (0..<4096).map { _ in Float.random(in: 20...200, using: &random) })
    let before = grid
    grid.guess(allBut: 4..<60, 8..<64, kernels: kernels)
    for row in 0..<64 {
      for column in 0..<64 {
        let value = grid.values[row * 64 + column]
        if (4..<60).contains(row), column >= 8 {
          #expect(value == before.values[row * 64 + column])
        } else {
          #expect((0...220).contains(value))
        }
      }
    }
    var flat = PDQGrid(values: [Float](repeating: 90, count: 4096))
    flat.guess(allBut: 10..<50, 10..<50, kernels: kernels)
    #expect(flat.values.allSatisfy { $0 == 90 })
    var unknown = before
    unknown.guess(Array(0..<4096), kernels: kernels)
    #expect(unknown.values == before.values)
  }

  /// A region is sampled without what lies beside it.
  @Test func aRegionKnowsNothingOfItsPage() {
    var random = SeededGenerator(seed: 76)
    var values = (0..<200 * 200).map { _ in UInt8.random(in: 0...255, using: &random) }
    let region = Region(left: 0.25, top: 0.25, right: 0.75, bottom: 0.75)
    func grid() -> [Float] {
      var sampler = ViewSampler(LumaGrid(width: 200, height: 200, aspect: 1, values: values))
      return sampler.grid(of: region, extent: .inset(-0.02)).values
    }
    let first = grid()
    for index in values.indices
    where !(50..<150).contains(index / 200) || !(50..<150).contains(index % 200) {
      values[index] = 255 - values[index]
    }
    #expect(grid() == first)
  }
}
