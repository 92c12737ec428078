/// The matches that result from the candidates of a picture's queries: the nearest for each entry and kind of
/// hash, with allowlists applied. This is the only place where a ``Match`` is made.
struct MatchSet {
  private struct Key: Hashable {
    let list: String
    let entry: String
    let kind: HashKind
  }

  /// A candidate, and which query found it.
  private struct Found {
    let candidate: Candidate
    let isExcused: Bool
    let frame: Int
    let part: PicturePart
    let view: View

    /// Sorts matches that count before excused ones, then by distance, picture, earliest frame and plainest view.
    var order: (Int, Int, UInt16, Int, Int) {
      (isExcused ? 1 : 0, candidate.distance, part.code, frame, view.plainness)
    }
  }

  private var found: [Key: Found] = [:]
  /// Whether an allowlist has the picture's exact bytes.
  private var isKnown = false

  init() {}

  /// Takes the candidates of each query of a picture. An allowlist's entry excuses only candidates of the
  /// same query, so each query is taken by itself.
  init(_ queries: [PictureQuery], _ candidates: [[Candidate]]) {
    for (query, candidates) in zip(queries, candidates) where !candidates.isEmpty {
      add(candidates, frame: query.frame, of: query.part, query.view)
    }
  }

  /// Takes the candidates of one query.
  ///
  /// Among these, an allowlist's entry excuses the entries it names that are not nearer than itself: the
  /// picture then resembles the harmless one at least as much as the listed one.
  mutating func add(
    _ candidates: [Candidate], frame: Int = 1, of part: PicturePart = .main,
    _ view: View = .asStored
  ) {
    let allowing = candidates.filter { $0.meaning == .allow }
    if allowing.contains(where: \.kind.isDigest) { isKnown = true }
    for candidate in candidates {
      let isExcused =
        candidate.meaning != .allow && !candidate.kind.isDigest
        && allowing.contains {
          $0.distance <= candidate.distance && $0.allows.contains(candidate.reference)
        }
      let new = Found(
        candidate: candidate, isExcused: isExcused, frame: frame, part: part, view: view)
      let key = Key(list: candidate.list, entry: candidate.entry, kind: candidate.kind)
      if let known = found[key], known.order <= new.order { continue }
      found[key] = new
    }
  }

  /// Whether the picture is to be blocked, whatever else is found.
  var isCertain: Bool {
    !isKnown && found.values.contains { $0.candidate.meaning == .block && !$0.isExcused }
  }

  /// Whether the result stands although not all was searched: a match counts, or an allowlist has the
  /// picture's exact bytes.
  var isDecided: Bool {
    isKnown || found.values.contains { $0.candidate.meaning != .allow && !$0.isExcused }
  }

  /// The matches, nearest first.
  var nearestFirst: [Match] {
    found.values.map { found in
      Match(
        found.candidate,
        isExcused: found.isExcused || isKnown && found.candidate.meaning != .allow,
        frame: found.frame, part: found.part, view: found.view)
    }.sorted {
      ($0.distance, $0.list, $0.entry, $0.kind.rawValue)
        < ($1.distance, $1.list, $1.entry, $1.kind.rawValue)
    }
  }
}
