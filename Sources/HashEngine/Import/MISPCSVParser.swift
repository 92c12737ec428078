/// MISP's attributes as a CSV, whose columns stand in the first line. Only attributes that are for detection
/// (`to_ids`) are listed, under their `uuid`.
struct MISPCSVParser: LineParser {
  private static let columns: Set<String> = ["uuid", "type", "value", "to_ids"]

  private let options: ImportOptions
  private var names: [String]?
  private var delimiter = UInt8(ascii: ",")
  /// Lines of a row whose quotes are still open.
  private var open: [UInt8] = []

  init(_ options: ImportOptions) { self.options = options }

  static func isHeader(_ line: ArraySlice<UInt8>, _ options: ImportOptions) -> Bool {
    let delimiter = CSVHeader.delimiter(of: line, options)
    return columns.isSubset(of: names(line, delimiter))
  }

  private static func names(_ line: ArraySlice<UInt8>, _ delimiter: UInt8) -> [String] {
    (CSVRecord.fields(line, delimiter: delimiter) ?? []).map {
      String(decoding: $0.trimmed, as: UTF8.self).lowercased()
    }
  }

  mutating func parse(
    _ line: ArraySlice<UInt8>, number: Int, into records: inout [SourceRecord]
  ) throws(ListError) {
    guard let names else {
      if line.trimmed.isEmpty || line.trimmed.first == UInt8(ascii: "#") { return }
      delimiter = CSVHeader.delimiter(of: line, options)
      names = Self.names(line, delimiter)
      guard Self.isHeader(line, options) else {
        throw ListError(
          .unreadable, "not MISP's CSV: its first line lacks uuid, type, value or to_ids")
      }
      return
    }
    let row = open.isEmpty ? line : (open + [UInt8(ascii: "\n")] + line)[...]
    guard let fields = CSVRecord.fields(row, delimiter: delimiter), row.count <= Self.longestLine
    else {
      // A comment may go over lines, but a line that names an attribute begins a new row.
      let isNew = open.isEmpty ? false : CSVHeader.holdsHash(line)
      guard row.count <= Self.longestLine, !isNew else {
        records.append(
          SourceRecord(number: number, content: .rejected("a quoted field without end")))
        open = []
        if isNew { try parse(line, number: number, into: &records) }
        return
      }
      open = Array(row)
      return
    }
    open = []
    if fields.allSatisfy({ $0.trimmed.isEmpty }) { return }
    func text(_ name: String) -> String? {
      guard let index = names.firstIndex(of: name), index < fields.count else { return nil }
      let text = String(decoding: fields[index].trimmed, as: UTF8.self)
      return SourceText.isEmpty(text) ? nil : text
    }
    let attribute = MISPAttribute(
      type: text("type"), uuid: text("uuid"), value: text("value").map { Array($0.utf8)[...] },
      category: text("category"), comment: text("comment"),
      time: text("timestamp") ?? text("date"), toIDs: text("to_ids"), deleted: text("deleted"),
      tags: text("attribute_tag")?.split(separator: ",").map(String.init) ?? [])
    records.append(attribute.record(number))
  }

  mutating func finish(number: Int, into records: inout [SourceRecord]) {
    guard !open.isEmpty else { return }
    records.append(SourceRecord(number: number, content: .rejected("a quoted field without end")))
  }
}

/// An attribute of MISP, from whichever of its formats.
struct MISPAttribute {
  let type: String?
  let uuid: String?
  let value: ArraySlice<UInt8>?
  let category: String?
  let comment: String?
  let time: String?
  let toIDs: String?
  let deleted: String?
  /// Names of tags.
  var tags: [String] = []

  func record(_ number: Int) -> SourceRecord {
    guard let type = type?.lowercased() else {
      return SourceRecord(number: number, content: .rejected("without a type", id: uuid))
    }
    // `filename|sha256` has the file's name before the hash.
    let name = type.split(separator: "|").last.map(String.init) ?? type
    // A sample of malware is written as `filename|md5` is.
    guard let kind = type == "malware-sample" ? .md5 : HashKind(sourceName: name) else {
      return SourceRecord(number: number, content: .unsupported, unsupported: [type])
    }
    guard let uuid else {
      return SourceRecord(number: number, content: .rejected("without a uuid"))
    }
    do throws(HashField.Refusal) {
      return try record(number, uuid, type, kind)
    } catch {
      return SourceRecord(
        number: number, content: .rejected(error.reason, id: uuid, byPolicy: error.isByPolicy))
    }
  }

  private func record(
    _ number: Int, _ uuid: String, _ type: String, _ kind: HashKind
  ) throws(HashField.Refusal) -> SourceRecord {
    var moment: Timestamp?
    if let time {
      moment = Timestamp(source: time) ?? Timestamp(time)
      if moment == nil { throw HashField.Refusal(reason: "its time \"\(time)\" is not understood") }
    }
    if let deleted, try SourceFlag.since(deleted, "deleted") {
      return SourceRecord(number: number, content: .withdrawal(id: uuid, at: moment))
    }
    let isForDetection = toIDs.map { SourceFlag.read($0) } ?? false
    guard let isForDetection else {
      throw HashField.Refusal(reason: "to_ids \"\(toIDs ?? "")\" is neither yes nor no")
    }
    if let tag = tags.first(where: { $0.lowercased().hasPrefix("false-positive:") }) {
      return SourceRecord(
        number: number, content: .skipped(id: uuid, reason: "tag \(tag)", at: moment))
    }
    guard isForDetection else {
      return SourceRecord(
        number: number, content: .skipped(id: uuid, reason: "not for detection", at: moment))
    }
    var details = EntryDetails()
    details.sourceTime = moment
    details.label = category
    details.note = comment
    var text = value ?? []
    if type.contains("|") || type == "malware-sample",
      let bar = text.lastIndex(of: UInt8(ascii: "|"))
    {
      text = text[(bar + 1)...]
    }
    var collector = HashCollector()
    collector.add(text.trimmed, kind: kind)
    return collector.record(number, id: uuid, details)
  }
}
