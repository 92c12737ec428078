/// A hash with its kind.
public struct ListedHash: Sendable, Hashable {
  /// What it is a hash of, and by which algorithm.
  public let kind: HashKind
  /// The bytes in the order of the text, eight to a word, most significant first; zero past the kind's width.
  /// Words, not an array, since imports hold millions of them.
  let words: (UInt64, UInt64, UInt64, UInt64)

  init(kind: HashKind, words: (UInt64, UInt64, UInt64, UInt64)) {
    self.kind = kind
    self.words = words
  }

  /// `nil` when the bytes are too many or too few for the kind.
  init?(kind: HashKind, bytes: some Collection<UInt8>) {
    guard bytes.count == kind.byteCount else { return nil }
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    for (index, byte) in bytes.enumerated() {
      let part = UInt64(byte) << UInt64(56 - 8 * (index % 8))
      switch index / 8 {
      case 0: words.0 |= part
      case 1: words.1 |= part
      case 2: words.2 |= part
      default: words.3 |= part
      }
    }
    self.init(kind: kind, words: words)
  }

  /// The hash, as a list holds it.
  public init(_ hash: PDQHash) {
    let words = hash.words
    self.init(kind: .pdq, words: (words[3], words[2], words[1], words[0]))
  }

  /// The hash, as a list holds it.
  public init(_ hash: PerceptualHash64) {
    self.init(kind: .phash64, words: (hash.word, 0, 0, 0))
  }

  /// Strict hexadecimal of the kind's exact length.
  public init?(kind: HashKind, text: some StringProtocol) {
    guard let words = hexWords(text.utf8, bytes: kind.byteCount) else { return nil }
    self.init(kind: kind, words: words)
  }

  /// In the order of the text.
  public var bytes: [UInt8] {
    withUnsafeBytes(
      of: (
        words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian
      )
    ) { Array($0.prefix(kind.byteCount)) }
  }

  /// `nil` for another kind.
  public var pdq: PDQHash? {
    kind == .pdq ? PDQHash(words: SIMD4(words.3, words.2, words.1, words.0)) : nil
  }
  /// `nil` for another kind.
  public var phash64: PerceptualHash64? {
    kind == .phash64 ? PerceptualHash64(word: words.0) : nil
  }

  /// Lower-case hexadecimal.
  public var text: String { hexText(bytes) }

  /// Bits that differ from another hash of the same kind; for digests 0 if equal, else `nil`. `nil` for
  /// hashes of different kinds.
  func distance(to other: ListedHash) -> Int? {
    guard kind == other.kind else { return nil }
    if kind.isDigest { return self == other ? 0 : nil }
    return (words.0 ^ other.words.0).nonzeroBitCount + (words.1 ^ other.words.1).nonzeroBitCount
      + (words.2 ^ other.words.2).nonzeroBitCount + (words.3 ^ other.words.3).nonzeroBitCount
  }

  /// Bits set.
  var bitsSet: Int {
    words.0.nonzeroBitCount + words.1.nonzeroBitCount + words.2.nonzeroBitCount
      + words.3.nonzeroBitCount
  }

  /// Whether the hash says nothing: all bits are equal, or nearly all of 64, as software writes for "no hash"
  /// and as flat pictures give; or it is the digest of an empty file.
  public var isDegenerate: Bool {
    bitsSet == 0 || bitsSet == 8 * kind.byteCount || phash64?.isDegenerate ?? false
      || Self.ofNothing.contains(self)
  }

  /// The digests of no bytes at all.
  private static let ofNothing = Set(
    Digests.of([UInt8]().span, kinds: [.md5, .sha1, .sha256]).compactMap {
      ListedHash(kind: $0, bytes: $1)
    })

  public static func == (a: ListedHash, b: ListedHash) -> Bool {
    a.kind == b.kind && a.words == b.words
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }
}

extension ListedHash: Comparable {
  /// By kind, then as their bytes.
  public static func < (a: ListedHash, b: ListedHash) -> Bool {
    (a.kind.code, a.words.0, a.words.1, a.words.2, a.words.3)
      < (b.kind.code, b.words.0, b.words.1, b.words.2, b.words.3)
  }
}
