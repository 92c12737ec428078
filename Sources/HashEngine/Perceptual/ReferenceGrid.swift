/// The exact way to a ``PDQGrid``: the reference's own operations in its own order, every sum and
/// quotient rounded to `Float` where it rounds, but streamed. Memory is a box's height of rows.
///
/// Reference: `pdq/cpp/downscaling/downscaling.cpp`, `jaroszFilterFloat` and `decimateFloat`.
struct ReferenceGrid: PDQGridMaker {
  private var layout = PixelLayout(width: 0, height: 0, channels: 1, isLossless: true)
  private var across = PDQFilter(length: 1)
  private var down = PDQFilter(length: 1)
  private var luma: [Float] = []
  private var blurred: [Float] = []
  private var firstPass = ColumnBox(filter: PDQFilter(length: 1), width: 0)
  private var secondPass = ColumnBox(filter: PDQFilter(length: 1), width: 0)
  private var grid = PDQGrid()
  /// Rows that left both passes, and the sample whose line comes next.
  private var finished = 0
  private var nextSample = 0

  init() {}

  mutating func begin(_ layout: PixelLayout) {
    self.layout = layout
    across = PDQFilter(length: layout.width)
    down = PDQFilter(length: layout.height)
    luma = [Float](repeating: 0, count: layout.width)
    blurred = luma
    firstPass = ColumnBox(filter: down, width: layout.width)
    secondPass = ColumnBox(filter: down, width: PDQFilter.samples)
  }

  mutating func take(_ rows: Span<UInt8>) {
    for row in 0..<rows.count / layout.stride {
      readLuma(rows.extracting(row * layout.stride..<(row + 1) * layout.stride))
      boxSums(luma, into: &blurred)
      divideByBoxSizes(&blurred)
      if firstPass.push(blurred) { passOn() }
    }
  }

  mutating func finish() -> PDQGrid {
    while firstPass.drain() { passOn() }
    while secondPass.drain() { pick() }
    return grid
  }

  private mutating func readLuma(_ row: Span<UInt8>) {
    if layout.channels == 1 {
      for x in 0..<layout.width { luma[x] = Float(row[x]) }
    } else {
      for x in 0..<layout.width {
        luma[x] =
          Luma.red * Float(row[3 * x]) + Luma.green * Float(row[3 * x + 1])
          + Luma.blue * Float(row[3 * x + 2])
      }
    }
  }

  /// A running sum along the row: add the line ahead first, then drop the one behind, two roundings.
  private func boxSums(_ input: [Float], into output: inout [Float]) {
    let (count, window, ahead) = (input.count, across.window, across.ahead)
    input.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        // Both have `count` elements, and `window` is at most `count`.
        var sum: Float = 0
        for x in 0..<window {
          sum += input[x]
          if x >= ahead { output[x - ahead] = sum }
        }
        for x in window..<count {
          sum += input[x]
          sum -= input[x - window]
          output[x - ahead] = sum
        }
        for x in count - ahead..<count {
          sum -= input[x - window + ahead]
          output[x] = sum
        }
      }
    }
  }

  private func divideByBoxSizes(_ sums: inout [Float]) {
    let whole = across.back..<sums.count - across.ahead
    for x in 0..<min(across.back, sums.count) { sums[x] /= Float(across.box(at: x).count) }
    for x in max(across.back, whole.upperBound)..<sums.count {
      sums[x] /= Float(across.box(at: x).count)
    }
    let size = Float(across.window)
    sums.withUnsafeMutableBufferPointer { sums in
      for x in whole { sums[x] /= size }
    }
  }

  /// A row has left the first pass: box it again along the row, where samples are picked.
  private mutating func passOn() {
    boxSums(firstPass.output, into: &blurred)
    let picked = (0..<PDQFilter.samples).map { sample in
      let x = across.line(ofSample: sample)
      return blurred[x] / Float(across.box(at: x).count)
    }
    if secondPass.push(picked) { pick() }
  }

  /// A row has left the second pass: it is one of the grid's, or several in a small picture.
  private mutating func pick() {
    while nextSample < PDQFilter.samples, down.line(ofSample: nextSample) == finished {
      let start = nextSample * PDQGrid.side
      grid.values.replaceSubrange(start..<start + PDQGrid.side, with: secondPass.output)
      nextSample += 1
    }
    finished += 1
  }
}

/// A box down the columns of rows that arrive one by one.
private struct ColumnBox {
  let filter: PDQFilter
  let width: Int
  /// The row that came out last.
  private(set) var output: [Float]
  private var sums: [Float]
  /// The last `window` rows; row r lies at r modulo `window`.
  private var ring: [Float]
  private var arrived = 0
  private var drained = 0

  init(filter: PDQFilter, width: Int) {
    self.filter = filter
    self.width = width
    output = [Float](repeating: 0, count: width)
    sums = output
    ring = [Float](repeating: 0, count: width * filter.window)
  }

  /// Takes the next row; whether a row came out.
  mutating func push(_ row: [Float]) -> Bool {
    let start = arrived % filter.window * width
    let dropsOne = arrived >= filter.window
    arrived += 1
    let comesOut = arrived > filter.ahead
    let size = Float(min(arrived, filter.window))
    let width = width
    row.withUnsafeBufferPointer { row in
      sums.withUnsafeMutableBufferPointer { sums in
        ring.withUnsafeMutableBufferPointer { ring in
          output.withUnsafeMutableBufferPointer { output in
            // All four have `width` elements from their start here on.
            if dropsOne {
              for x in 0..<width {
                sums[x] = sums[x] + row[x] - ring[start + x]
                ring[start + x] = row[x]
                output[x] = sums[x] / size
              }
            } else {
              for x in 0..<width {
                sums[x] += row[x]
                ring[start + x] = row[x]
                output[x] = sums[x] / size
              }
            }
          }
        }
      }
    }
    return comesOut
  }

  /// After the last row: whether another row came out.
  mutating func drain() -> Bool {
    guard drained < filter.ahead else { return false }
    let start = (arrived - filter.window + drained) % filter.window * width
    drained += 1
    let size = Float(filter.window - drained)
    for x in 0..<width {
      sums[x] -= ring[start + x]
      output[x] = sums[x] / size
    }
    return true
  }
}
