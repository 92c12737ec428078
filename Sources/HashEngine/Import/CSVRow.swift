/// The fields of a row, by what they are.
struct CSVRow {
  let fields: [ArraySlice<UInt8>]
  let header: CSVHeader

  func field(_ index: Int) -> ArraySlice<UInt8> {
    index < fields.count ? fields[index] : []
  }

  /// `nil` for a field that is empty, says that it is, or is not there.
  func text(_ column: CSVHeader.Column) -> String? { header[column].flatMap { text(at: $0) } }

  /// What all columns of a meaning say, those that say something.
  private func texts(_ column: CSVHeader.Column) -> [String] {
    header.all(column).compactMap { text(at: $0) }
  }

  private func text(at index: Int) -> String? {
    let text = String(decoding: field(index), as: UTF8.self)
    return SourceText.isEmpty(text) ? nil : text
  }

  /// Whether a field has nothing at all in it.
  func isEmpty(_ column: CSVHeader.Column) -> Bool {
    header[column].map { field($0).trimmed.isEmpty } ?? true
  }

  /// Whether it has more than the header names.
  var hasMore: Bool { fields.dropFirst(header.count).contains { !$0.trimmed.isEmpty } }

  /// `nil` where the row has none, or none that can be kept, or where it is not known which field it is.
  var id: String? {
    guard let index = header[.id], !hasMore,
      let text = String(validating: field(index), as: UTF8.self),
      !SourceText.saysNothing(text), text.utf8.count <= ListChange.longestID
    else { return nil }
    return text
  }

  /// Whether it has an id that cannot be kept.
  var idIsLost: Bool {
    guard let index = header[.id] else { return false }
    let field = field(index)
    return field.count > ListChange.longestID || String(validating: field, as: UTF8.self) == nil
  }

  /// What the row says.
  ///
  /// - Throws: ``HashField/Refusal`` when it cannot be used.
  func record(
    _ number: Int, id: String?, _ options: ImportOptions, kind: HashKind?, _ spelling: HashSpelling?
  ) throws(HashField.Refusal) -> SourceRecord {
    let time = try moment(.timestamp)
    // All that decides of the row is read before any of it counts: fields may have moved.
    let expiry = try expiry()
    var isDeleted = false
    for text in texts(.deleted) where try SourceFlag.since(text, name(of: .deleted)) {
      isDeleted = true
    }
    if isDeleted {
      // A source without ids takes back a hash.
      let hashes = (try? hashes(kind: kind, spelling))?.hashes ?? []
      guard id != nil || !hashes.isEmpty else {
        throw HashField.Refusal(reason: "withdrawn, but without an id or a hash")
      }
      return SourceRecord(
        number: number, content: .withdrawal(id: id, at: time, hashes: hashes))
    }
    let collector = try hashes(kind: kind, spelling)
    func skipped(_ reason: String) -> SourceRecord {
      SourceRecord(
        number: number,
        content: .skipped(id: id, reason: reason, at: time, hashes: collector.hashes))
    }
    if let reason = try standing() { return skipped(reason) }
    for text in texts(.label) where SourceStatus.takesBack(text) {
      return skipped("category \(text)")
    }
    // A word that takes back, in a column that nobody has named: it must not be passed over.
    for (index, name) in header.unreadColumns {
      if let text = text(at: index), SourceStatus.takesBack(text) {
        throw HashField.Refusal(
          reason:
            "column \"\(name)\" says \"\(text)\" and is not read: map it to status, or to skip")
      }
    }
    var details = EntryDetails()
    details.quality = try HashField.quality(text(.quality) ?? "")
    details.severity = text(.severity)
    details.note = text(.note)
    details.sourceTime = time
    details.caseIDs = text(.caseID).map { [$0] } ?? []
    details.expiresAt = expiry
    if let confidence = text(.confidence) {
      details.note = [details.note, "confidence \(confidence)"].compactMap(\.self).joined(
        separator: "; ")
    }
    switch CategoryMap(labels: options.categories)
      .answer(for: header[.label] == nil ? nil : text(.label) ?? "")
    {
    case .label(let label): details.label = label.flatMap { $0.isEmpty ? nil : $0 }
    case .skipped(let reason): return skipped(reason)
    }
    if let name = name {
      if details.label == nil { details.label = name } else { details.note = details.note ?? name }
    }
    var record = collector.record(number, id: id, details, merges: true)
    if case .entry(var entry) = record.content {
      entry.state = try state()
      record.content = .entry(entry)
    }
    return record
  }

