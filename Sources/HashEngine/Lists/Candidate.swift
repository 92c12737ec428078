/// An entry within its list's radius of a query: the raw result of a search, before allowlists are applied.
/// A ``Match`` is made of it.
struct Candidate {
  let list: String
  let entry: String
  let label: String?
  /// The list's meaning; `review` when the distance exceeds the list's radius but not its review radius, and when
  /// strangers have the hash (see ``ListSettings/commonHashes``).
  let meaning: ListMeaning
  let kind: HashKind
  /// Bits that differ; 0 for a digest.
  let distance: Int
  /// The radius that applied: how many bits may differ.
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
  /// The effort of the view that the hash was computed from.
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
  /// Whether it is enabled, and no longer in force because its time is over.
  public let isExpired: Bool
  /// Whether a picture can match it: it is in force, does more than to excuse, and has an entry in force.
  ///
  /// Where no list can match, there is no "no match".
  public let canMatch: Bool
  /// Whether its last import is older than the operator wants.
  public let isStale: Bool
  /// How many changes it has had, of whatever; tells two states of one list apart.
  var changes = 0
}

/// What the lists need a picture to be hashed for.
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

/// The limits and settings of one search.
struct SearchOptions {
  /// Radii by kind that replace the lists' own.
  var radii: [HashKind: Int] = [:]
  /// The effort that replaces the lists' own; `nil` for the lists' own.
  var effort: Effort?
  /// The names of the lists to search; `nil` for all.
  var lists: Set<String>?
  /// The time against which expiry is checked.
  var now = Timestamp.now
  /// When the search ends, done or not.
  var deadline: ContinuousClock.Instant?
}

/// The result of a search, and the lists that were searched.
struct SearchResult {
  /// The candidates of each query, in the queries' order, nearest first.
  var candidates: [[Candidate]]
  /// The lists that were searched, by name.
  var lists: [ListVersion]
  /// What these lists need.
  var requirements: ListRequirements
  /// Hashes that were looked up.
  var lookups: Int
  /// Whether the deadline passed before all hashes were looked up.
  var isCut: Bool
}
