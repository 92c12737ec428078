/// A source of entries with a name of its own.
public struct HashList: Sendable, Hashable {
  public let name: String
  /// Seconds since 1970.
  public let createdAt: Int
  /// Entries in it.
  public let count: Int
}

/// What a list holds of one picture: the source's id for it and its hashes.
public struct Entry: Sendable, Hashable {
  /// The source's own id, or one derived from the hash where the source has none.
  public let id: String
  public var hashes: [ListedHash]
  public var label: String?
  /// When it was first imported, in seconds since 1970.
  public let addedAt: Int

  public init(id: String, hashes: [ListedHash], label: String?, addedAt: Int) {
    self.id = id
    self.hashes = hashes
    self.label = label
    self.addedAt = addedAt
  }
}

/// An entry that lies within the radius of a hash.
public struct Match: Sendable, Hashable {
  public let list: String
  public let entry: String
  public let label: String?
  public let kind: HashKind
  /// Bits that differ; 0 for a digest.
  public let distance: Int
  /// The frame of an animation that matched, counted from 1.
  public var frame = 1
  /// How the stored pixels were turned when they matched.
  public var orientation = Orientation.asStored

  public init(list: String, entry: String, label: String?, kind: HashKind, distance: Int) {
    self.list = list
    self.entry = entry
    self.label = label
    self.kind = kind
    self.distance = distance
  }
}
