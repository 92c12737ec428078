/// What counts as a match, besides what the lists' settings say.
public struct MatchPolicy: Sendable, Hashable {
  /// Bits by which a PDQ hash may differ from a listed one, whatever its list says; `nil` for the list's own
  /// radius. Unrelated pictures lie at about 128.
  public var pdqRadius: Int?
  /// The same for 64-bit perceptual hashes.
  public var phash64Radius: Int?
  /// Which views of a picture are compared, whatever a list says; `nil` for the lists' own efforts.
  public var effort: Effort?
  /// The lists that are searched, `nil` for all.
  public var lists: Set<String>?
  /// The kinds of hash that are looked up, `nil` for those that the lists have.
  public var kinds: Set<HashKind>?
  /// Limits on a picture and on decoding it; a picture past them is not scanned.
  public var limits: DecodingLimits
  /// How long one picture may take, decoding and search together; `nil` for no limit besides the deadline in
  /// ``limits``.
  public var timeLimit: Duration?
  /// Whether a search ends as soon as it is certain that the picture is to be blocked; further matches are
  /// then not reported.
  public var endsEarly: Bool

  /// Whether the SHA-256 of each picture is computed, even where no list has any.
  public var includesSHA256 = false

  /// What becomes of a picture that matches nothing and has something else behind it, as a video or an archive.
  public var trailingData: TrailingData

  /// What becomes of a picture with something behind it.
  public enum TrailingData: String, Sendable, Hashable, CaseIterable {
    /// It is told in the answer.
    case told
    /// The picture counts as not scanned.
    case notScanned = "not-scanned"
  }

  /// Radii, effort and kinds that are not given are left to the lists.
  public init(
    pdqRadius: Int? = nil, phash64Radius: Int? = nil, effort: Effort? = nil,
    lists: Set<String>? = nil, kinds: Set<HashKind>? = nil,
    limits: DecodingLimits = DecodingLimits(), timeLimit: Duration? = nil,
    endsEarly: Bool = true, trailingData: TrailingData = .told
  ) {
    self.pdqRadius = pdqRadius
    self.phash64Radius = phash64Radius
    self.effort = effort
    self.lists = lists
    self.kinds = kinds
    self.limits = limits
    self.timeLimit = timeLimit
    self.endsEarly = endsEarly
    self.trailingData = trailingData
  }

  /// Whether the lists' own settings decide what matches.
  var leavesAllToLists: Bool {
    pdqRadius == nil && phash64Radius == nil && effort == nil && lists == nil && kinds == nil
  }

  /// The limits for a picture that is examined now, with the deadline that the time limit sets.
  var limitsFromNow: DecodingLimits {
    var limits = limits
    if let timeLimit {
      limits.deadline = min(limits.deadline ?? .now + timeLimit, .now + timeLimit)
    }
    return limits
  }

  /// How the lists are to be searched, until a deadline.
  func searchOptions(until deadline: ContinuousClock.Instant? = nil) -> SearchOptions {
    var options = SearchOptions(effort: effort, lists: lists, deadline: deadline)
    options.radii[.pdq] = pdqRadius
    options.radii[.phash64] = phash64Radius
    return options
  }
}
