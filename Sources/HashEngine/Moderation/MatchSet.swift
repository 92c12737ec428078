/// What the candidates of all queries of a picture come to: the nearest with each entry, by each kind of hash,
/// and what an allowlist excuses. This is the one place where a ``Match`` is made.
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
    let view: View

    /// What counts before what is excused; of equally near ones the earliest frame, in the plainest view.
    var order: (Int, Int, Int, Int) {
      (isExcused ? 1 : 0, candidate.distance, frame, view.plainness)
    }
  }

  private var found: [Key: Found] = [:]
  /// Whether an allowlist has the picture's very bytes.
  private var isKnown = false

  init() {}

  /// What a picture's queries found. Digests come first: they decide whether the very bytes are known. An entry
  /// excuses what is found with the same hash, so each query is taken by itself.
  init(_ queries: [PictureQuery], _ candidates: [[Candidate]]) {
    for (query, candidates) in zip(queries, candidates) where !candidates.isEmpty {
      add(candidates, frame: query.frame, query.view)
    }
  }

  /// Takes the candidates of one query.
  ///
  /// Among these an entry of an allowlist excuses those it names that are no nearer than itself: a picture like
  /// the harmless one, not the listed picture that it resembles.
  mutating func add(_ candidates: [Candidate], frame: Int = 1, _ view: View = .asStored) {
    let allowing = candidates.filter { $0.meaning == .allow }
    if allowing.contains(where: \.kind.isDigest) { isKnown = true }
    for candidate in candidates {
      let isExcused =
        candidate.meaning != .allow && !candidate.kind.isDigest
        && allowing.contains {
          $0.distance <= candidate.distance && $0.allows.contains(candidate.reference)
        }
      let new = Found(candidate: candidate, isExcused: isExcused, frame: frame, view: view)
      let key = Key(list: candidate.list, entry: candidate.entry, kind: candidate.kind)
      if let known = found[key], known.order <= new.order { continue }
      found[key] = new
    }
  }

  /// Whether the picture is to be refused, whatever else is found.
  var isCertain: Bool {
    !isKnown && found.values.contains { $0.candidate.meaning == .block && !$0.isExcused }
  }

  /// Whether a match counts, or the picture is known to the byte, whatever else is in it.
  var isDecided: Bool {
    isKnown || found.values.contains { $0.candidate.meaning != .allow && !$0.isExcused }
  }

  /// The matches, nearest first.
  var nearestFirst: [Match] {
    found.values.map { found in
      Match(
        found.candidate,
        isExcused: found.isExcused || isKnown && found.candidate.meaning != .allow,
        frame: found.frame, view: found.view)
    }.sorted {
      ($0.distance, $0.list, $0.entry, $0.kind.rawValue)
        < ($1.distance, $1.list, $1.entry, $1.kind.rawValue)
    }
  }
}
