/// One hash a line: `hash`, `hash,id` and `hash id`, as the reference's C++ tools and checksum
/// programs write them; also `hash=…`, `hash,quality,file name` and `kind hash`. `#` starts a comment.
struct PlainTextParser: LineParser {
  private(set) var kind: HashKind?
  private let spelling: HashSpelling?

  init(kind: HashKind?, spelling: HashSpelling?) {
    self.kind = kind
    self.spelling = spelling
  }

  mutating func parse(
    _ line: ArraySlice<UInt8>, number: Int
  ) throws(ListError) -> SourceRecord? {
    var text = line.trimmed
    if text.isEmpty || text.first == UInt8(ascii: "#") { return nil }
    if text.starts(with: Self.prefix) { text = text.dropFirst(Self.prefix.count) }
    var (hash, rest) = Self.split(text)
    var stated = kind
    // threatexchange's files have `pdq HASH`; no kind's name is as long as a hash.
    if hash.count <= 8, !rest.isEmpty,
      let named = HashKind(named: String(decoding: hash, as: UTF8.self))
    {
      stated = named
      (hash, rest) = Self.split(rest)
    } else if kind == nil {
      kind = try Self.kind(ofDigits: hash)
      stated = kind
    }
    guard let kind = stated else { return nil }
    if rest.first == UInt8(ascii: "#") { rest = [] }
    // Checksum programs mark binary files with `*`.
    if rest.first == UInt8(ascii: "*") { rest = rest.dropFirst() }
    do throws(HashField.Refusal) {
      var entry = SourceEntry(
        id: nil, hashes: [try HashField.read(hash, kind: kind, spelling: spelling)], merges: true)
      // The reference's hasher prints `hash,quality,file name`.
      if let comma = rest.firstIndex(of: UInt8(ascii: ",")),
        let quality = Int(String(decoding: rest[..<comma], as: UTF8.self)),
        (0...100).contains(quality)
      {
        entry.details.quality = try HashField.quality(String(quality))
        rest = rest[(comma + 1)...].trimmed
      }
      if !rest.isEmpty {
        guard let id = String(validating: rest, as: UTF8.self) else {
          throw HashField.Refusal(reason: "not UTF-8")
        }
        entry.id = id
      }
      return SourceRecord(number: number, content: .entry(entry))
    } catch {
      return SourceRecord(number: number, content: .rejected(error.reason))
    }
  }

  private static let prefix = Array("hash=".utf8)

  /// What stands before the first comma or blank, and what after it.
  private static func split(
    _ text: ArraySlice<UInt8>
  ) -> (first: ArraySlice<UInt8>, rest: ArraySlice<UInt8>) {
    let end = text.firstIndex {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t")
    }
    guard let end else { return (text, []) }
    var rest = text[end...].trimmed
    if rest.first == UInt8(ascii: ",") { rest = rest.dropFirst().trimmed }
    return (text[..<end], rest)
  }

  /// The kind, where the number of digits leaves only one.
  private static func kind(ofDigits text: ArraySlice<UInt8>) throws(ListError) -> HashKind {
    switch text.count {
    case 32 where text.allSatisfy({ hexValue($0) != nil }): return .md5
    case 40 where text.allSatisfy({ hexValue($0) != nil }): return .sha1
    case 64:
      throw ListError(
        .kindNotStated,
        "64 hexadecimal digits may be PDQ or SHA-256; state which")
    default:
      throw ListError(
        .kindNotStated, "the file does not say what kind its hashes are; state it")
    }
  }
}
