/// What speaks for a region of a picture being a picture that was put into it.
///
/// The score is a logarithm of odds: the weights are those of a conditional logit model of which region, or none, is the
/// picture, fitted to the regions of edited photographs of the tune half and rounded.
struct FrameEvidence {
  /// Sides that are no ends of the picture.
  private(set) var sides = 0
  /// How clearly the sides show by their step, and by the texture beside them, from 0 to 1, and the side that shows
  /// least.
  private var (step, texture, least): (Float, Float, Float) = (0, 0, 1)
  /// How clearly they show on the whole.
  private(set) var clarity: Float = 0
  /// The clearest line that runs through the region from one side to the other.
  private var inner: Float = 0
  /// The share of what lies outside that is busy, and of all that is busy what lies inside.
  private let (busyOutside, coverage): (Float, Float)
  /// Whether the region is what lies on a page of one tone.
  private let isOnPage: Bool

  /// The logarithm of the odds, less a constant that is the same for all regions of all pictures.
  var score: Float {
    5.3 * step + 3.8 * texture + 3.1 * least - 7.2 * inner - 2.1 * busyOutside + 5.8 * coverage
      + 0.65 * Float(sides) + (isOnPage ? 2.2 : 0) - 10.2
  }

  /// - Parameters:
  ///   - region: Upright, in shares of the picture.
  ///   - sides: Profiles of its top, bottom, left and right; `nil` for an end of the picture.
  init(_ region: Region, sides: [LineProfile?], isOnPage: Bool, busyness: Busyness) {
    self.isOnPage = isOnPage
    let inside = busyness.share(of: region)
    let area = Float(region.width * region.height)
    let whole = busyness.whole
    busyOutside = area < 0.98 ? max(0, (whole - inside * area) / (1 - area)) : 0
    coverage = inside * area / (whole + 0.02)
    for (index, side) in sides.enumerated() {
      let (start, end) =
        index < 2 ? (region.left, region.right) : (region.top, region.bottom)
      guard let side else { continue }
      let look = side.look(from: start, to: end) ?? LineProfile.Look()
      self.sides += 1
      clarity += look.clarity
      step += look.step
      texture += look.texture
      least = min(least, look.clarity)
    }
    guard self.sides > 0 else {
      least = 0
      return
    }
    let count = Float(self.sides)
    (clarity, step, texture) = (clarity / count, step / count, texture / count)
  }

  /// Whether each side shows, and all of them well enough.
  func isClear(_ minimum: Float) -> Bool { clarity >= minimum && least >= 0.7 * minimum }

  /// So near to a side, in shares of the picture, a line does not run through the inside.
  private static let margin = 0.012

  /// Looks for lines that run through the region.
  mutating func look(inside region: Region, rows: [LineProfile], columns: [LineProfile]) {
    for row in rows
    where row.share > region.top + Self.margin && row.share < region.bottom - Self.margin {
      inner = max(inner, row.look(from: region.left, to: region.right)?.clarity ?? 0)
    }
    for column in columns
    where column.share > region.left + Self.margin && column.share < region.right - Self.margin {
      inner = max(inner, column.look(from: region.top, to: region.bottom)?.clarity ?? 0)
    }
  }
}
