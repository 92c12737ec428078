/// An algorithm in one implementation family, with its width: hashes of different kinds are never
/// compared, and a kind is stated, never guessed.
public enum HashKind: String, Sendable, Hashable, CaseIterable, Codable {
  /// ``PDQHash``, computed at full resolution.
  case pdq

  /// The byte that stands for the kind in the database; never reused.
  var code: UInt8 {
    switch self {
    case .pdq: 1
    }
  }

  init?(code: UInt8) {
    guard let kind = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = kind
  }

  /// Bytes of a hash of this kind.
  var byteCount: Int {
    switch self {
    case .pdq: PDQHash.byteCount
    }
  }
}

/// A hash with its kind.
public struct ListedHash: Sendable, Hashable {
  public let kind: HashKind
  /// In the order of the text.
  public let bytes: [UInt8]

  /// `nil` when the bytes are too many or too few for the kind.
  init?(kind: HashKind, bytes: [UInt8]) {
    guard bytes.count == kind.byteCount else { return nil }
    self.kind = kind
    self.bytes = bytes
  }

  public init(_ hash: PDQHash) {
    kind = .pdq
    bytes = hash.bytes
  }

  /// Strict hexadecimal of the kind's exact length.
  public init?(kind: HashKind, text: some StringProtocol) {
    guard let bytes = hexBytes(Array(text.utf8), count: kind.byteCount) else { return nil }
    self.kind = kind
    self.bytes = bytes
  }

  public var pdq: PDQHash? { kind == .pdq ? PDQHash(bytes: bytes.span) : nil }

  /// All bits equal: what software writes for "no hash", and flat pictures give.
  public var isDegenerate: Bool {
    bytes.allSatisfy { $0 == 0 } || bytes.allSatisfy { $0 == 0xFF }
  }
}
