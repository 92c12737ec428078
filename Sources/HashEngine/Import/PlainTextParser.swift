/// One hash a line: `hash`, `hash,id`, as the reference's tools write them, and checksum programs' `hash  name`; also
/// `hash=…`, `hash,quality,file name`, `kind hash`, `kind:hash`, `hash:count` and `MD5 (name) = hash`. Commas may be
/// semicolons, tabs or bars, and fields quoted. `#` starts a comment.
///
/// The text behind a blank is a remark or a file's name: it becomes the label. Behind a comma it is the entry's id, if
/// no other hash has it.
struct PlainTextParser: LineParser {
  private(set) var kind: HashKind?
  private(set) var spelling: HashSpelling?
  private let isKindStated: Bool
  private let shape: TextShape
  private var lostNames = 0
  private var otherHashes = 0
  private var isExport = false
  /// The heading of the part that is being read, if it says that what follows is taken back.
  private var section: String?

  /// - Parameter beginning: The list's first bytes, from which it is seen how it is written.
  init(kind: HashKind?, spelling: HashSpelling?, beginning: [UInt8]) {
    self.kind = kind
    isKindStated = kind != nil
    shape = TextShape(beginning)
    self.spelling = spelling ?? HashSpelling.guess(from: shape.hashes)
  }

  var remarks: [String] {
    var remarks: [String] = []
    if lostNames > 0 {
      remarks.append("ids or names left out, since they are not UTF-8 or too long: \(lostNames)")
    }
    if otherHashes > 0 {
      remarks.append(
        "second hashes that were not read, since 64 digits may be of two kinds: \(otherHashes)")
    }
    return remarks
  }

  mutating func parse(
    _ line: ArraySlice<UInt8>, number: Int, into records: inout [SourceRecord]
  ) throws(ListError) {
    let text = line.trimmed
    if text.first == UInt8(ascii: "#"), ListPreamble.isOne(text) { isExport = true }
    if let heading = SectionHeading(text) {
      section = heading.takesBack ? heading.text : nil
      return
    }
    if text.isEmpty || text.first == UInt8(ascii: "#") { return }
    if let section {
      let reason = "below a line that says \"\(section)\""
      records.append(SourceRecord(number: number, content: .rejected(reason)))
      return
    }
    if CSVParser.delimiter(statedIn: line) != nil { return }
    let parts = TextLine(text)
    if let stated = parts.kind, HashKind(sourceName: stated) == nil {
      records.append(
        SourceRecord(number: number, content: .unsupported, unsupported: [stated.lowercased()]))
      return
    }
    let kind = try kind(of: parts)
    do throws(HashField.Refusal) {
      let hash = try HashField.read(parts.hash, kind: kind, spelling: spelling)
      var entry = SourceEntry(id: nil, hashes: [hash], merges: true)
      if isExport {
        entry.id = parts.rest.isEmpty ? nil : String(validating: parts.rest, as: UTF8.self)
      } else {
        try take(parts, into: &entry)
      }
      records.append(SourceRecord(number: number, content: .entry(entry)))
    } catch {
      records.append(
        SourceRecord(number: number, content: .rejected(error.reason, byPolicy: error.isByPolicy)))
    }
  }

  /// The kind of a line's hash; of the first, where nobody states it, that of the rest.
  private mutating func kind(of parts: TextLine) throws(ListError) -> HashKind {
    if let stated = parts.kind.flatMap({ HashKind(sourceName: $0) }) { return stated }
    // Digits tell MD5 and SHA-1 apart, also among each other.
    if !isKindStated, let kind = Self.kindOfDigest(parts.hash) {
      if self.kind == nil { self.kind = kind }
      return kind
    }
    if let kind { return kind }
    throw parts.hash.count == 64
      ? ListError(.kindNotStated, "64 hexadecimal digits may be PDQ or SHA-256; state which")
      : ListError(.kindNotStated, "the file does not say what kind its hashes are; state it")
  }

  /// Takes what stands beside the hash.
  private mutating func take(
    _ parts: TextLine, into entry: inout SourceEntry
  ) throws(HashField.Refusal) {
    var texts: [String] = []
    var hasQuality = false
    var fields = parts.fields[...]
    while let field = fields.popFirst() {
      if let kind = Self.kindOfDigest(field), entry.hashes[0].kind.isDigest {
        if let hash = try? HashField.read(field, kind: kind), !entry.hashes.contains(hash) {
          entry.hashes.append(hash)
        }
        continue
      }
      if Self.isLongHash(field) {
        otherHashes += 1
        continue
      }
      let text = String(decoding: field, as: UTF8.self)
      if entry.hashes[0].kind == .pdq, !hasQuality, texts.isEmpty, parts.separator != .blank,
        shape.hasQualities || fields.count > 0, let quality = Double(text.trimmingBlanks),
        (0...100).contains(quality)
      {
        entry.details.quality = try HashField.quality(text)
        hasQuality = true
        // A file's name may have commas.
        if let name = parts.rest(after: 1) { fields = [name] }
        continue
      }
      guard String(validating: field, as: UTF8.self) != nil, field.count <= ListChange.longestID
      else {
        lostNames += 1
        continue
      }
      if !SourceText.saysNothing(text) { texts.append(text) }
    }
    if parts.isCount || shape.hasRowNumbers, texts.first.map({ Int($0) != nil }) ?? false {
      texts.removeFirst()
    }
    for text in texts {
      if SourceStatus.takesBack(text) {
        throw HashField.Refusal(reason: "beside it stands \"\(text)\"", isByPolicy: true)
      }
      if texts.count > 1 || parts.separator != .blank, SourceFlag.isPlainWord(text) {
        throw HashField.Refusal(
          reason:
            "beside it stands \"\(text)\", and nobody says of what: name the columns in a first line"
        )
      }
    }
    guard let first = texts.first else { return }
    // threatexchange's own word for what a hash is not.
    if parts.separator == .blank, first.split(separator: " ").contains("NEGATIVE_CLASS") {
      throw HashField.Refusal(reason: "NEGATIVE_CLASS: harmless", isByPolicy: true)
    }
    if parts.separator == .blank || hasQuality || entry.hashes.count > 1 || parts.isTagged
      || Self.isFileName(first)
    {
      entry.details.label = first
    } else {
      entry.id = first
      entry.isIDGuessed = true
    }
    let more = texts.dropFirst().joined(separator: ", ")
    if !more.isEmpty { entry.details.note = more }
  }

  /// Whether a text is a file's name, by its looks.
  private static func isFileName(_ text: String) -> Bool {
    if text.contains("/") || text.contains("\\") { return true }
    guard let dot = text.lastIndex(of: ".") else { return false }
    let ending = text[text.index(after: dot)...].lowercased()
    return [
      "jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "heic", "avif", "jxl", "jfif",
      "mp4",
      "mov", "webm", "mkv", "avi",
    ].contains(ending)
  }

  /// The kind of digest that so many hexadecimal digits are; `nil` for 64, which may be two kinds.
  private static func kindOfDigest(_ text: ArraySlice<UInt8>) -> HashKind? {
    guard text.count == 32 || text.count == 40, text.allSatisfy({ hexValue($0) != nil }) else {
      return nil
    }
    return text.count == 32 ? .md5 : .sha1
  }

  private static func isLongHash(_ text: ArraySlice<UInt8>) -> Bool {
    text.count >= 64 && text.allSatisfy { hexValue($0) != nil }
  }
}
