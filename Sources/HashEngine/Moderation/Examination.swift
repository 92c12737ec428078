/// The result for a picture. There are three, not two: a picture that was not scanned is not clean.
public enum Verdict: Sendable, Hashable {
  /// Entries it is near to, nearest first; never empty. ``Examination/action`` says what they come to.
  case match([Match])
  /// It was scanned, against at least one list that could have matched, and is near to no entry.
  case noMatch
  /// It could not be examined as people see it, and why.
  case notScanned(ImageError)
}

/// What a moderator found out about one picture.
public struct Examination: Sendable, Hashable {
  /// How long it took.
  public struct Timings: Sendable, Hashable {
    /// Decoding and hashing.
    public var decoding = Duration.zero
    /// Searching the lists.
    public var lookup = Duration.zero

    /// Durations, zero unless given.
    public init(decoding: Duration = .zero, lookup: Duration = .zero) {
      self.decoding = decoding
      self.lookup = lookup
    }
  }

  /// The verdict on the picture.
  public let verdict: Verdict
  /// What was computed; `nil` when nothing could be decoded, and when it was of no need, since the ledger knows the
  /// verdict.
  public let fingerprint: Fingerprint?
  /// What is known of the picture besides its hashes; `nil` when nothing could be decoded.
  public let facts: PictureFacts?
  /// Digests of the file's bytes, of the kinds that were computed.
  public let digests: [HashKind: [UInt8]]
  /// The lists that were searched, in the state at that time; empty when no search took place.
  public let lists: [ListVersion]
  /// Hashes that were looked up: of views, and digests.
  public let lookups: Int
  /// How long it took.
  public let timings: Timings

  /// An examination made up by the caller; for tests of code that uses a moderator.
  public init(
    verdict: Verdict, fingerprint: Fingerprint?, facts: PictureFacts? = nil,
    digests: [HashKind: [UInt8]] = [:], lists: [ListVersion] = [], lookups: Int = 0,
    timings: Timings = Timings()
  ) {
    self.verdict = verdict
    self.fingerprint = fingerprint
    self.digests = digests
    self.facts = facts ?? fingerprint.map { PictureFacts(of: $0) }
    self.lists = lists
    self.lookups = lookups
    self.timings = timings
  }

  /// What the picture's matches come to: the most severe meaning of those that no allowlist excuses, `allow`
  /// when all are excused; `nil` when there are none.
  public var action: ListMeaning? {
    if case .match(let matches) = verdict { matches.action } else { nil }
  }

  /// Whether the picture is too flat, or too small, for a hash that could be compared: nothing was looked
  /// up. A faded picture is not.
  public var lacksDetail: Bool { facts?.lacksDetail ?? false }
}

/// The results of looking up several hashes.
public struct HashLookup: Sendable, Hashable {
  /// One for each hash, in their order.
  public let results: [HashExamination]
  /// The lists that were searched, in the state at that time.
  public let lists: [ListVersion]
}

/// What a moderator found out about one hash.
public struct HashExamination: Sendable, Hashable {
  /// Entries it is near to, nearest first.
  public let matches: [Match]

  /// What the matches come to; `nil` when there are none.
  public var action: ListMeaning? { matches.action }
}
