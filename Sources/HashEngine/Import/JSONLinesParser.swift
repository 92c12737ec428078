/// `hashscan-list/1`, JSON Lines: what `hashscan export` writes. The first line is a header (`format`,
/// `kind`, `source`); each line after it is an entry:
///
/// | member | what |
/// |---|---|
/// | `h`, `kind` | its hash, and the kind if the first line does not state it |
/// | `hashes` | its hashes, where it has several: objects with `kind`, `h`, and `crop` if of a part |
/// | `id`, `cat`, `severity`, `note`, `case` | texts |
/// | `q`, `ts`, `expires` | quality, the source's time, until when it is valid |
/// | `del` | true when the entry is withdrawn |
/// | `disabled` | true, or the time until which it is not matched |
/// | `allows` | on an allowlist, the entries that it excuses: objects with `list` and `entry` |
struct JSONLinesParser: LineParser {
  /// An entry may have thousands of hashes.
  static let longestLine = JSONTape.maximumBytes
  /// In JSON these may stand in a text.
  static let endsAtUnicode = false

  private(set) var kind: HashKind?
  private let options: ImportOptions

  init(_ options: ImportOptions) {
    self.options = options
    kind = options.kind
  }

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
    var record: SourceRecord?
    var header: (format: String, kind: String?)?
    let options = options
    let kind = kind
    let stream = JSONStream(records: [[]]) { value, _ in
      if let format = value["format"]?.text {
        header = (format, value["kind"]?.text)
      } else {
        do throws(HashField.Refusal) {
          record = try Self.record(value, number: number, kind: kind, options)
        } catch {
          let content = SourceRecord.Content.rejected(
            error.reason, id: value["id"]?.scalarText, byPolicy: error.isByPolicy)
          record = SourceRecord(number: number, content: content)
        }
      }
    }
    do throws(JSONStream.Failure) {
      try stream.read(text.span)
      try stream.finish()
    } catch {
      return SourceRecord(number: number, content: .rejected(error.reason))
    }
    guard let header else { return record }
    guard header.format == ListFormat.jsonLinesVersion else {
      throw ListError(
        .unreadable, "format \"\(header.format)\": not \(ListFormat.jsonLinesVersion)")
    }
    self.kind = self.kind ?? header.kind.flatMap { HashKind(named: $0) }
    return nil
  }

  /// Whether an entry is disabled: true, false, or the time until which it is.
  private static func state(_ disabled: JSONValue) throws(HashField.Refusal) -> Entry.State? {
    guard let word = try disabled.single("disabled") else { return nil }
    if let flag = SourceFlag.read(word) { return flag ? .disabled(until: nil) : .active }
    guard let until = Timestamp(word) ?? Timestamp(source: word) else {
      throw HashField.Refusal(reason: "disabled \"\(word)\" is neither yes nor no, nor a time")
    }
    return .disabled(until: until)
  }

  /// Why an entry is not meant for matching, in the words of other formats; `nil` if it is.
  private static func standing(of value: JSONValue) throws(HashField.Refusal) -> String? {
    for (name, wanted) in [
      ("active", true), ("to_ids", true), ("malicious", true), ("benign", false),
    ] {
      if let flag = try value.flag(name), flag != wanted { return "\(name) \(flag)" }
    }
    for name in ["status", "verdict"] {
      guard let word = try value[name]?.single(name) else { continue }
      guard let status = SourceStatus(word) else {
        throw HashField.Refusal(
          reason: "\(name) \"\(word)\": not known whether that is to be listed")
      }
      if status == .notListed { return "\(name) \(word)" }
    }
    return value["cat"]?.text.flatMap { SourceStatus.takesBack($0) ? "category \($0)" : nil }
  }

  private static func record(
    _ value: JSONValue, number: Int, kind: HashKind?, _ options: ImportOptions
  ) throws(HashField.Refusal) -> SourceRecord {
    guard value.isObject else {
      return SourceRecord(number: number, content: .rejected("not an object"))
    }
    let id = value["id"]?.scalarText
    let time = try value.moment("ts")
    var isWithdrawn = false
    // The first is ours; others mean the same in other people's files.
    for name in ["del", "deleted", "withdrawn", "revoked", "removed"]
    where try value.flag(name) ?? false {
      isWithdrawn = true
    }
    if isWithdrawn {
      return SourceRecord(
        number: number,
        content: id.map { .withdrawal(id: $0, at: time) }
          ?? .rejected("withdrawn, but without an id"))
    }
    var details = EntryDetails()
    details.quality = try HashField.quality((value["q"] ?? value["quality"])?.scalarText ?? "")
    details.severity = value["severity"]?.scalarText
    details.note = value["note"]?.scalarText
    details.caseIDs =
      value["cases"]?.elements.compactMap(\.scalarText) ?? value["case"]?.scalarText.map { [$0] }
      ?? []
    details.sourceTime = time
    if let word = value["expires"]?.word, !SourceText.isForever(word) {
      details.expiresAt = try value.moment("expires")
    }
    for reference in value["allows"]?.elements ?? [] {
      guard let list = reference["list"]?.text, let entry = reference["entry"]?.text else {
        continue
      }
      details.allows.append(EntryReference(list: list, entry: entry))
    }
    var collector = HashCollector(spelling: options.spelling)
    for part in [value] + (value["hashes"]?.elements ?? []) {
      guard let hash = (part["h"] ?? part["hash"])?.scalar else { continue }
      let known = collector.hashes.count
      if let name = part["kind"]?.text {
        collector.add(hash, named: name)
      } else if let kind {
        collector.add(hash, kind: kind)
      } else {
        return SourceRecord(number: number, content: .rejected("no kind stated", id: id))
      }
      if let region = part["crop"]?.text.flatMap({ Region(text: $0) }), !region.isBeyond,
        collector.hashes.count > known
      {
        details.crops.append(CroppedHash(collector.hashes[known], of: region))
      }
    }
    switch CategoryMap(labels: options.categories)
      .answer(for: (value["cat"] ?? value["label"])?.scalarText)
    {
    case .label(let label): details.label = label
    case .skipped(let reason):
      return SourceRecord(
        number: number,
        content: .skipped(id: id ?? collector.derivedID, reason: reason, at: details.sourceTime))
    }
    if let reason = try standing(of: value) {
      return SourceRecord(
        number: number,
        content: .skipped(id: id ?? collector.derivedID, reason: reason, at: details.sourceTime))
    }
    var record = collector.record(number, id: id, details)
    if case .entry(var entry) = record.content {
      if let disabled = value["disabled"] {
        entry.state = try state(disabled)
      }
      record.content = .entry(entry)
    }
    return record
  }
}
