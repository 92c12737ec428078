import HashEngine

/// A match on one line: list, entry, kind and distance.
struct MatchText: CustomStringConvertible {
  let description: String

  init(_ match: Match) {
    let label = match.label.map { " [\(ShownText($0))]" } ?? ""
    description =
      "\(match.list) \(ShownText(match.entry))\(label) \(match.kind.rawValue)"
      + " distance \(match.distance)"
    withExcuse =
      match.isExcused
      ? "\(description), excused by an allowlist"
      : match.meaning == .allow ? "\(description), on an allowlist" : description
  }

  /// The same, and whether an allowlist makes it not count.
  let withExcuse: String

  /// The word for a match's action in the output of `hashscan scan`.
  static func word(for match: Match) -> String {
    switch match.meaning {
    case _ where match.isExcused: "allowed"
    case .block: "match"
    case .review: "review"
    case .allow: "allowed by"
    }
  }
}
