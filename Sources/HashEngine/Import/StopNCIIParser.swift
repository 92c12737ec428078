/// StopNCII: a record gives the latest state of its hash, whose status may withdraw it.
struct StopNCIIParser: JSONRecordParser {
  static let name = "StopNCII"
  static let paths = [["hashRecords", "*"]]

  func parse(_ value: JSONValue, number: Int) throws(HashField.Refusal) -> SourceRecord? {
    guard let type = value["signalType"]?.text, let text = value["hashValue"]?.scalar else {
      return SourceRecord(number: number, content: .rejected("without signalType or hashValue"))
    }
    guard type == "ImagePDQ" else {
      return SourceRecord(number: number, content: .unsupported, unsupported: [type])
    }
    let hash = try HashField.read(text, kind: .pdq)
    // StopNCII identifies a record by its hash, but an id must not reveal the hash.
    let id = ListChange.derivedID(hash)
    let time = try value.moment("lastModtimestamp")
    let status = value["hashStatus"]?.text ?? "(none)"
    switch status {
    case "Withdrawn", "Deleted":
      return SourceRecord(number: number, content: .withdrawal(id: id, at: time))
    case "Received", "Active": break
    default:
      return SourceRecord(
        number: number, content: .skipped(id: id, reason: "status \(status)", at: time))
    }
    var details = EntryDetails()
    details.sourceTime = time
    var notes = (value["caseNumbers"]?.children.map { "case \($0.name)" } ?? []).sorted()
    for feedback in value["CSPFeedbacks"]?.elements ?? [] {
      guard let source = feedback["source"]?.text, let word = feedback["feedbackValue"]?.text
      else { continue }
      notes.append("\(source): \(word)")
      let tags = feedback["tags"]?.elements.compactMap(\.text) ?? []
      if details.label == nil, !tags.isEmpty { details.label = tags.joined(separator: ", ") }
    }
    if !notes.isEmpty { details.note = notes.joined(separator: "; ") }
    return SourceRecord(
      number: number, content: .entry(SourceEntry(id: id, hashes: [hash], details: details)))
  }
}
