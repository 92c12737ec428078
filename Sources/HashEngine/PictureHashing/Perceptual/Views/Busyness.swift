/// How busy a picture is, in 32 by 32 parts: a page has less of it than what lies on the page.
struct Busyness {
  /// Parts along either axis.
  private static let parts = StraightLines.blocks
  /// A mean step between samples from which on a row of a part is busy, in grey levels.
  private static let busyStep: Float = 4

  /// Sums of all parts above and to the left.
  private let sums: [Float]

  /// - Parameter along: Mean steps along each row, by part and row.
  init(_ along: [Float], height: Int) {
    let parts = Self.parts
    var sums = [Float](repeating: 0, count: (parts + 1) * (parts + 1))
    for down in 0..<parts {
      let first = down * height / parts
      let rows = first..<max(first + 1, (down + 1) * height / parts)
      for part in 0..<parts {
        var sum: Float = 0
        for row in rows where row < height {
          sum += min(1, along[part * height + row] / Self.busyStep)
        }
        let index = (down + 1) * (parts + 1) + part + 1
        sums[index] =
          sum / Float(rows.count) + sums[index - 1] + sums[index - parts - 1]
          - sums[index - parts - 2]
      }
    }
    self.sums = sums
  }

  /// The share of the picture that is busy.
  var whole: Float { share(of: .whole) }

  /// The share of a region that is busy.
  func share(of region: Region) -> Float {
    func part(_ share: Double) -> Int {
      min(Self.parts, max(0, Int((share * Double(Self.parts)).rounded())))
    }
    let (left, right) = (part(region.left), part(region.right))
    let (top, bottom) = (part(region.top), part(region.bottom))
    guard left < right, top < bottom else { return 0 }
    let width = Self.parts + 1
    let sum =
      sums[bottom * width + right] - sums[top * width + right] - sums[bottom * width + left]
      + sums[top * width + left]
    return sum / Float((right - left) * (bottom - top))
  }
}
