internal import CKernels

/// What lies on a page of one tone: a picture with a border, or the post in a screenshot of a feed.
struct PageContent {
  /// The share of the outermost lines, or of all, that must have a tone for it to count as the page's.
  private static let minimumShare = 0.2

  private let luma: LumaGrid
  private let kernels: Kernels

  init(_ luma: LumaGrid, kernels: Kernels = .best) {
    self.luma = luma
    self.kernels = kernels
  }

  // MARK: Borders

  /// How closely lines must keep to one tone to be a border: by their mean difference from it, and by the
  /// share of positions (`strays`) that may differ by more than `most`.
  struct Uniformity {
    let mean: Double
    let most: Int
    let strays: Double

    /// For a border that was saved and decoded many times.
    static let loose = Uniformity(mean: 3, most: 16, strays: 0.02)
    /// For a border that was added last: a border of the picture's own, of the same tone, is less even.
    static let strict = Uniformity(mean: 0.2, most: 1, strays: 0.002)
  }

  /// The picture without the lines at its sides that have one tone throughout; `nil` when there are no such
  /// lines, or only such lines.
  func withoutBorders(_ uniformity: Uniformity) -> Region? {
    let rows = GridLines(luma: luma, axis: .rows)
    let columns = GridLines(luma: luma, axis: .columns)
    let top = uniformLines(rows, along: 0..<luma.width, uniformity, fromEnd: false)
    guard top < luma.height else { return nil }
    let bottom = luma.height - uniformLines(rows, along: 0..<luma.width, uniformity, fromEnd: true)
    // In a soft gradient, the lines that resemble the first and those that resemble the last overlap.
    guard top < bottom else { return nil }
    let left = uniformLines(columns, along: top..<bottom, uniformity, fromEnd: false)
    guard left < luma.width else { return nil }
    let right = luma.width - uniformLines(columns, along: top..<bottom, uniformity, fromEnd: true)
    guard left < right else { return nil }
    return region(left..<right, top..<bottom)
  }

  private func uniformLines(
    _ lines: GridLines, along positions: Range<Int>, _ uniformity: Uniformity, fromEnd: Bool
  ) -> Int {
    let order = (0..<lines.count).map { fromEnd ? lines.count - 1 - $0 : $0 }
    guard let outermost = order.first else { return 0 }
    let first = positions.map { UInt8(lines.value(outermost, $0)) }
    guard let tone = Tones(first).commonest?.tone else { return 0 }
    return order.prefix { line in
      var (sum, stray) = (0, 0)
      for position in positions {
        let step = abs(lines.value(line, position) - Int(tone))
        sum += step
        stray += step > uniformity.most ? 1 : 0
      }
      let count = Double(positions.count)
      return Double(sum) <= uniformity.mean * count && Double(stray) <= uniformity.strays * count
    }.count
  }

  // MARK: Content

  /// What a line must have to count as the picture's, and not as page with some writing on it.
  struct Coverage {
    /// The share of the line whose tone differs from the page's.
    let share: Double
    /// The largest difference that still counts as the page's tone.
    let tolerance: UInt8

    /// All are tried, since any may be right: writing may be dense, a picture pale, or a sky as white as the
    /// page but for a decoder's rounding.
    static let all = [
      Coverage(share: 0.3, tolerance: 3), Coverage(share: 0.5, tolerance: 3),
      Coverage(share: 0.5, tolerance: 0),
    ]
  }

  /// For each tone that may be the page's, and for each coverage, the largest block of lines that have it.
  func blocks() -> [Region] {
    var regions: [Region] = []
    for tone in pageTones {
      for coverage in Coverage.all {
        if let region = block(on: tone, coverage) { regions.append(region) }
      }
    }
    return regions
  }

  /// Regions without a caption bar whose end only its writing shows, because the picture begins or ends in
  /// the page's own tone (a white sky below a white bar): writing is taken to be in the middle of its bar.
  func besideCentredWriting(_ block: Region) -> [Region] {
    let rows = 0..<luma.height
    let above = rows.prefix(upTo: Self.line(block.top, of: rows))
    let below = rows.suffix(from: Self.line(block.bottom, of: rows, rounded: .up))
    var regions: [Region] = []
    if let (margin, end) = writing(in: Array(above)), end + margin < above.count {
      regions.append(Region(top: Double(end + margin) / Double(luma.height)))
    }
    if let (margin, end) = writing(in: below.reversed()), end + margin < below.count {
      regions.append(Region(bottom: 1 - Double(end + margin) / Double(luma.height)))
    }
    return regions
  }

  /// The line at a share of an axis; shares beyond the axis give its end.
  private static func line(
    _ share: Double, of lines: Range<Int>, rounded rule: FloatingPointRoundingRule = .down
  ) -> Int {
    let line = (share * Double(lines.count)).rounded(rule)
    return lines.lowerBound + Int(min(max(line, 0), Double(lines.count)))
  }

  /// How many lines, from the outermost on, come before writing begins, and before it ends; `nil` when there
  /// is no writing, or no margin before it.
  private func writing(in rows: [Int]) -> (margin: Int, end: Int)? {
    let isBlank = rows.map { row in
      let line = luma.values[row * luma.width..<(row + 1) * luma.width]
      return (line.max() ?? 0) - (line.min() ?? 0) < 32
    }
    guard let first = isBlank.firstIndex(of: false), first > 0,
      let last = isBlank.lastIndex(of: false)
    else { return nil }
    return (first, last + 1)
  }

