/// An algorithm in one implementation family, with its width: hashes of different kinds are never
/// compared, and a kind is stated, never guessed.
public enum HashKind: String, Sendable, Hashable, CaseIterable, Codable {
  /// ``PDQHash``, computed at full resolution.
  case pdq
  /// ``PerceptualHash64``, ImageHash's `phash`.
  case phash64
  /// A digest of the file's bytes.
  case md5, sha1, sha256

  /// The kind that a list's text names, in upper or lower case; `phash` is short for `phash64`.
  public init?(named name: String) {
    switch name.lowercased() {
    case "phash": self = .phash64
    case "sha-1": self = .sha1
    case "sha-256": self = .sha256
    case let name: self.init(rawValue: name)
    }
  }

  /// Bytes of a hash of this kind.
  public var byteCount: Int {
    switch self {
    case .pdq: PDQHash.byteCount
    case .phash64: PerceptualHash64.byteCount
    case .md5: 16
    case .sha1: 20
    case .sha256: 32
    }
  }

  /// Whether it is a digest: the same for the same bytes, unrelated for any others.
  public var isDigest: Bool {
    switch self {
    case .pdq, .phash64: false
    case .md5, .sha1, .sha256: true
    }
  }
}
