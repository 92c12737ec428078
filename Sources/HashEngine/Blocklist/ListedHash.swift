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

  public init(_ hash: PerceptualHash64) {
    kind = .phash64
    bytes = hash.bytes
  }

  /// Strict hexadecimal of the kind's exact length.
  public init?(kind: HashKind, text: some StringProtocol) {
    guard let bytes = hexBytes(Array(text.utf8), count: kind.byteCount) else { return nil }
    self.kind = kind
    self.bytes = bytes
  }

  public var pdq: PDQHash? { kind == .pdq ? PDQHash(bytes: bytes.span) : nil }
  public var phash64: PerceptualHash64? {
    kind == .phash64 ? PerceptualHash64(bytes: bytes.span) : nil
  }

  public var text: String { hexText(bytes) }

  /// All bits equal, or nearly all of 64: what software writes for "no hash", and flat pictures
  /// give.
  public var isDegenerate: Bool {
    bytes.allSatisfy { $0 == 0 } || bytes.allSatisfy { $0 == 0xFF }
      || phash64?.isDegenerate ?? false
  }
}
