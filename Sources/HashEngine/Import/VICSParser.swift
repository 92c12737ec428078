/// Project VIC and CAID: VICS 1.2, 1.3 and 2.0, as a hash set or as a case. What a category means differs
/// from country to country, and some categories are harmless, so the operator must state which to import. Entries
/// are known by their hashes: what a file calls `MediaID` is another picture's in the next.
struct VICSParser: JSONRecordParser {
  static let name = "VICS"
  static let paths = [["value", "*"], ["value", "*", "Media", "*"]]

  let categories: CategoryMap

  func id(of value: JSONValue) -> String? { nil }

  func parse(_ value: JSONValue, number: Int) throws(HashField.Refusal) -> SourceRecord? {
    // The rest of a case, whose media were read as records of their own.
    if value["CaseID"] != nil, value["MD5"] == nil, value["MediaID"] == nil { return nil }
    guard value.isObject else {
      return SourceRecord(number: number, content: .rejected("not an object"))
    }
    var collector = HashCollector()
    for (name, kind) in [("MD5", HashKind.md5), ("SHA1", .sha1), ("SHA256", .sha256)] {
      if let text = value[name]?.scalar, !text.isEmpty { collector.add(text, kind: kind) }
    }
    if value["PhotoDNA"]?.scalarText != nil { collector.add(unsupported: "photodna") }
    for member in value.children {
      for alternative in member.elements {
        guard let name = alternative["HashName"]?.text,
          let text = alternative["HashValue"]?.scalar
        else { continue }
        collector.add(text, named: name)
      }
    }
    let time = try value.moment("DateUpdated")
    var details = EntryDetails()
    switch categories.answer(for: value["Category"]?.scalarText) {
    case .label(let label): details.label = label
    case .skipped(let reason):
      return SourceRecord(
        number: number,
        content: .skipped(id: nil, reason: reason, at: time, hashes: collector.hashes))
    }
    details.sourceTime = time
    let notes = [("media", value["MediaID"]), ("series", value["Series"])].compactMap {
      name, value in
      value?.scalarText.map { "\(name) \($0)" }
    }
    details.note = notes.isEmpty ? nil : notes.joined(separator: ", ")
    // A medium's number holds within one export only: another case has another picture under it.
    return collector.record(number, id: nil, details)
  }
}