  private var pageTones: [UInt8] {
    let (width, height) = (luma.width, luma.height)
    let rows = { (range: Range<Int>) in
      luma.values[range.lowerBound * width..<range.upperBound * width]
    }
    let ends = [Array(rows(0..<min(2, height))), Array(rows(max(0, height - 2)..<height))]
    let sides = [0..<min(2, width), max(0, width - 2)..<width].map { columns in
      (0..<height).flatMap { row in
        luma.values[row * width + columns.lowerBound..<row * width + columns.upperBound]
      }
    }
    // For the picture as a whole, every fourth row is as good as all.
    let sample = stride(from: 0, to: height, by: 4).flatMap { rows($0..<$0 + 1) }
    var tones: [UInt8] = []
    for lines in [ends[0] + ends[1] + sides[0] + sides[1], sample] + ends + sides {
      guard let found = Tones(lines).commonest, found.share >= Self.minimumShare,
        !tones.contains(where: { abs(Int($0) - Int(found.tone)) <= 4 })
      else { continue }
      tones.append(found.tone)
    }
    return tones
  }

  private func block(on tone: UInt8, _ coverage: Coverage) -> Region? {
    var columns = 0..<luma.width
    var rows = 0..<luma.height
    // The second time within the columns found, since there is page beside the block.
    for _ in 0..<2 {
      let byRow = differing(
        from: tone, by: coverage.tolerance, columns: columns, rows: 0..<luma.height
      ).rows
      rows = Self.longestRun(
        byRow.map { Double($0) >= coverage.share * Double(columns.count) },
        gap: max(1, luma.height / 50))
      guard rows.count >= 8 else { return nil }
      let byColumn = differing(
        from: tone, by: coverage.tolerance, columns: 0..<luma.width, rows: rows
      ).columns
      columns = Self.longestRun(
        byColumn.map { Double($0) >= coverage.share * Double(rows.count) },
        gap: max(1, luma.width / 50)
      )
      guard columns.count >= 8 else { return nil }
      if columns.count == luma.width { break }
    }
    return region(columns, rows)
  }

  private func differing(
    from tone: UInt8, by tolerance: UInt8, columns: Range<Int>, rows: Range<Int>
  ) -> (rows: [UInt32], columns: [UInt32]) {
    var byColumn = [UInt32](repeating: 0, count: columns.count)
    var byRow = [UInt32](repeating: 0, count: rows.count)
    luma.values.withUnsafeBufferPointer { values in
      guard let base = values.baseAddress else { return }
      for (index, row) in rows.enumerated() {
        // `columns` of `row` lie in the grid; there is a count for each.
        byRow[index] = kernels.table.pointee.differing(
          base + row * luma.width + columns.lowerBound, columns.count, tone, tolerance,
          &byColumn)
      }
    }
    return (byRow, byColumn)
  }

  /// The longest run of marked lines, with gaps of at most `gap` lines.
  private static func longestRun(_ marks: [Bool], gap: Int) -> Range<Int> {
    var best = 0..<0
    var start: Int?
    var last = 0
    for (line, isMarked) in (marks + [Bool](repeating: false, count: gap + 1)).enumerated() {
      if isMarked {
        start = start ?? line
        last = line
      } else if let first = start, line - last > gap {
        if last + 1 - first > best.count { best = first..<last + 1 }
        start = nil
      }
    }
    return best
  }

  /// The region of some lines, its edges placed to a fraction of a line; `nil` for the whole picture.
  private func region(_ columns: Range<Int>, _ rows: Range<Int>) -> Region? {
    guard columns != 0..<luma.width || rows != 0..<luma.height else { return nil }
    func place(_ line: Int, _ axis: GridLines.Axis, along positions: Range<Int>) -> Double {
      let lines = GridLines(luma: luma, axis: axis)
      guard line > 0, line < lines.count else { return Double(line) / Double(lines.count) }
      return lines.place(ofEdgeBefore: line, along: positions) / Double(lines.count)
    }
    return Region(
      left: place(columns.lowerBound, .columns, along: rows),
      top: place(rows.lowerBound, .rows, along: columns),
      right: place(columns.upperBound, .columns, along: rows),
      bottom: place(rows.upperBound, .rows, along: columns))
  }
}

/// How often each tone occurs.
private struct Tones {
  private var counts = [Int](repeating: 0, count: 256)
  private let total: Int

  init(_ values: [UInt8]) {
    for value in values { counts[Int(value)] += 1 }
    total = values.count
  }

  /// The tone that occurs most often, counted with its two neighbours, and their share of all.
  var commonest: (tone: UInt8, share: Double)? {
    guard total > 0 else { return nil }
    var best = (tone: 0, count: 0)
    for tone in 0..<256 {
      let count =
        (tone > 0 ? counts[tone - 1] : 0) + counts[tone] + (tone < 255 ? counts[tone + 1] : 0)
      if (count, counts[tone]) > (best.count, counts[best.tone]) { best = (tone, count) }
    }
    return (UInt8(best.tone), Double(best.count) / Double(total))
  }
}
