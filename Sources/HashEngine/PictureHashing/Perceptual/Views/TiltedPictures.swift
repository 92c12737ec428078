/// Pictures within a picture whose sides show but lie askew: tilted on a page, or photographed from a screen or a table.
struct TiltedPictures {
  struct Found {
    let corners: Corners
    let clarity: Float
  }

  /// The likeliest first.
  private(set) var found: [Found] = []

  /// How many lines of each axis to look at, by each kind of evidence.
  private static let lines = 6
  /// Sides may slant by as much as this: about eight degrees.
  private static let mostSlant = 0.15
  /// By so many lines a slant differs from the next: half of that is set right when a side is fitted.
  private static let slantStep = 16.0
  /// How clear the sides must be on average, and each.
  private static let minimumClarity: Float = 0.4
  private static let minimumSide: Float = 0.25
  /// The least share of the picture between the corners.
  private static let minimumArea = 0.06
  /// How many of the likeliest are fitted and kept.
  private static let most = 5
  /// One in ten pictures without a tilted one has one that is as clear as this.
  static let likely: Float = 1.85
  /// How clear one must be in all.
  private static let minimumScore: Float = 1.7

  init(_ luma: LumaGrid, _ lines: StraightLines) {
    let rows = Self.sides(lines, lines.rows, length: luma.width)
    let columns = Self.sides(lines, lines.columns, length: luma.height)
    var candidates: [Candidate] = []
    for (index, top) in rows.enumerated() {
      for bottom in rows[(index + 1)...] where top.faces(bottom) {
        for (place, left) in columns.enumerated() {
          for right in columns[(place + 1)...]
          where left.faces(right)
            && (top.isSlanted || bottom.isSlanted || left.isSlanted || right.isSlanted)
          {
            let candidate = Candidate(
              top: top, bottom: bottom, left: left, right: right, height: Double(luma.height),
              width: Double(luma.width))
            if let candidate, let clarity = candidate.clarity(lines) {
              candidates.append(candidate.with(clarity))
            }
          }
        }
      }
    }
    candidates.sort { $0.clarity > $1.clarity }
    for candidate in candidates where found.count < Self.most {
      guard let corners = candidate.fitted(lines) else { continue }
      let isKnown = found.contains { known in
        zip(known.corners.points, corners.points).allSatisfy {
          abs($0.x - $1.x) < 0.01 && abs($0.y - $1.y) < 0.01
        }
      }
      if !isKnown { found.append(Found(corners: corners, clarity: candidate.clarity)) }
    }
  }

  /// The clearest lines of an axis, in order of their places.
  private static func sides(
    _ lines: StraightLines, _ axis: StraightLines.Axis, length: Int
  ) -> [SlantedSide] {
    let most = Double(length) * mostSlant
    let descents = Array(
      stride(from: -(most / slantStep).rounded() * slantStep, through: most, by: slantStep))
    return lines.clearest(axis, most: Self.lines, descents: descents).map { line in
      SlantedSide(
        start: Double(line.place) - line.descent / 2, end: Double(line.place) + line.descent / 2,
        stretch: line.stretch)
    }.sorted { $0.line(at: 0.5) < $1.line(at: 0.5) }
  }

  /// Four sides that may be a picture's.
  private struct Candidate {
    var top: SlantedSide
    var bottom: SlantedSide
    var left: SlantedSide
    var right: SlantedSide
    let height: Double
    let width: Double
    private(set) var corners: Corners
    private(set) var clarity: Float = 0

    /// `nil` where they make no picture.
    init?(
      top: SlantedSide, bottom: SlantedSide, left: SlantedSide, right: SlantedSide, height: Double,
      width: Double
    ) {
      (self.top, self.bottom, self.left, self.right) = (top, bottom, left, right)
      (self.height, self.width) = (height, width)
      let points = [(top, left), (top, right), (bottom, right), (bottom, left)].map {
        Self.meeting(of: $0, and: $1, height: height, width: width)
      }
      guard points.allSatisfy({ (-0.02...1.02).contains($0.x) && (-0.02...1.02).contains($0.y) }),
        let corners = Corners(points), corners.area >= minimumArea,
        corners.bounds.width >= 0.2, corners.bounds.height >= 0.2
      else { return nil }
      self.corners = corners
    }

    /// Where a side across meets a side down.
    private static func meeting(
      of row: SlantedSide, and column: SlantedSide, height: Double, width: Double
    ) -> Corners.Point {
      // x = (column at y) / width and y = (row at x) / height.
      let (a, b) = (column.start / width, (column.end - column.start) / width)
      let (c, d) = (row.start / height, (row.end - row.start) / height)
      let x = (a + b * c) / (1 - b * d)
      return Corners.Point(x: x, y: c + d * x)
    }

    /// How clearly all sides show; `nil` where one does not.
    func clarity(_ lines: StraightLines) -> Float? {
      let p = corners.points
      var (sum, least, beyond): (Float, Float, Float) = (0, 1, 0)
      for (axis, side, start, end) in [
        (lines.rows, top, p[0].x, p[1].x), (lines.rows, bottom, p[3].x, p[2].x),
        (lines.columns, left, p[0].y, p[3].y), (lines.columns, right, p[1].y, p[2].y),
      ] {
        let clarity = axis.clarity(of: side, from: start, to: end)
        guard clarity.inside >= minimumSide else { return nil }
        sum += clarity.inside
        least = min(least, clarity.inside)
        beyond += clarity.beyond
      }
      guard sum / 4 >= minimumClarity else { return nil }
      let score = sum / 4 + least - 0.6 * beyond / 4 + lines.busyness.share(of: corners.bounds)
      return score >= minimumScore ? score : nil
    }

    func with(_ clarity: Float) -> Candidate {
      var candidate = self
      candidate.clarity = clarity
      return candidate
    }

    /// Its corners, once the sides lie where the steps are.
    func fitted(_ lines: StraightLines) -> Corners? {
      let p = corners.points
      let sides = (
        top: lines.rows.fitted(top, from: p[0].x, to: p[1].x),
        bottom: lines.rows.fitted(bottom, from: p[3].x, to: p[2].x),
        left: lines.columns.fitted(left, from: p[0].y, to: p[3].y),
        right: lines.columns.fitted(right, from: p[1].y, to: p[2].y)
      )
      return Candidate(
        top: sides.top, bottom: sides.bottom, left: sides.left, right: sides.right, height: height,
        width: width)?.corners
    }
  }
}
