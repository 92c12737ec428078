/// Meta's ThreatExchange: its `threat_updates`, indicators with or without their descriptors, and descriptors.
///
/// An indicator that comes with an empty list of descriptors has been deleted. Where others come with descriptors, so has
/// one of which nothing is said: no descriptors, no status, nor whether to delete it.
struct ThreatExchangeParser: JSONRecordParser {
  static let name = "ThreatExchange"
  static let paths = [["data", "*"], ["*"]]

  private static let kinds: [String: HashKind] = [
    "HASH_PDQ": .pdq, "HASH_MD5": .md5, "HASH_SHA1": .sha1, "HASH_SHA256": .sha256,
  ]

  let categories: CategoryMap
  /// Whether descriptors were asked for.
  private let hasDescriptors: Bool

  /// - Parameter beginning: The list's first bytes.
  init(categories: CategoryMap, beginning: [UInt8]) {
    self.categories = categories
    hasDescriptors = beginning.firstRange(of: Array("\"descriptors\"".utf8)) != nil
  }

  func parse(_ value: JSONValue, number: Int) throws(HashField.Refusal) -> SourceRecord? {
    let indicator = value["indicator"]
    // A descriptor has its indicator as an object, with its type.
    guard value.isObject, value["data"] == nil,
      let id = value["id"]?.scalarText ?? indicator?["id"]?.scalarText,
      let type = value["type"]?.text ?? indicator?["type"]?.text
    else {
      guard value["data"] == nil, value["cursors"] == nil, value["next"] == nil else { return nil }
      return SourceRecord(
        number: number, content: .rejected("without id or type", id: value["id"]?.scalarText))
    }
    let time = try value.moment("last_updated")
    let listed = value["descriptors"].map { $0["data"]?.elements ?? $0.elements }
    var isDeleted = try value.flag("should_delete")
    if isDeleted != true, let flag = try value.flag("is_deleted") { isDeleted = flag }
    let isBare = hasDescriptors && listed == nil && isDeleted == nil && value["status"] == nil
    if isDeleted ?? false || listed?.isEmpty ?? false || isBare {
      return SourceRecord(number: number, content: .withdrawal(id: id, at: time))
    }
    // What is said once for all stands beside what each descriptor says.
    let opinions = [value] + (listed ?? [])
    let tags = Set(opinions.flatMap { Self.tags($0["tags"]) })
    guard let kind = Self.kinds[type], !tags.contains("media_type_video") else {
      let name = Self.kinds[type] == nil ? type : "\(type) of video"
      return SourceRecord(number: number, content: .unsupported, unsupported: [name])
    }
    let statuses = Set(opinions.compactMap { $0["status"]?.text })
    if !statuses.isEmpty, statuses.allSatisfy({ SourceStatus($0) == .notListed }) {
      let reason = "status \(statuses.sorted().joined(separator: ", "))"
      return SourceRecord(number: number, content: .skipped(id: id, reason: reason, at: time))
    }
    if let unknown = statuses.first(where: { SourceStatus($0) == nil }) {
      throw HashField.Refusal(
        reason: "status \"\(unknown)\": not known whether that is to be listed")
    }
    var details = EntryDetails()
    details.sourceTime = time
    for name in ["expire_time", "expired_on"] {
      if let expiry = try value.moment(name), expiry.seconds > 0 { details.expiresAt = expiry }
    }
    if let tag = tags.first(where: { SourceStatus.takesBack($0) }) {
      return SourceRecord(number: number, content: .skipped(id: id, reason: "tag \(tag)", at: time))
    }
    switch categories.answer(for: tags.isEmpty ? nil : tags.sorted().joined(separator: ", ")) {
    case .label(let label): details.label = label
    case .skipped(let reason):
      return SourceRecord(number: number, content: .skipped(id: id, reason: reason, at: time))
    }
    details.severity = opinions.lazy.compactMap { $0["severity"]?.text }.first
    details.note = opinions.lazy.compactMap { $0["description"]?.scalarText }.first
    var collector = HashCollector()
    let text =
      value["raw_indicator"]?.scalar ?? indicator?.scalar ?? indicator?["indicator"]?.scalar
    collector.add(text ?? [], kind: kind)
    return collector.record(number, id: id, details)
  }

  /// A list of texts, or an object with `data`, a list of objects with `text`.
  private static func tags(_ value: JSONValue?) -> [String] {
    guard let value else { return [] }
    return (value["data"]?.elements ?? value.elements).compactMap { $0.text ?? $0["text"]?.text }
  }
}
