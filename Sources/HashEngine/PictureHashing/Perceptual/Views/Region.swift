/// A part of a picture, or an area that reaches past it, in shares of its width and height.
public struct Region: Sendable, Hashable {
  /// Where it begins, as a share of the width.
  public var left: Double
  /// Where it begins, as a share of the height.
  public var top: Double
  /// Where it ends, as a share of the width.
  public var right: Double
  /// Where it ends, as a share of the height.
  public var bottom: Double

  /// Sides are shares of width and height, and may lie past the picture.
  public init(left: Double = 0, top: Double = 0, right: Double = 1, bottom: Double = 1) {
    (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
  }

  /// The picture.
  public static let whole = Region()

  /// The picture with this share cut off at each side, or extended by it where `share` is negative.
  static func inset(_ share: Double) -> Region {
    Region(left: share, top: share, right: 1 - share, bottom: 1 - share)
  }

  var width: Double { right - left }
  var height: Double { bottom - top }

  /// A part of this region, or an area that reaches past it, given in shares of it.
  func part(_ part: Region) -> Region {
    Region(
      left: left + part.left * width, top: top + part.top * height,
      right: left + part.right * width, bottom: top + part.bottom * height)
  }

  /// The nearest region whose sides are whole thousandths, as they are stored.
  var inThousandths: Region {
    func rounded(_ side: Double) -> Double { (side * 1000).rounded() / 1000 }
    return Region(
      left: rounded(left), top: rounded(top), right: rounded(right), bottom: rounded(bottom))
  }

  /// Whether it reaches past the picture.
  package var isBeyond: Bool { left < 0 || top < 0 || right > 1 || bottom > 1 }

  /// Whether each side lies within `share` of the other region's.
  func isNear(_ other: Region, within share: Double) -> Bool {
    max(
      abs(left - other.left), abs(top - other.top), abs(right - other.right),
      abs(bottom - other.bottom)) <= share
  }

  /// Reads what ``text`` writes.
  package init?(text: some StringProtocol) {
    let sides = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard sides.count == 4, let left = sides[0], let top = sides[1], let right = sides[2],
      let bottom = sides[3], sides.allSatisfy({ abs($0 ?? .nan) <= 1000 }), left < right,
      top < bottom
    else { return nil }
    self.init(left: left / 100, top: top / 100, right: right / 100, bottom: bottom / 100)
  }

  /// Left, top, right and bottom in percent: `0,12,100,88`.
  package var text: String {
    [left, top, right, bottom].map { Self.percent($0) }.joined(separator: ",")
  }

  /// A share in percent, to a tenth: `12` or `-1.5`.
  static func percent(_ share: Double) -> String {
    let tenths = Int((share * 1000).rounded())
    let whole = "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10)"
    return tenths % 10 == 0 ? whole : "\(whole).\(abs(tenths) % 10)"
  }
}
