/// An entry that a picture or a hash is near, with everything that is known about the match.
public struct Match: Sendable, Hashable {
  /// The list's name.
  public let list: String
  /// The entry's id.
  public let entry: String
  /// The source's classification of the entry.
  public let label: String?
  /// The list's meaning; `review` when the distance exceeds the list's radius but not its review radius, and when
  /// strangers have the hash (see ``ListSettings/commonHashes``).
  public let meaning: ListMeaning
  /// The kind of the hash that matched.
  public let kind: HashKind
  /// Bits that differ; 0 for a digest.
  public let distance: Int
  /// The radius that applied: how many bits may differ.
  public let radius: Int
  /// Whether an allowlist excuses it: the allowlist has the picture's exact bytes, or an allowlisted picture
  /// at least as near names this entry. An excused match is reported but does not count.
  public let isExcused: Bool
  /// The frame of an animation that matched, counted from 1.
  public let frame: Int
  /// Which of the pictures in the file matched.
  public let part: PicturePart
  /// The view of the picture that matched.
  public let view: View
  /// The part of the listed picture that matched, where it is not the whole.
  public let crop: Region?

  init(_ candidate: Candidate, isExcused: Bool, frame: Int, part: PicturePart, view: View) {
    list = candidate.list
    entry = candidate.entry
    label = candidate.label
    meaning = candidate.meaning
    kind = candidate.kind
    distance = candidate.distance
    radius = candidate.radius
    crop = candidate.crop
    self.isExcused = isExcused
    self.frame = frame
    self.part = part
    self.view = view
  }
}

extension [Match] {
  /// The most severe meaning of those that no allowlist excuses, `allow` when all are excused; `nil` when
  /// there are none.
  var action: ListMeaning? {
    guard !isEmpty else { return nil }
    let meanings = Set(filter { !$0.isExcused }.map(\.meaning))
    return meanings.contains(.block) ? .block : meanings.contains(.review) ? .review : .allow
  }
}
