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
    guard bytes.contains(where: { $0 > UInt8(ascii: " ") }) else {
      throw ListError(.nothingToImport, "the file is empty")
    }
    if let name = otherFile(bytes) { throw ListError(.unreadable, name) }
    try checkEncoding(bytes)
    if let format = options.format { return format }
    let text = bytes.drop { $0 <= UInt8(ascii: " ") }
    switch text.first {
    case UInt8(ascii: "<"): return .ncmec
    case UInt8(ascii: "{"), UInt8(ascii: "["): return try json(text)
    default: return lines(beginning, options)
    }
  }

  /// What a file is that is no list, by its first bytes, and what to do with it.
  private static func otherFile(_ bytes: ArraySlice<UInt8>) -> String? {
    let start = Array(bytes.prefix(512))
    if start.starts(with: [0x1F, 0x8B]) { return "a file packed by gzip; unpack it first" }
    if start.starts(with: Array("PK".utf8) + [3, 4]) {
      return "a spreadsheet or an archive (zip); save the table as CSV, or unpack it"
    }
    if start.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
      return "a spreadsheet; save the table as CSV"
    }
    if start.starts(with: Array("%PDF".utf8)) { return "a PDF document" }
    if start.starts(with: Array("{\\rtf".utf8)) {
      return "a document (RTF); save it as plain text"
    }
    let text = String(decoding: start, as: UTF8.self).trimmingBlanks.lowercased()
    if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") {
      return "a web page, perhaps one that asks to log in, and no list"
    }
    return nil
  }

  /// Refuses UTF-16 by its name, with a mark and without.
  private static func checkEncoding(_ bytes: ArraySlice<UInt8>) throws(ListError) {
    let start = Array(bytes.prefix(4096))
    let zeros = start.indices.filter { start[$0] == 0 }
    let isWide =
      start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF])
      || zeros.count * 3 > start.count && Set(zeros.map { $0 % 2 }).count == 1
    guard !isWide else {
      throw ListError(.unreadable, "UTF-16 text; save it as UTF-8")
    }
    guard zeros.isEmpty else { throw ListError(.unreadable, "not a text file") }
  }

  /// The most lines that are looked at for a header.
  private static let headerLines = 50

  /// The format of a text of lines.
  private static func lines(_ beginning: [UInt8], _ options: ImportOptions) -> ListFormat {
    var splitter = LineSplitter(longestLine: 1 << 16)
    var lines: [ArraySlice<UInt8>] = []
    func take(_ line: ArraySlice<UInt8>?) {
      guard let line, lines.count < headerLines, !line.trimmed.isEmpty,
        line.trimmed.first != UInt8(ascii: "#")
      else { return }
      lines.append(line)
    }
    try? splitter.split(Array(beginning.prefix(length))) { line, _ throws(ListError) in take(line) }
    try? splitter.finish { line, _ throws(ListError) in take(line) }
    guard let first = lines.first else { return .text }
    if ICSEParser.isHeader(first) { return .icse }
    if !options.columns.isEmpty { return .csv }
    var delimiter: UInt8?
    for line in lines {
      if let stated = CSVParser.delimiter(statedIn: line) {
        delimiter = stated
        continue
      }
      if MISPCSVParser.isHeader(line, options) { return .mispCSV }
      if CSVHeader.isHeader(line, options, delimiter: delimiter) { return .csv }
      // Rows come after the header.
      if CSVHeader.holdsHash(line) { break }
    }
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
    if names.contains("Event") || names.contains("Attribute") { return .misp }
    if names.contains("objects") || names.contains("spec_version") { return .stix }
    if names.contains("indicator") || names.contains("raw_indicator") { return .threatexchange }
    if names.contains("format") || names.contains("h") || names.contains("hashes") { return .jsonl }
    if names.contains("data") { return .threatexchange }
    throw ListError(
      .formatNotStated, "JSON whose format cannot be recognised from its content; state the format")
  }
}
