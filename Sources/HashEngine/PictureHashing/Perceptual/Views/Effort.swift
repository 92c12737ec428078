/// In how many views a picture is looked up. Each level has the views of the ones below it.
public enum Effort: String, Sendable, Hashable, CaseIterable, Codable, Comparable {
  /// The picture as stored and as shown: copies that were resized or recompressed.
  case exact
  /// Also copies that were mirrored, turned or inverted, were given uniform borders or clear bars, or were
  /// cropped by a percent or two.
  case standard
  /// Also copies that were rotated by up to six degrees, were cropped by more, or lie within any straight
  /// edges, and some of these at once.
  case thorough

  public static func < (a: Effort, b: Effort) -> Bool { a.rank < b.rank }

  private var rank: Int {
    switch self {
    case .exact: 0
    case .standard: 1
    case .thorough: 2
    }
  }
}
