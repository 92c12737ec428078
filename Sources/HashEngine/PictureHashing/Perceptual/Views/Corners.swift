/// The corners of a picture within another one, as shares of its width and height: top left, top right, bottom right
/// and bottom left, as seen.
public struct Corners: Sendable, Hashable {
  /// A place in a picture.
  public struct Point: Sendable, Hashable {
    /// The share of the width to its left.
    public var x: Double
    /// The share of the height above it.
    public var y: Double

    /// Shares of width and height.
    public init(x: Double, y: Double) { (self.x, self.y) = (x, y) }
  }

  /// Four points, clockwise from the top left one.
  package let points: [Point]

  /// `nil` unless the four points make a convex quadrilateral, clockwise.
  init?(_ points: [Point]) {
    guard points.count == 4 else { return nil }
    for index in points.indices {
      let (a, b, c) = (points[index], points[(index + 1) % 4], points[(index + 2) % 4])
      let turn = (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x)
      guard turn.isFinite, turn > 1e-4 else { return nil }
    }
    self.points = points
  }

  private init(convex points: [Point]) { self.points = points }

  /// The smallest upright region around them.
  var bounds: Region {
    let (xs, ys) = (points.map(\.x), points.map(\.y))
    return Region(
      left: xs.min() ?? 0, top: ys.min() ?? 0, right: xs.max() ?? 1, bottom: ys.max() ?? 1)
  }

  /// The share of the picture that lies between them.
  var area: Double {
    points.indices.reduce(0) { sum, index in
      let (a, b) = (points[index], points[(index + 1) % 4])
      return sum + (a.x * b.y - b.x * a.y) / 2
    }
  }

  /// The same corners in shares of a region.
  func within(_ region: Region) -> Corners {
    Corners(
      convex: points.map {
        Point(x: ($0.x - region.left) / region.width, y: ($0.y - region.top) / region.height)
      })
  }

  /// The nearest corners in whole thousandths, as they are stored.
  var inThousandths: Corners {
    Corners(
      convex: points.map {
        Point(x: ($0.x * 1000).rounded() / 1000, y: ($0.y * 1000).rounded() / 1000)
      })
  }

  /// The projective map that takes the unit square to them: nine numbers, row by row; `nil` where there is none.
  ///
  /// Algorithm: Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989, square to quadrilateral.
  var mapFromSquare: [Double]? {
    let (p, q, r, s) = (points[0], points[1], points[2], points[3])
    let (dx1, dx2) = (q.x - r.x, s.x - r.x)
    let (dy1, dy2) = (q.y - r.y, s.y - r.y)
    let (sumX, sumY) = (p.x - q.x + r.x - s.x, p.y - q.y + r.y - s.y)
    let determinant = dx1 * dy2 - dx2 * dy1
    guard abs(determinant) > 1e-9 else { return nil }
    let g = (sumX * dy2 - dx2 * sumY) / determinant
    let h = (dx1 * sumY - sumX * dy1) / determinant
    return [
      q.x - p.x + g * q.x, s.x - p.x + h * s.x, p.x,
      q.y - p.y + g * q.y, s.y - p.y + h * s.y, p.y,
      g, h, 1,
    ]
  }

  /// A place within them, given in shares of what lies between them; `nil` where there is none.
  static func place(_ x: Double, _ y: Double, through map: [Double]) -> Point? {
    let depth = map[6] * x + map[7] * y + map[8]
    guard depth > 1e-6 else { return nil }
    return Point(
      x: (map[0] * x + map[1] * y + map[2]) / depth, y: (map[3] * x + map[4] * y + map[5]) / depth)
  }

  /// The corners of a part of what lies between them.
  func part(_ region: Region) -> Corners? {
    guard let map = mapFromSquare else { return nil }
    return Corners(
      [
        (region.left, region.top), (region.right, region.top), (region.right, region.bottom),
        (region.left, region.bottom),
      ].compactMap { Self.place($0.0, $0.1, through: map) })
  }

  /// In percent, point by point: `10,12 90,8 92,88 11,90`.
  package var text: String {
    points.map { "\(Region.percent($0.x)),\(Region.percent($0.y))" }.joined(separator: " ")
  }
}
