/// Tech Against Terrorism's hash list.
struct TATParser: JSONRecordParser {
  static let name = "Tech Against Terrorism"
  static let paths = [["results", "*"]]

  private static let videos: Set<String> = [
    "mp4", "mov", "m4v", "webm", "avi", "mkv", "wmv", "flv",
  ]

  let categories: CategoryMap

  func parse(_ value: JSONValue, number: Int) throws(HashField.Refusal) -> SourceRecord? {
    guard let id = value["id"]?.scalarText, let algorithm = value["algorithm"]?.text else {
      return SourceRecord(
        number: number, content: .rejected("without id or algorithm", id: value["id"]?.scalarText))
    }
    let time = try value.moment("updated_on")
    if try value.flag("deleted") ?? false {
      return SourceRecord(number: number, content: .withdrawal(id: id, at: time))
    }
    let type = value["file_type"]?.text?.lowercased() ?? ""
    if Self.videos.contains(type), HashKind(named: algorithm) != .pdq {
      return SourceRecord(
        number: number, content: .unsupported, unsupported: ["\(algorithm.lowercased()) of video"])
    }
    var details = EntryDetails()
    details.sourceTime = time
    switch categories.answer(for: value["ideology"]?.scalarText) {
    case .label(let label): details.label = label
    case .skipped(let reason):
      return SourceRecord(number: number, content: .skipped(id: id, reason: reason, at: time))
    }
    var collector = HashCollector()
    collector.add(value["hash_digest"]?.scalar ?? [], named: algorithm)
    return collector.record(number, id: id, details)
  }
}
