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
  /// Of an animation, counted from 1.
  let frame: Int?
  /// `as_stored` or `as_shown` (turned as the file's EXIF says); absent for digests.
  let orientation: String?

  /// - Parameter isAnimation: Whether frames are worth naming.
  package init(_ match: Match, isAnimation: Bool = false) {
    frame = isAnimation && !match.kind.isDigest ? match.frame : nil
    orientation =
      match.kind.isDigest ? nil : match.orientation == .asStored ? "as_stored" : "as_shown"
    list = match.list
    entry = match.entry
    label = match.label
    meaning = match.meaning
    allowed = match.isAllowed ? true : nil
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
