/// Recognises a list's format from its beginning.
enum ListDetector {
  /// Bytes that are looked at.
  static let length = 1 << 16

  /// - Throws: ``ListError`` when the text is not a list of any known format.
  static func format(
    of beginning: [UInt8], _ options: ImportOptions
  ) throws(ListError) -> ListFormat {
    // XML declares its own encoding.
    if options.format == .ncmec { return .ncmec }
    var bytes = beginning.prefix(length)[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw ListError(.unreadable, "UTF-16 text; save it as UTF-8")
    }
    guard !bytes.prefix(4096).contains(0) else {
      throw ListError(.unreadable, "not a text file")
    }
    if let format = options.format { return format }
    let text = bytes.drop { $0 <= UInt8(ascii: " ") }
    switch text.first {
    case UInt8(ascii: "<"): return .ncmec
    case UInt8(ascii: "{"), UInt8(ascii: "["): return try json(text)
    default: break
    }
    // The first line that says anything.
    let lines = text.split(separator: UInt8(ascii: "\n"))
    guard let line = lines.first(where: { !$0.trimmed.isEmpty && $0.first != UInt8(ascii: "#") })
    else { return .text }
    let first = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    if ICSEParser.isHeader(first) { return .icse }
    if CSVHeader.isHeader(first, options) || !options.columns.isEmpty { return .csv }
    if ClamAVParser.isSignature(first) { return .clamav }
    return .text
  }

  /// By the names that occur in the beginning: each format has one that no other has.
  private static func json(_ text: ArraySlice<UInt8>) throws(ListError) -> ListFormat {
    let stream = JSONStream(records: [["\u{0}"]]) { _, _ in }
    stream.keepsNames = true
    // The beginning breaks off somewhere, and JSON Lines have more than one value.
    try? stream.read(text.span)
    let names = stream.names
    if names.contains("hashRecords") { return .stopncii }
    if names.contains("hash_digest") || names.contains("results") { return .tat }
    if names.contains("@odata.context") || names.contains("odata.metadata")
      || names.contains("MediaID")
    {
      return .vics
    }
    if names.contains("Event") { return .misp }
    if names.contains("objects") || names.contains("spec_version") { return .stix }
    if names.contains("format") || names.contains("h") || names.contains("hashes") { return .jsonl }
    if names.contains("indicator") || names.contains("data") { return .threatexchange }
    throw ListError(
      .formatNotStated, "JSON whose format cannot be recognised from its content; state the format")
  }
}
