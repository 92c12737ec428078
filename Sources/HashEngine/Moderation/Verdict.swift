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
  public let verdict: Verdict
  /// What was computed; `nil` when nothing could be decoded.
  public let fingerprint: Fingerprint?

  public init(verdict: Verdict, fingerprint: Fingerprint?) {
    self.verdict = verdict
    self.fingerprint = fingerprint
  }

  /// What the picture's matches come to: the gravest meaning of those that no allowlist excuses, `allow`
  /// when all are excused; `nil` when there are none.
  public var action: ListMeaning? {
    guard case .match(let matches) = verdict else { return nil }
    let meanings = Set(matches.filter { !$0.isAllowed }.map(\.meaning))
    return meanings.contains(.block) ? .block : meanings.contains(.review) ? .review : .allow
  }

  /// Whether the picture is too flat, or too small, for a hash that could be compared. It is on no
  /// list then, since lists take no such hashes.
  public var lacksDetail: Bool {
    guard let fingerprint else { return false }
    return fingerprint.frames.allSatisfy { $0.pdq.map { !$0.isUsable } ?? false }
  }
}
