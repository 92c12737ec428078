internal import CKernels

/// A picture's luma, made small: each sample the mean of the pixels it covers. Other views of the
/// picture are computed from it without decoding again.
struct LumaGrid: Sendable, Hashable {
  /// The most samples along either side; a shorter side keeps its pixels. With half as many, an error of
  /// half a sample at a trimmed edge would change several bits of the hash.
  static let longestSide = 512

  /// Samples of a row, and rows.
  let width: Int
  let height: Int
  /// The picture's width divided by its height. A sample need not be square.
  let aspect: Double
  /// Row by row, 0 to 255.
  let values: [UInt8]

  /// Whether its four corners have one tone.
  var hasPlainCorners: Bool {
    let side = 3
    guard width > 2 * side, height > 2 * side else { return false }
    var (least, greatest) = (UInt8.max, UInt8.min)
    for row in Array(0..<side) + Array(height - side..<height) {
      for column in Array(0..<side) + Array(width - side..<width) {
        let value = values[row * width + column]
        (least, greatest) = (min(least, value), max(greatest, value))
      }
    }
    return greatest - least <= 16
  }

  /// A part of it, without the samples that its sides run through; `nil` where too little is left.
  func part(_ region: Region) -> LumaGrid? {
    func samples(_ start: Double, _ end: Double, _ count: Int) -> Range<Int>? {
      let first = min(Double(count), max(0, (start * Double(count) - 0.1).rounded(.up)))
      let last = min(Double(count), max(0, (end * Double(count) + 0.1).rounded(.down)))
      return last - first >= 32 ? Int(first)..<Int(last) : nil
    }
    guard let columns = samples(region.left, region.right, width),
      let rows = samples(region.top, region.bottom, height)
    else { return nil }
    var part: [UInt8] = []
    part.reserveCapacity(columns.count * rows.count)
    for row in rows {
      part += values[row * width + columns.lowerBound..<row * width + columns.upperBound]
    }
    return LumaGrid(
      width: columns.count, height: rows.count,
      aspect: aspect * Double(columns.count) / Double(width) * Double(height) / Double(rows.count),
      values: part)
  }
}

/// Makes a ``LumaGrid`` of rows as they arrive.
struct LumaGridMaker {
  private let kernels: Kernels
  private var layout = PixelLayout(width: 0, height: 0, channels: 1, isLossless: false)
  private var size = (width: 0, height: 0)
  /// Luma of the rows that arrived together.
  private var grey: [UInt8] = []
  private var values: [UInt8] = []
  /// `nil` for a picture that keeps its pixels.
  private var samples: ByteSamples?

  init(kernels: Kernels = .best) { self.kernels = kernels }

  mutating func begin(_ layout: PixelLayout) {
    self.layout = layout
    let columns = AxisTaps.area(layout.width, reduction: layout.reduction)
    let rows = AxisTaps.area(layout.height, reduction: layout.reduction)
    size = (columns.samples, rows.samples)
    values = []
    values.reserveCapacity(columns.samples * rows.samples)
    let keepsPixels = layout.columns == columns.samples && layout.rows == rows.samples
    samples =
      keepsPixels
      ? nil : ByteSamples(columns: columns, rows: rows, width: layout.columns, kernels: kernels)
  }

  mutating func take(_ batch: Span<UInt8>) {
    guard layout.channels == 3 else {
      takeGrey(batch)
      return
    }
    let count = batch.count / 3
    if grey.count != count { grey = [UInt8](repeating: 0, count: count) }
    batch.withUnsafeBufferPointer { batch in
      // Rows of RGB lie one behind the other: three bytes for each of `count`.
      kernels.table.pointee.grey_row(batch.baseAddress, count, &grey)
    }
    let rows = grey
    takeGrey(rows.span)
  }

  private mutating func takeGrey(_ batch: Span<UInt8>) {
    if samples == nil {
      batch.withUnsafeBufferPointer { values += $0 }
    } else {
      samples?.take(batch, into: &values)
    }
  }

  func finish() -> LumaGrid {
    // The missing rest of a picture that broke off is black, as in the decoders.
    let missing = max(0, size.width * size.height - values.count)
    return LumaGrid(
      width: size.width, height: size.height,
      aspect: Double(layout.width) / Double(max(1, layout.height)),
      values: values + [UInt8](repeating: 0, count: missing))
  }
}

/// Means of grey pixels over the parts of two axes, rounded to bytes.
private struct ByteSamples {
  private let kernels: Kernels
  private let starts: [UInt32]
  private let weights: [Float]
  private let taps: Int
  private let rows: AxisTaps
  private var rowSums: RowSums

  init(columns: AxisTaps, rows: AxisTaps, width: Int, kernels: Kernels) {
    self.kernels = kernels
    self.rows = rows
    starts = columns.starts
    // The kernel takes eight at a time; those past a sample's own have weights of 0.
    let taps = (columns.count + 7) / 8 * 8
    var weights = [Float](repeating: 0, count: columns.samples * taps)
    for sample in 0..<columns.samples {
      for tap in 0..<columns.count {
        weights[sample * taps + tap] = Float(
          Double(columns.weights[sample * columns.count + tap]) / columns.denominators[sample])
      }
    }
    self.taps = taps
    self.weights = weights
    rowSums = RowSums(stride: width, rows: rows, padding: 8, kernels: kernels)
  }

  mutating func take(_ batch: Span<UInt8>, into values: inout [UInt8]) {
    let (kernels, starts, weights, taps, rows) = (kernels, starts, weights, taps, rows)
    var line = [UInt8](repeating: 0, count: starts.count)
    rowSums.take(batch) { sample, sums in
      // A sample's own taps lie within the width, the others within the padding.
      kernels.table.pointee.mean_bytes(
        sums, weights, starts, taps, starts.count, Float(1 / rows.denominators[sample]), &line)
      values += line
    }
  }
}
