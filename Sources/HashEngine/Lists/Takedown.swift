/// A picture to be listed: the hashes by which it, and its copies, will be found again.
public struct Takedown: Sendable, Hashable {
  /// Its SHA-256, and the perceptual hashes of every frame, as stored and as EXIF shows it.
  public let hashes: [ListedHash]
  /// Which of the hashes are of parts of the picture.
  public let crops: [CroppedHash]

  /// - Parameter hashes: Those of the whole picture first; past ``StoredEntry/maximumHashes`` they are left
  ///   out.
  init(hashes: [ListedHash], crops: [CroppedHash]) {
    self.hashes = Array(hashes.prefix(StoredEntry.maximumHashes))
    self.crops = crops
  }

  /// Whether no frame has enough detail for a perceptual hash: only the very same bytes will match.
  public var isExactOnly: Bool { hashes.allSatisfy(\.kind.isDigest) }

  /// The id of its entry: the same for the same bytes.
  var id: String? { hashes.first.map { ListChange.derivedID($0) } }
}

/// A picture that is known to be harmless.
public struct AllowedPicture: Sendable, Hashable {
  /// Its hashes.
  public let picture: Takedown
  /// The entries that it matches although it is not a copy of them.
  public let excuses: [EntryReference]

  /// A picture that excuses matches with these entries, of which it is not a copy.
  public init(_ picture: Takedown, excuses: [EntryReference]) {
    self.picture = picture
    self.excuses = excuses
  }
}