  /// Whether the entry is disabled, for good or until a time; `nil` where the row does not say.
  private func state() throws(HashField.Refusal) -> Entry.State? {
    guard let text = text(.disabled) else { return nil }
    if let flag = SourceFlag.read(text) { return flag ? .disabled(until: nil) : nil }
    guard let until = Timestamp(source: text) else {
      throw HashField.Refusal(
        reason: "\(name(of: .disabled)) \"\(text)\" is neither yes nor no, nor a time")
    }
    return .disabled(until: until)
  }

  /// A file's name; `nil` for one that cannot be kept.
  private var name: String? {
    guard let index = header[.name], field(index).count <= ListChange.longestText,
      let text = String(validating: field(index), as: UTF8.self), !SourceText.saysNothing(text)
    else { return nil }
    return text
  }

  /// Why the row is not meant for matching; `nil` if it is.
  ///
  /// - Throws: ``HashField/Refusal`` for a word that is not understood.
  private func standing() throws(HashField.Refusal) -> String? {
    var reason: String?
    for (column, wanted) in [(CSVHeader.Column.active, true), (.inactive, false)] {
      let name = name(of: column)
      for text in texts(column) {
        // A date says since when.
        if column == .inactive, Timestamp(source: text) != nil {
          reason = name
        } else if let flag = SourceFlag.read(text) {
          if flag != wanted { reason = wanted ? "\(name) \(text)" : name }
        } else {
          throw HashField.Refusal(reason: "\(name) \"\(text)\" is neither yes nor no")
        }
      }
    }
    for text in texts(.status) {
      let name = name(of: .status)
      guard let status = SourceStatus(text) else {
        throw HashField.Refusal(
          reason: "\(name) \"\(text)\": not known whether that is to be listed")
      }
      if status == .notListed { reason = "\(name) \(text)" }
    }
    return reason
  }

  /// The first of the times at which the entry ends.
  private func expiry() throws(HashField.Refusal) -> Timestamp? {
    var first: Timestamp?
    for text in texts(.expires) where !SourceText.isForever(text) {
      let time = try Self.time(text, name(of: .expires))
      first = min(first ?? time, time)
    }
    return first
  }

  /// A time.
  ///
  /// - Throws: ``HashField/Refusal`` for a text that is no time, or could be two.
  private func moment(_ column: CSVHeader.Column) throws(HashField.Refusal) -> Timestamp? {
    guard let text = text(column) else { return nil }
    return try Self.time(text, name(of: column))
  }

  private static func time(_ text: String, _ name: String) throws(HashField.Refusal) -> Timestamp {
    guard let time = Timestamp(source: text) else {
      throw HashField.Refusal(
        reason: "\(name) \"\(text)\" is no time, or could be two: write YYYY-MM-DD")
    }
    return time
  }

  private func name(of column: CSVHeader.Column) -> String { column.rawValue }

  private func hashes(
    kind: HashKind?, _ spelling: HashSpelling?
  ) throws(HashField.Refusal) -> HashCollector {
    var collector = HashCollector(spelling: spelling)
    if let column = header[.hash],
      !SourceText.isEmpty(String(decoding: field(column), as: UTF8.self))
    {
      var text = field(column).trimmed
      let name = self.text(.kind)
      // `filename|md5` has the file's name before the hash.
      let parts = name?.split(separator: "|").map(String.init) ?? []
      if parts.count == 2, let bar = text.lastIndex(of: UInt8(ascii: "|")) {
        text = text[(bar + 1)...]
      }
      let stated = parts.last.flatMap { HashKind(sourceName: $0) }
      if let stated = stated ?? (name == nil || kind != nil ? kind : nil) {
        collector.add(text, kind: stated)
      } else if let name {
        guard ColumnName(name).isOtherSignal else {
          throw HashField.Refusal(reason: "kind \"\(name)\" is not known", isByPolicy: true)
        }
        collector.add(unsupported: name.lowercased())
      } else {
        throw HashField.Refusal(reason: "no kind stated")
      }
    }
    for (column, kind) in header.hashColumns {
      let text = field(column).trimmed
      if !SourceText.isEmpty(String(decoding: text, as: UTF8.self)) {
        collector.add(text, kind: kind)
      }
    }
    for (column, name) in header.unsupportedColumns where !field(column).trimmed.isEmpty {
      collector.add(unsupported: name)
    }
    return collector
  }
}
