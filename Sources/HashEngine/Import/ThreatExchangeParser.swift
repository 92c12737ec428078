/// Meta's ThreatExchange and its `threat_updates`, where an indicator without descriptors has been deleted.
struct ThreatExchangeParser: JSONRecordParser {
  static let name = "ThreatExchange"
  static let paths = [["data", "*"]]

  private static let kinds: [String: HashKind] = [
    "HASH_PDQ": .pdq, "HASH_MD5": .md5, "HASH_SHA1": .sha1, "HASH_SHA256": .sha256,
  ]

  let categories: CategoryMap

  func parse(_ value: JSONValue, number: Int) -> SourceRecord? {
    guard let id = value["id"]?.scalarText, let type = value["type"]?.text else {
      return SourceRecord(number: number, content: .rejected("without id or type"))
    }
    let time = value["last_updated"]?.time
    let descriptors = value["descriptors"].map { $0["data"]?.elements ?? $0.elements } ?? []
    if value["should_delete"]?.bool ?? false || descriptors.isEmpty {
      return SourceRecord(number: number, content: .withdrawal(id: id, at: time))
    }
    let tags = Set(descriptors.flatMap { Self.tags($0["tags"]) })
    guard let kind = Self.kinds[type], !tags.contains("media_type_video") else {
      let name = Self.kinds[type] == nil ? type : "\(type) of video"
      return SourceRecord(number: number, content: .unsupported, unsupported: [name])
    }
    let statuses = Set(descriptors.compactMap { $0["status"]?.text })
    if statuses == ["NON_MALICIOUS"] {
      return SourceRecord(
        number: number, content: .skipped(id: id, reason: "status NON_MALICIOUS", at: time))
    }
    var details = EntryDetails()
    details.sourceTime = time
    switch categories.answer(for: tags.isEmpty ? nil : tags.sorted().joined(separator: ", ")) {
    case .label(let label): details.label = label
    case .skipped(let reason):
      return SourceRecord(number: number, content: .skipped(id: id, reason: reason, at: time))
    }
    details.severity = descriptors.lazy.compactMap { $0["severity"]?.text }.first
    details.note = descriptors.lazy.compactMap { $0["description"]?.scalarText }.first
    var collector = HashCollector()
    collector.add((value["indicator"] ?? value["raw_indicator"])?.scalar ?? [], kind: kind)
    return collector.record(number, id: id, details)
  }

  /// A list of texts, or an object with `data`, a list of objects with `text`.
  private static func tags(_ value: JSONValue?) -> [String] {
    guard let value else { return [] }
    return (value["data"]?.elements ?? value.elements).compactMap { $0.text ?? $0["text"]?.text }
  }
}
