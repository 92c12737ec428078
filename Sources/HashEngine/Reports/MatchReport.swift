/// An entry that was matched.
package struct MatchReport: Encodable {
  let list: String
  let entry: String
  let label: String?
  let meaning: ListMeaning
  /// True when an allowlist excuses it.
  let allowed: Bool?
  let kind: HashKind
  let distance: Int
  let radius: Int
  /// The frame of an animation, counted from 1; `nil` for other pictures and for digests.
  let frame: Int?
  /// The part of the listed picture that matched, in percent; absent for the whole.
  let crop: String?
  /// How the picture was looked at, as in `as stored`, `mirrored` or `trimmed 0,12,100,88`; absent for digests.
  let view: String?

  /// - Parameter isAnimation: Whether to report the frame.
  package init(_ match: Match, isAnimation: Bool = false) {
    frame = isAnimation && !match.kind.isDigest ? match.frame : nil
    crop = match.crop?.text
    view = match.kind.isDigest ? nil : match.view.description
    list = match.list
    entry = match.entry
    label = match.label
    meaning = match.meaning
    allowed = match.isExcused ? true : nil
    kind = match.kind
    distance = match.distance
    radius = match.radius
  }
}

/// Why a picture was not scanned, or not hashed.
package struct ReasonReport: Encodable {
  let code: ImageError.Code
  let message: String

  package init(_ error: ImageError) {
    code = error.code
    message = error.description
  }
}
