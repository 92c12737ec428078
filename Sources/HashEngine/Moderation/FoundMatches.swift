/// The nearest match with each entry, by each kind of hash.
struct FoundMatches {
  private struct Key: Hashable {
    let list: String
    let entry: String
    let kind: HashKind
  }

  private var matches: [Key: Match] = [:]
  /// Whether an allowlist has the picture's very bytes.
  private var isKnown = false

  init() {}

  /// What a picture's queries found. Digests come first: they decide whether the very bytes are known. An entry
  /// excuses what is found with the same hash, so each is taken by itself.
  init(_ queries: [PictureQuery], _ found: [[Match]]) {
    for (query, matches) in zip(queries, found) where !matches.isEmpty {
      add(matches, frame: query.frame, query.view)
    }
  }

  /// Takes what one hash of the picture matches.
  ///
  /// Among these an entry of an allowlist excuses those it names that are no nearer than itself: a picture like
  /// the harmless one, not the listed picture that it resembles.
  mutating func add(
    _ new: [Match], frame: Int = 1, _ view: View = .asStored
  ) {
    let allowing = new.filter { $0.meaning == .allow }
    if allowing.contains(where: \.kind.isDigest) { isKnown = true }
    for var match in new {
      match.isAllowed =
        match.meaning != .allow && !match.kind.isDigest
        && allowing.contains {
          $0.distance <= match.distance && $0.allows.contains(match.reference)
        }
      match.frame = frame
      match.view = view
      let key = Key(list: match.list, entry: match.entry, kind: match.kind)
      if let known = matches[key], order(known) <= order(match) { continue }
      matches[key] = match
    }
  }

  /// Whether the picture is to be refused, whatever else is found.
  var isCertain: Bool {
    !isKnown && matches.values.contains { $0.meaning == .block && !$0.isAllowed }
  }

  /// Whether a match counts, or the picture is known to the byte, whatever else is in it.
  var isDecided: Bool {
    isKnown || matches.values.contains { $0.meaning != .allow && !$0.isAllowed }
  }

  /// `nil` when there are none.
  var nearestFirst: [Match]? {
    guard !matches.isEmpty else { return nil }
    return matches.values.map { match in
      var match = match
      if isKnown, match.meaning != .allow { match.isAllowed = true }
      return match
    }.sorted {
      ($0.distance, $0.list, $0.entry, $0.kind.rawValue)
        < ($1.distance, $1.list, $1.entry, $1.kind.rawValue)
    }
  }

  /// What counts before what is excused; of equally near ones the earliest frame, in the plainest view.
  private func order(_ match: Match) -> (Int, Int, Int, Int) {
    (match.isAllowed ? 1 : 0, match.distance, match.frame, match.view.plainness)
  }
}
