/// In how many views a picture is asked. Each level has the views of the ones below it.
public enum Effort: String, Sendable, Hashable, CaseIterable, Codable, Comparable {
  /// The picture as stored and as shown: copies that were resized or recompressed.
  case exact
  /// And mirrored, turned, inverted, with uniform borders and clear bars trimmed, cropped by a percent or
  /// two.
  case standard
  /// And rotated by up to six degrees, cropped by more, within any straight edges, and some of these
  /// at once.
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
