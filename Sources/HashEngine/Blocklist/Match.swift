/// An entry that lies within the radius of a hash.
public struct Match: Sendable, Hashable {
  public let list: String
  public let entry: String
  public let label: String?
  /// What the list means by it; `review` past the list's radius and within its wider one.
  public let meaning: ListMeaning
  public let kind: HashKind
  /// Bits that differ; 0 for a digest.
  public let distance: Int
  /// Bits that might have differed.
  public let radius: Int
  /// Whether an allowlist excuses it: the picture's very bytes are on it, or an entry near the picture names
  /// this one. It is told, and does not count.
  public var isAllowed = false
  /// The frame of an animation that matched, counted from 1.
  public var frame = 1
  /// How the picture was looked at when it matched.
  public var view = View.asStored
  /// The part of the listed picture that matched, where it is not the whole.
  public var crop: Region?
  /// On an allowlist, the entries that it excuses.
  public let allows: [EntryReference]

  public init(
    list: String, entry: String, label: String? = nil, meaning: ListMeaning = .block,
    kind: HashKind, distance: Int, radius: Int, allows: [EntryReference] = []
  ) {
    self.list = list
    self.entry = entry
    self.label = label
    self.meaning = meaning
    self.kind = kind
    self.distance = distance
    self.radius = radius
    self.allows = allows
  }

  var reference: EntryReference { EntryReference(list: list, entry: entry) }
}
