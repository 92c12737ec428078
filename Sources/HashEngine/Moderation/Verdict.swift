/// What is known of a picture. Three answers, never two: a picture that was not scanned is not clean.
public enum Verdict: Sendable, Hashable {
  /// Entries it is near to, nearest first; never empty.
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

  /// Whether the picture is too flat, or too small, for a hash that could be compared. It is on no
  /// list then, since lists take no such hashes.
  public var lacksDetail: Bool {
    guard let fingerprint else { return false }
    return fingerprint.frames.allSatisfy { $0.pdq.map { !$0.isUsable } ?? false }
  }
}
