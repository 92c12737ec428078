/// An entry that a query is near enough to for its list: what the lists found, before anybody says what it comes
/// to. A ``Match`` is made of it.
struct Candidate {
  let list: String
  let entry: String
  let label: String?
  /// What the list means by it; `review` past the list's radius and within its wider one.
  let meaning: ListMeaning
  let kind: HashKind
  /// Bits that differ; 0 for a digest.
  let distance: Int
  /// Bits that might have differed.
  let radius: Int
  /// On an allowlist, the entries that it excuses.
  var allows: [EntryReference] = []
  /// The part of the listed picture that is near, where it is not the whole.
  var crop: Region?

  var reference: EntryReference { EntryReference(list: list, entry: entry) }
}

/// A hash that is looked up.
struct HashQuery {
  let hash: ListedHash
  /// The effort that the view takes which the hash is of.
  let effort: Effort

  init(_ hash: ListedHash, effort: Effort = .exact) {
    self.hash = hash
    self.effort = effort
  }
}

/// The state of a list at the time of a search.
public struct ListVersion: Sendable, Hashable {
  /// The list's name.
  public let name: String
  /// See ``HashList/serial``.
  public let serial: Int
  /// Whether its entries were matched: it is enabled and has not expired.
  public let isInForce: Bool
  /// See ``HashList/canMatch(at:)``.
  let canMatch: Bool

  init(_ list: HashList, at now: Timestamp) {
    name = list.name
    serial = list.serial
    isInForce = list.settings.isInForce(at: now)
    canMatch = list.canMatch(at: now)
  }
}

/// What a picture is hashed for, as some lists need it.
struct ListRequirements {
  /// The kinds of hash that some list has.
  var kinds: Set<HashKind>
  /// The highest effort of the lists. Allowlists need none: they only excuse.
  var effort: Effort

  init(kinds: Set<HashKind>, listsInForce: some Sequence<ListSettings>) {
    self.kinds = kinds
    effort = listsInForce.filter { $0.meaning != .allow }.map(\.effort).max() ?? .exact
  }
}

/// What a search is to heed.
struct SearchOptions {
  /// By kind, what counts instead of the lists' own radii.
  var radii: [HashKind: Int] = [:]
  /// What counts instead of the lists' own efforts.
  var effort: Effort?
  /// The names of the lists to search; `nil` for all.
  var lists: Set<String>?
  /// For what expires.
  var now = Timestamp.now
  /// When the search ends, done or not.
  var deadline: ContinuousClock.Instant?
}

/// What a search found, and in which lists.
struct SearchResult {
  /// The candidates of each query, in the queries' order, nearest first.
  var candidates: [[Candidate]]
  /// The lists that were searched, by name.
  var lists: [ListVersion]
  /// What these lists need.
  var requirements: ListRequirements
  /// Hashes that were looked up.
  var lookups: Int
  /// Whether time was up before all were.
  var isCut: Bool
}
