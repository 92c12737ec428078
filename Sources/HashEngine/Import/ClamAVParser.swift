/// ClamAV's file signatures: `.hdb` and `.hsb` (`digest:size:name`), and those `.ldb` signatures that consist
/// of one `fuzzy_img#` hash of 64 bits, or match on any of several.
struct ClamAVParser: LineParser {
  mutating func parse(
    _ line: ArraySlice<UInt8>, number: Int, into records: inout [SourceRecord]
  ) throws(ListError) {
    if let record = try record(line, number) { records.append(record) }
  }

  private mutating func record(
    _ line: ArraySlice<UInt8>, _ number: Int
  ) throws(ListError) -> SourceRecord? {
    let text = line.trimmed
    if text.isEmpty || text.first == UInt8(ascii: "#") { return nil }
    guard let line = String(validating: text, as: UTF8.self) else {
      return SourceRecord(number: number, content: .rejected("not UTF-8"))
    }
    let record = line.contains(";") ? logical(line, number) : digest(line, number)
    return record
  }

  private func digest(_ line: String, _ number: Int) -> SourceRecord {
    let fields = line.split(separator: ":", omittingEmptySubsequences: false)
    guard fields.count >= 3, !fields[2].isEmpty,
      fields[1] == "*" || fields[1].allSatisfy(\.isNumber)
    else {
      return SourceRecord(number: number, content: .rejected("not digest:size:name"))
    }
    let kind: HashKind
    switch fields[0].count {
    case 32: kind = .md5
    case 40: kind = .sha1
    case 64: kind = .sha256
    default:
      return SourceRecord(
        number: number, content: .rejected("a digest of \(fields[0].count) characters"))
    }
    var collector = HashCollector()
    collector.add(Array(fields[0].utf8), kind: kind)
    return collector.record(number, id: String(fields[2]), EntryDetails(), merges: true)
  }

  private func logical(_ line: String, _ number: Int) -> SourceRecord {
    let fields = line.split(separator: ";", omittingEmptySubsequences: false)
    guard fields.count >= 4, !fields[0].isEmpty else {
      return SourceRecord(
        number: number, content: .rejected("not name;target;expression;signature"))
    }
    let id = String(fields[0])
    let parts = fields[3...].map { Self.fuzzyHash($0) }
    // Supported only if any one part is enough, as in `0` or `0|1|2`, and every part is a picture's hash.
    let anyOf = fields[2].filter { $0 != "(" && $0 != ")" }.split(separator: "|").map { Int($0) }
    guard parts.allSatisfy({ $0 != nil }), anyOf == Array(0..<parts.count).map(Optional.some) else {
      return SourceRecord(
        number: number, content: .unsupported, unsupported: ["logical signature"])
    }
    var collector = HashCollector()
    for part in parts { collector.add(Array((part ?? "").utf8), kind: .phash64) }
    return collector.record(number, id: id, EntryDetails(), merges: true)
  }

  /// The hash of `fuzzy_img#hash` or `fuzzy_img#hash#0`.
  private static func fuzzyHash(_ signature: Substring) -> String? {
    let parts = signature.split(separator: "#", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3 && parts[2] == "0", parts[0] == "fuzzy_img",
      parts[1].count == 16
    else { return nil }
    return String(parts[1])
  }

  /// Whether a line is one of such signatures.
  static func isSignature(_ line: ArraySlice<UInt8>) -> Bool {
    let text = String(decoding: line.trimmed, as: UTF8.self)
    if text.contains("fuzzy_img#"), text.contains(";") { return true }
    let fields = text.split(separator: ":", omittingEmptySubsequences: false)
    return fields.count >= 3 && [32, 40, 64].contains(fields[0].count)
      && fields[0].allSatisfy(\.isHexDigit)
      && (fields[1] == "*" || !fields[1].isEmpty && fields[1].allSatisfy(\.isNumber))
  }
}
