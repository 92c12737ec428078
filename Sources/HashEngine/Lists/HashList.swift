/// What a match with an entry of a list means.
public enum ListMeaning: String, Sendable, Hashable, CaseIterable, Codable {
  /// The picture is to be refused.
  case block
  /// Somebody is to look at it.
  case review
  /// The picture is known to be harmless: see ``Match/isExcused``.
  case allow
}

/// What a match with a hash means that pictures of strangers have: of stripes, lined paper, blank documents, test
/// patterns.
public enum CommonHashPolicy: String, Sendable, Hashable, CaseIterable, Codable {
  /// Somebody is to look at it.
  case review
  /// The same as any other match.
  case match
}

/// What the operator decides about a list.
public struct ListSettings: Sendable, Hashable {
  /// What a match means.
  public var meaning = ListMeaning.block
  /// Bits by which a PDQ hash may differ from a listed one.
  public var pdqRadius = 31
  /// Bits by which the PDQ hash of a picture as stored, or as shown, may differ for the match to mean
  /// `review`; `nil`, or no more than ``pdqRadius``, for no such matches. A wide radius makes searches
  /// several times slower.
  public var reviewRadius: Int?
  /// The default for a review radius.
  public static let usualReviewRadius = 47
  /// Bits by which a 64-bit perceptual hash may differ. From 8 on, unrelated pictures begin to match.
  public var phash64Radius = 4
  /// Which views of a picture are compared with its entries.
  public var effort = Effort.standard
  /// What a match with a hash means that pictures of strangers have.
  public var commonHashes = CommonHashPolicy.review
  /// Whether the list is matched at all.
  public var isEnabled = true
  /// When the list stops being matched; `nil` for never.
  public var expiresAt: Timestamp?
  /// How old the last import may be before the list counts as stale; `nil` for any age.
  public var staleAfter: Duration?
  /// What the operator wants people to know of it.
  public var note: String?

  /// A list that blocks, compared at effort `standard` within 31 bits.
  public init() {}

  /// Bits by which a hash of this kind may differ.
  public func radius(of kind: HashKind) -> Int {
    switch kind {
    case .pdq: pdqRadius
    case .phash64: phash64Radius
    case .md5, .sha1, .sha256: 0
    }
  }

  /// The larger of the list's radius and its review radius.
  func widestRadius(of kind: HashKind) -> Int {
    let review = kind == .pdq && meaning != .allow ? reviewRadius ?? 0 : 0
    return max(radius(of: kind), review)
  }

  /// Whether the list is matched at a time: it is enabled and has not expired.
  public func isInForce(at now: Timestamp) -> Bool {
    isEnabled && expiresAt.map { now < $0 } ?? true
  }
}

/// A source of entries with a name of its own.
public struct HashList: Sendable, Hashable {
  /// 1 to 64 letters, digits, `.`, `_` and `-`.
  public let name: String
  /// What the operator decides about it.
  public let settings: ListSettings
  /// When it was made.
  public let createdAt: Timestamp
  /// Grows with every change of its entries, from 0.
  public let serial: Int
  /// Entries in it, withdrawn ones left out.
  public let count: Int
  /// Entries that their source, or the operator, has taken back.
  public let withdrawn: Int
  /// When a file was last imported into it, whether or not that changed anything; `nil` for never.
  public let importedAt: Timestamp?
  /// The name of that file.
  public let source: String?

  /// How long ago a file was last imported, or the list was made.
  public func age(at now: Timestamp) -> Duration {
    .seconds(max(0, now.seconds - (importedAt ?? createdAt).seconds))
  }

  /// Whether it is older than it may be.
  public func isStale(at now: Timestamp) -> Bool {
    guard let limit = settings.staleAfter else { return false }
    // An import of tomorrow was dated by a clock that was wrong; nobody knows how old it is.
    let isOfTomorrow = (importedAt ?? createdAt).seconds > now.seconds + 3600
    return age(at: now) > limit || isOfTomorrow
  }
}
