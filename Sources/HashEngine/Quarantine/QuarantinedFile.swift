public import SystemPackage

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// What is written beside a file in quarantine: where it came from, and why. It names neither its hashes nor its digests.
public struct QuarantinedFile: Codable, Sendable, Hashable {
  /// A place that it was taken from.
  public struct Place: Codable, Sendable, Hashable {
    /// The path, with replacement characters for bytes that are not UTF-8.
    public let path: String
    /// The path's bytes in base64, where they are not UTF-8.
    let pathBytes: String?
    /// When it was taken from there.
    public let at: Timestamp
    /// How the file was kept there: its permissions, owner and group.
    let mode: UInt32
    let uid: UInt32
    let gid: UInt32
    /// When its content was last changed, in nanoseconds since 1970; `nil` in older records.
    let changed: Int64?

    enum CodingKeys: String, CodingKey {
      case path
      case pathBytes = "path_base64"
      case at, mode, uid, gid, changed
    }

    /// The path as it was.
    public var filePath: FilePath {
      let bytes = pathBytes.flatMap { Data(base64Encoded: $0) }.map { [UInt8]($0) }
      return FilePath(bytes: bytes ?? Array(path.utf8))
    }

    init(
      _ path: FilePath, at: Timestamp, mode: UInt32, uid: UInt32, gid: UInt32, changed: Int64?
    ) {
      let bytes = path.bytes
      self.path = path.string
      pathBytes =
        String(validating: bytes, as: UTF8.self) == nil ? Data(bytes).base64EncodedString() : nil
      self.at = at
      self.mode = mode
      self.uid = uid
      self.gid = gid
      self.changed = changed
    }
  }

  /// An entry that it matched.
  public struct MatchedEntry: Codable, Sendable, Hashable {
    /// The list's name.
    public let list: String
    /// The entry's id.
    public let entry: String
    /// The source's classification.
    public let label: String?
    /// What the match meant.
    public let meaning: ListMeaning
    /// The kind of the hash that matched, and the bits that differed.
    public let kind: HashKind
    /// See ``kind``.
    public let distance: Int
    /// How the picture was looked at.
    public let view: String

    init(_ match: Match) {
      list = match.list
      entry = match.entry
      label = match.label
      meaning = match.meaning
      kind = match.kind
      distance = match.distance
      view = match.kind.isDigest ? "digest" : match.view.description
    }
  }

  /// A list as it was when it was asked.
  public struct AskedList: Codable, Sendable, Hashable {
    /// Its name.
    public let name: String
    /// See ``HashList/serial``.
    public let serial: Int
  }

  /// The name of the file in quarantine: an HMAC of its SHA-256 under the installation's key.
  public let name: String
  /// In bytes.
  public let size: Int
  /// The places that it was taken from; several if it was found again.
  public var places: [Place]
  /// What it matched when it was taken last.
  public var matches: [MatchedEntry]
  /// The lists that were asked then.
  public var lists: [AskedList]

  /// When it was taken last.
  public var takenAt: Timestamp { places.map(\.at).max() ?? Timestamp(seconds: 0) }

  mutating func add(_ place: Place, _ examination: Examination) {
    if places.last?.path != place.path || places.last?.pathBytes != place.pathBytes {
      places.append(place)
    }
    if case .match(let found) = examination.verdict { matches = found.map { MatchedEntry($0) } }
    lists = examination.lists.map { AskedList(name: $0.name, serial: $0.serial) }
  }
}
