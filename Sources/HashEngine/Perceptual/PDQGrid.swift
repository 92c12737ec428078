/// A picture as PDQ sees it: 64×64 luma samples, row by row, 0 to 255.
struct PDQGrid {
  static let side = PDQFilter.samples

  var values = [Float](repeating: 0, count: side * side)

  /// 0 to 100 by the reference's gradient sum: how much neighbouring samples differ.
  ///
  /// Reference: `pdq/cpp/hashing/pdqhashing.cpp`, `computePDQImageDomainQualityMetric`.
  var quality: Int {
    var sum = 0
    func add(_ u: Float, _ v: Float) { sum += abs(Int(((u - v) * 100) / 255)) }
    let side = Self.side
    for row in 0..<side {
      for column in 0..<side {
        let value = values[row * side + column]
        if row + 1 < side { add(value, values[(row + 1) * side + column]) }
        if column + 1 < side { add(value, values[row * side + column + 1]) }
      }
    }
    return min(100, sum / 90)
  }
}

/// Makes a ``PDQGrid`` of rows as they arrive.
protocol PDQGridMaker {
  mutating func begin(_ layout: PixelLayout)
  mutating func take(_ rows: Span<UInt8>)

  /// The grid, once all rows came.
  mutating func finish() -> PDQGrid
}

/// Luma as the reference has it: `0.299 R + 0.587 G + 0.114 B` in `Float`, grey as it is.
enum Luma {
  static let red: Float = 0.299
  static let green: Float = 0.587
  static let blue: Float = 0.114
}
