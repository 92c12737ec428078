/// In how many views a picture is looked up. Each level has the views of the ones below it.
public enum Effort: String, Sendable, Hashable, CaseIterable, Codable, Comparable {
  /// The picture as stored and as shown: copies that were resized or recompressed.
  case exact
  /// Also copies that were mirrored, turned or inverted, lie in borders or between clear straight sides, or were
  /// cropped by a percent or two, and some of these at once.
  case standard
  /// Also copies that were rotated by up to six degrees, were cropped by more, lie tilted or in perspective, or lie
  /// between less clear sides or within something that does, and more of these at once.
  case thorough

  /// Whether it has fewer views.
  public static func < (a: Effort, b: Effort) -> Bool { a.rank < b.rank }

  private var rank: Int {
    switch self {
    case .exact: 0
    case .standard: 1
    case .thorough: 2
    }
  }
}
