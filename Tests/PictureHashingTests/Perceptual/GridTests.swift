import CKernels
import SystemPackage
import TestSupport
import Testing

@testable import PictureHashing

@Suite struct GridTests {
  private static let sizes = [
    (5, 5), (5, 300), (63, 64), (64, 64), (65, 65), (127, 129), (128, 128), (129, 256), (300, 201),
    (500, 375), (513, 300), (2048, 40), (40, 2049), (8200, 7),
  ]

  private static func pixels(_ width: Int, _ height: Int, _ channels: Int) -> SyntheticPixels {
    SyntheticPixels(kind: "lcg", width: width, height: height, channels: channels)
  }

  private static func grid(
    _ pixels: SyntheticPixels, by maker: some PDQGridMaker, rows: Int
  ) -> PDQGrid {
    var maker = maker
    let layout = pixels.layout
    maker.begin(layout)
    var row = 0
    while row < pixels.height {
      let count = min(rows, pixels.height - row)
      maker.take(
        pixels.bytes.span.extracting(row * layout.stride..<(row + count) * layout.stride))
      row += count
    }
    return maker.finish()
  }

  @Test(arguments: sizes, [1, 3])
  func fastGridIsTheExactOneButForRounding(_ size: (Int, Int), _ channels: Int) {
    let pixels = Self.pixels(size.0, size.1, channels)
    let fast = Self.grid(pixels, by: StreamedGrid(), rows: 16)
    let exact = Self.grid(pixels, by: ReferenceGrid(), rows: 16)
    for (a, b) in zip(fast.values, exact.values) { #expect(abs(a - b) < 0.01) }
  }

  @Test(arguments: sizes, [1, 3])
  func gridDoesNotDependOnHowRowsArrive(_ size: (Int, Int), _ channels: Int) {
    let pixels = Self.pixels(size.0, size.1, channels)
    let whole = Self.grid(pixels, by: StreamedGrid(), rows: size.1)
    let exact = Self.grid(pixels, by: ReferenceGrid(), rows: size.1)
    for rows in [1, 7] {
      #expect(Self.grid(pixels, by: StreamedGrid(), rows: rows).values == whole.values)
      #expect(Self.grid(pixels, by: ReferenceGrid(), rows: rows).values == exact.values)
    }
  }

  @Test(arguments: sizes)
  func everyKernelGivesTheSame(_ size: (Int, Int)) {
    let pixels = Self.pixels(size.0, size.1, 3)
    let results = Kernels.available.map { kernels in
      let grid = Self.grid(pixels, by: StreamedGrid(kernels: kernels), rows: 16)
      let exact = Self.grid(pixels, by: ReferenceGrid(kernels: kernels), rows: 16)
      return [grid.values, exact.values, PDQCoefficients(grid, kernels: kernels).values]
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  /// The composed weights are those of two box passes, in whole numbers: applied to a line of
  /// whole numbers they give its exact double mean.
  @Test(arguments: [5, 64, 127, 128, 129, 130, 255, 256, 257, 500, 1004, 1600, 4032, 32_768])
  func weightsAddUp(_ length: Int) {
    let filter = PDQFilter(length: length)
    for sample in 0..<PDQFilter.samples {
      let taps = filter.taps(ofSample: sample)
      #expect(taps.weights.reduce(0) { $0 + UInt64($1) } == taps.denominator)
      #expect(taps.start >= 0 && taps.lines.upperBound <= length)
      // What StreamedGrid's 32-bit sums rely on.
      #expect(255 * taps.denominator <= UInt64(UInt32.max))
    }
  }

  /// Rows that stand for groups of the picture's rows give its grid, if each pixel is its group's
  /// mean.
  @Test(arguments: [2, 4, 8])
  func reducedRowsGiveTheSameGrid(_ reduction: Int) {
    let (width, height) = (1201, 803)
    let columns = (width + reduction - 1) / reduction
    let rows = (height + reduction - 1) / reduction
    let small = Self.pixels(columns, rows, 1)
    let large = (0..<width * height).map { index in
      small.bytes[index / width / reduction * columns + index % width / reduction]
    }
    var fromLarge = StreamedGrid()
    fromLarge.begin(PixelLayout(width: width, height: height, channels: 1, isLossless: false))
    fromLarge.take(large.span)
    var fromSmall = StreamedGrid()
    let layout = PixelLayout(
      width: width, height: height, channels: 1, isLossless: false, reduction: reduction)
    fromSmall.begin(layout)
    fromSmall.take(small.bytes.span)
    #expect(layout.columns == columns && layout.rows == rows)
    #expect(fromSmall.finish().values == fromLarge.finish().values)
  }
}

@Suite struct LumaGridTests {
  /// Each sample is the mean of the pixels it covers, those at its edges by their share.
  @Test(
    arguments: [(100, 80), (512, 512), (512, 513), (700, 300), (1031, 777), (2048, 1536)], [1, 3])
  func samplesAreMeansOfTheirPart(_ size: (width: Int, height: Int), _ channels: Int) {
    let pixels = SyntheticPixels(
      kind: "lcg", width: size.width, height: size.height, channels: channels)
    var maker = LumaGridMaker()
    maker.begin(pixels.layout)
    maker.take(pixels.bytes.span)
    let grid = maker.finish()
    #expect(grid.width == min(512, size.width) && grid.height == min(512, size.height))
    func shares(_ sample: Int, of samples: Int, _ length: Int) -> [(line: Int, share: Double)] {
      let start = Double(sample) * Double(length) / Double(samples)
      let end = Double(sample + 1) * Double(length) / Double(samples)
      return (Int(start)..<min(length, Int(end.rounded(.up)))).map {
        ($0, min(end, Double($0 + 1)) - max(start, Double($0)))
      }
    }
    func luma(_ x: Int, _ y: Int) -> Double {
      let start = (y * size.width + x) * channels
      if channels == 1 { return Double(pixels.bytes[start]) }
      return 0.299 * Double(pixels.bytes[start]) + 0.587 * Double(pixels.bytes[start + 1])
        + 0.114 * Double(pixels.bytes[start + 2])
    }
    var random = SeededGenerator(seed: 15)
    for _ in 0..<200 {
      let x = Int.random(in: 0..<grid.width, using: &random)
      let y = Int.random(in: 0..<grid.height, using: &random)
      var (sum, total) = (0.0, 0.0)
      for (row, down) in shares(y, of: grid.height, size.height) {
        for (column, across) in shares(x, of: grid.width, size.width) {
          sum += luma(column, row) * down * across
          total += down * across
        }
      }
      // Edges are taken to a 64th of a line, samples to a byte.
      #expect(abs(Double(grid.values[y * grid.width + x]) - sum / total) < 4.5)
    }
  }
}
