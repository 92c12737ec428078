/// MISP events, and the answer of its search for attributes: the hashes among attributes, and among those of objects.
struct MISPParser: JSONRecordParser {
  static let name = "MISP"
  static let paths: [[String]] = [
    ["Event", "Attribute", "*"], ["Event", "Object", "*", "Attribute", "*"],
    ["response", "*", "Event", "Attribute", "*"],
    ["response", "*", "Event", "Object", "*", "Attribute", "*"],
    ["*", "Event", "Attribute", "*"], ["*", "Event", "Object", "*", "Attribute", "*"],
    ["response", "Attribute", "*"], ["Attribute", "*"],
    ["response", "Event", "Attribute", "*"],
    ["response", "Event", "Object", "*", "Attribute", "*"],
  ]

  func id(of value: JSONValue) -> String? { value["uuid"]?.text }

  func parse(_ value: JSONValue, number: Int) throws(HashField.Refusal) -> SourceRecord? {
    MISPAttribute(
      type: value["type"]?.text, uuid: value["uuid"]?.text, value: value["value"]?.scalar,
      category: value["category"]?.scalarText, comment: value["comment"]?.scalarText,
      time: value["timestamp"]?.scalarText, toIDs: try value["to_ids"]?.single("to_ids"),
      deleted: try value["deleted"]?.single("deleted"),
      tags: value["Tag"]?.elements.compactMap { $0["name"]?.text } ?? []
    ).record(number)
  }
}
