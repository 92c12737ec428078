internal import CKernels

/// The exact way to a ``PDQGrid``: the reference's own operations in its own order, every sum and
/// quotient rounded to `Float` where it rounds, but streamed. Memory is a box's height of rows, and
/// sixteen more: the running sum along a row must be taken in order, so sixteen rows are processed
/// side by side.
///
/// Reference: `pdq/cpp/downscaling/downscaling.cpp`, `jaroszFilterFloat` and `decimateFloat`.
struct ReferenceGrid: PDQGridMaker {
  /// Rows of a tile.
  fileprivate static let lanes = 16

  private let kernels: Kernels
  private var layout = PixelLayout(width: 0, height: 0, channels: 1, isLossless: true)
  private var across = PDQFilter(length: 1)
  private var picks: [UInt32] = []
  /// Rows waiting for a tile to be full.
  private var waiting: [UInt8] = []
  private var line: [Float] = []
  private var tile: [Float] = []
  private var blurred: [Float] = []
  private var picked: [Float] = []
  private var firstPass = ColumnBox(filter: PDQFilter(length: 1), width: 0)
  private var secondPass = ColumnBox(filter: PDQFilter(length: 1), width: 0)
  private var down = PDQFilter(length: 1)
  private var grid = PDQGrid()
  /// Rows that left both passes, and the sample whose line comes next.
  private var finished = 0
  private var nextSample = 0

  init(kernels: Kernels = .best) { self.kernels = kernels }

  mutating func begin(_ layout: PixelLayout) {
    self.layout = layout
    across = PDQFilter(length: layout.width)
    down = PDQFilter(length: layout.height)
    picks = (0..<PDQFilter.samples).map { UInt32(across.line(ofSample: $0)) }
    let padded = ColumnBox.padded(layout.width)
    line = [Float](repeating: 0, count: padded * 8)
    tile = [Float](repeating: 0, count: padded * Self.lanes)
    blurred = tile
    picked = [Float](repeating: 0, count: PDQFilter.samples * Self.lanes)
    firstPass = ColumnBox(filter: down, width: layout.width)
    secondPass = ColumnBox(filter: down, width: PDQFilter.samples)
  }

  mutating func take(_ rows: Span<UInt8>) {
    let tileSize = Self.lanes * layout.stride
    var start = 0
    if !waiting.isEmpty {
      start = min(rows.count, tileSize - waiting.count)
      rows.extracting(first: start).withUnsafeBufferPointer { waiting += $0 }
      guard waiting.count == tileSize else { return }
      let full = waiting
      waiting.removeAll(keepingCapacity: true)
      process(full.span)
    }
    while rows.count - start >= tileSize {
      process(rows.extracting(start..<start + tileSize))
      start += tileSize
    }
    rows.extracting(droppingFirst: start).withUnsafeBufferPointer { waiting += $0 }
  }

  mutating func finish() -> PDQGrid {
    let rest = waiting
    waiting = []
    if !rest.isEmpty { process(rest.span) }
    while let count = firstPass.drain(kernels) { passOn(count) }
    while let count = secondPass.drain(kernels) { pick(count) }
    return grid
  }

  /// Takes up to a tile of rows through all passes.
  private mutating func process(_ rows: Span<UInt8>) {
    let count = rows.count / layout.stride
    let table = kernels.table
    // The kernel reads `count` rows; the buffers have the sizes it needs (see `begin`).
    rows.withUnsafeBufferPointer { rows in
      table.pointee.luma_tile(
        rows.baseAddress, layout.stride, count, layout.channels, layout.width, &line, &tile)
    }
    table.pointee.box_rows(tile, layout.width, across.window, across.ahead, &blurred)
    passOn(firstPass.push(blurred, count, kernels))
  }

  /// Rows have left the first pass: box them again along the row, where samples are picked.
  private mutating func passOn(_ rows: ColumnBox.Rows) {
    kernels.table.pointee.pick_boxes(
      firstPass.output, layout.width, across.window, across.ahead, picks, picks.count, &picked)
    // Rows that came out before the box was full are not valid.
    let lanes = Self.lanes
    if rows.skipped > 0 {
      for index in 0..<picks.count {
        for row in 0..<rows.count {
          picked[index * lanes + row] = picked[index * lanes + row + rows.skipped]
        }
      }
    }
    guard rows.count > 0 else { return }
    pick(secondPass.push(picked, rows.count, kernels))
  }

  /// Rows have left the second pass: some go into the grid, in a small picture the same one several times.
  private mutating func pick(_ rows: ColumnBox.Rows) {
    for row in rows.skipped..<rows.skipped + rows.count {
      while nextSample < PDQFilter.samples, down.line(ofSample: nextSample) == finished {
        for column in 0..<PDQGrid.side {
          grid.values[nextSample * PDQGrid.side + column] =
            secondPass.output[column * Self.lanes + row]
        }
        nextSample += 1
      }
      finished += 1
    }
  }
}

/// A box down the columns of rows that arrive in tiles.
private struct ColumnBox {
  /// Which rows of the last output are valid: `count` of them, after the first `skipped`.
  struct Rows {
    let skipped: Int
    let count: Int
  }

  let filter: PDQFilter
  let width: Int
  /// A tile of what came out last.
  private(set) var output: [Float]
  private var sums: [Float]
  /// The last `window` rows; row r lies at r modulo `window`.
  private var ring: [Float]
  /// Rows pushed, and rows drained after the last.
  private var arrived = 0
  private var drained = 0

  init(filter: PDQFilter, width: Int) {
    self.filter = filter
    self.width = width
    let padded = Self.padded(width)
    output = [Float](repeating: 0, count: padded * ReferenceGrid.lanes)
    sums = [Float](repeating: 0, count: padded)
    ring = [Float](repeating: 0, count: padded * filter.window)
  }

  /// The kernels work on eight columns at a time.
  static func padded(_ width: Int) -> Int { (width + 7) / 8 * 8 }

  /// Takes the next `count` rows.
  mutating func push(_ tile: [Float], _ count: Int, _ kernels: Kernels) -> Rows {
    let sizes = (1...count).map { Float(min(arrived + $0, filter.window)) }
    let skipped = min(count, max(0, filter.ahead - arrived))
    run(tile, sizes, kernels)
    arrived += count
    return Rows(skipped: skipped, count: count - skipped)
  }

  /// After the last row has arrived: the next rows; `nil` when there are no more. Rows of 0 are
  /// added, which changes nothing.
  mutating func drain(_ kernels: Kernels) -> Rows? {
    let count = min(ReferenceGrid.lanes, filter.ahead - drained)
    guard count > 0 else { return nil }
    let sizes = (1...count).map { Float(filter.window - drained - $0) }
    run([Float](repeating: 0, count: output.count), sizes, kernels)
    drained += count
    return Rows(skipped: 0, count: count)
  }

  private mutating func run(_ tile: [Float], _ sizes: [Float], _ kernels: Kernels) {
    // `tile` and `output` are tiles of the padded width, `sums` and `ring` have its width.
    kernels.table.pointee.box_columns(
      tile, width, sizes.count, filter.window, arrived + drained, sizes, &sums, &ring, &output)
  }
}
