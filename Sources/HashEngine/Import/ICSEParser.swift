/// Interpol's ICSE export: a CSV with a header of its own. Its categories are `baseline`, which is illegal
/// everywhere, and `other`. Only `baseline` is imported unless the operator says otherwise.
struct ICSEParser: LineParser {
  static let header =
    "MD5;SHA1;PhotoDNA;Image ID;Is distributed;Victim identified;Offender identified;Series name;"
    + "Number of submissions;File Available;Media Type;Baseline"

  private let categories: CategoryMap
  private var hasHeader = false
  private static let columns = header.split(separator: ";").map { $0.lowercased() }

  init(_ options: ImportOptions) {
    categories = CategoryMap(labels: options.categories ?? ["baseline": "baseline"])
  }

  mutating func parse(
    _ line: ArraySlice<UInt8>, number: Int, into records: inout [SourceRecord]
  ) throws(ListError) {
    if let record = try record(line, number) { records.append(record) }
  }

  private mutating func record(
    _ line: ArraySlice<UInt8>, _ number: Int
  ) throws(ListError) -> SourceRecord? {
    if line.trimmed.isEmpty { return nil }
    guard hasHeader else {
      guard Self.isHeader(line) else {
        throw ListError(.unreadable, "not an ICSE list: the first line is not its header")
      }
      hasHeader = true
      return nil
    }
    guard let fields = CSVRecord.fields(line, delimiter: UInt8(ascii: ";")),
      fields.count == Self.columns.count
    else {
      return SourceRecord(
        number: number, content: .rejected("not \(Self.columns.count) fields"))
    }
    func field(_ name: String) -> ArraySlice<UInt8> {
      Self.columns.firstIndex(of: name).map { fields[$0].trimmed } ?? []
    }
    func text(_ name: String) -> String { String(decoding: field(name), as: UTF8.self) }
    let id = text("image id").isEmpty ? nil : text("image id")
    if text("media type").lowercased() == "video" {
      return SourceRecord(number: number, content: .unsupported, unsupported: ["video"])
    }
    var collector = HashCollector()
    for kind in [HashKind.md5, .sha1] where !field(kind.rawValue).isEmpty {
      collector.add(field(kind.rawValue), kind: kind)
    }
    if !field("photodna").isEmpty { collector.add(unsupported: "photodna") }
    var details = EntryDetails()
    let category = text("baseline").lowercased() == "true" ? "baseline" : "other"
    switch categories.answer(for: category) {
    case .label(let label): details.label = label
    case .skipped(let reason):
      return SourceRecord(
        number: number, content: .skipped(id: id ?? collector.derivedID, reason: reason))
    }
    if !text("series name").isEmpty { details.note = "series \(text("series name"))" }
    return collector.record(number, id: id, details)
  }

  static func isHeader(_ line: ArraySlice<UInt8>) -> Bool {
    let fields = CSVRecord.fields(line, delimiter: UInt8(ascii: ";")) ?? []
    return fields.map { String(decoding: $0.trimmed, as: UTF8.self).lowercased() } == columns
  }
}
