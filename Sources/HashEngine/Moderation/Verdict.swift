/// What is known of a picture. Three answers, never two: a picture that was not scanned is not clean.
public enum Verdict: Sendable, Hashable {
  /// Entries it is near to, nearest first; never empty. Whether they count is told by
  /// ``Examination/action``.
  case match([Match])
  case noMatch
  case notScanned(ImageError)
}

/// What a moderator found out about one picture.
public struct Examination: Sendable, Hashable {
  /// How long it took.
  public struct Timings: Sendable, Hashable {
    /// Decoding and hashing.
    public var decoding = Duration.zero
    /// Asking the lists.
    public var lookup = Duration.zero

    public init(decoding: Duration = .zero, lookup: Duration = .zero) {
      self.decoding = decoding
      self.lookup = lookup
    }
  }

  public let verdict: Verdict
  /// What was computed; `nil` when nothing could be decoded.
  public let fingerprint: Fingerprint?
  /// The lists that were asked, in the state that answered; empty when it did not come to that.
  public let lists: [ListVersion]
  /// Hashes that the lists were asked for.
  public let asked: Int
  public let timings: Timings

  public init(
    verdict: Verdict, fingerprint: Fingerprint?, lists: [ListVersion] = [], asked: Int = 0,
    timings: Timings = Timings()
  ) {
    self.verdict = verdict
    self.fingerprint = fingerprint
    self.lists = lists
    self.asked = asked
    self.timings = timings
  }

  /// What the picture's matches come to; `nil` when there are none.
  public var action: ListMeaning? {
    guard case .match(let matches) = verdict else { return nil }
    return matches.action
  }

  /// Whether the picture is too flat, or too small, for a hash that could be compared. It is on no
  /// list then, since lists take no such hashes.
  public var lacksDetail: Bool {
    guard let fingerprint else { return false }
    return fingerprint.frames.allSatisfy { $0.pdq.map { !$0.isUsable } ?? false }
  }
}

/// What a moderator found out about one hash.
public struct HashExamination: Sendable, Hashable {
  /// Entries it is near to, nearest first.
  public let matches: [Match]

  /// What the matches come to; `nil` when there are none.
  public var action: ListMeaning? { matches.isEmpty ? nil : matches.action }
}

extension [Match] {
  /// The gravest meaning of those that no allowlist excuses, `allow` when all are excused.
  fileprivate var action: ListMeaning {
    let meanings = Set(filter { !$0.isAllowed }.map(\.meaning))
    return meanings.contains(.block) ? .block : meanings.contains(.review) ? .review : .allow
  }
}
