/// MISP events: the hashes among their attributes, and among those of their objects.
struct MISPParser: JSONRecordParser {
  static let name = "MISP"
  static let paths: [[String]] = [
    ["Event", "Attribute", "*"], ["Event", "Object", "*", "Attribute", "*"],
    ["response", "*", "Event", "Attribute", "*"],
    ["response", "*", "Event", "Object", "*", "Attribute", "*"],
    ["*", "Event", "Attribute", "*"], ["*", "Event", "Object", "*", "Attribute", "*"],
  ]

  func parse(_ value: JSONValue, number: Int) -> SourceRecord? {
    guard let type = value["type"]?.text?.lowercased() else {
      return SourceRecord(number: number, content: .rejected("without a type"))
    }
    // `filename|sha256` has the file's name before the hash.
    let name = type.split(separator: "|").last.map(String.init) ?? type
    guard let kind = HashKind(named: name) else {
      return SourceRecord(number: number, content: .unsupported, unsupported: [type])
    }
    guard let id = value["uuid"]?.text else {
      return SourceRecord(number: number, content: .rejected("without a uuid"))
    }
    let time = value["timestamp"]?.time
    if value["deleted"]?.bool ?? false {
      return SourceRecord(number: number, content: .withdrawal(id: id, at: time))
    }
    guard value["to_ids"]?.bool ?? false else {
      return SourceRecord(
        number: number, content: .skipped(id: id, reason: "not for detection", at: time))
    }
    var details = EntryDetails()
    details.sourceTime = time
    details.label = value["category"]?.scalarText
    details.note = value["comment"]?.scalarText
    var text = value["value"]?.scalar ?? []
    if type.contains("|"), let bar = text.lastIndex(of: UInt8(ascii: "|")) {
      text = text[(bar + 1)...]
    }
    var collector = HashCollector()
    collector.add(text, kind: kind)
    return collector.record(number, id: id, details)
  }
}
