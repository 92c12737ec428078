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
  /// Which of the pictures in the file matched, as in `picture 2` or `thumbnail`; absent for the one that is shown.
  let part: String?
  /// The part of the listed picture that matched, in percent; absent for the whole.
  let crop: String?
  /// How the picture was looked at, as in `as stored`, `mirrored` or `trimmed 0,12,100,88`; absent for digests.
  let view: String?

  /// - Parameter isAnimation: Whether to report the frame.
  package init(_ match: Match, isAnimation: Bool = false) {
    frame = isAnimation && !match.kind.isDigest ? match.frame : nil
    part = match.kind.isDigest ? nil : match.part.text
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

extension PicturePart {
  /// Its name for people; `nil` for the main picture.
  package var text: String? {
    switch self {
    case .main: nil
    case .picture(let number): "picture \(number)"
    case .thumbnail: "thumbnail"
    }
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
