/// Rows under named columns; quoted fields as RFC 4180 has them, line breaks included.
///
/// A row may have a hash of a stated kind, or several in columns that are named after their kinds. Rows with
/// the same id make one entry.
struct CSVParser: LineParser {
  private(set) var kind: HashKind?
  private let options: ImportOptions
  private let spelling: HashSpelling?
  private var header: CSVHeader?
  /// Lines of a record whose quotes are still open.
  private var open: [UInt8] = []

  init(_ options: ImportOptions, spelling: HashSpelling?) {
    self.options = options
    self.spelling = spelling
    kind = options.kind
  }

  mutating func parse(
    _ line: ArraySlice<UInt8>, number: Int
  ) throws(ListError) -> SourceRecord? {
    guard let header else {
      let trimmed = line.trimmed
      if trimmed.isEmpty || trimmed.first == UInt8(ascii: "#") { return nil }
      header = try CSVHeader(line, options)
      return nil
    }
    let record = open.isEmpty ? line : (open + [UInt8(ascii: "\n")] + line)[...]
    guard let fields = CSVRecord.fields(record, delimiter: header.delimiter) else {
      guard record.count <= Self.longestLine else {
        open = []
        return SourceRecord(number: number, content: .rejected("a quoted field without end"))
      }
      open = Array(record)
      return nil
    }
    open = []
    if fields.allSatisfy({ $0.trimmed.isEmpty }) { return nil }
    if fields.first?.first == UInt8(ascii: "#") { return nil }
    return parse(CSVRow(fields: fields, header: header), number: number)
  }

  mutating func finish(number: Int) -> SourceRecord? {
    guard !open.isEmpty else { return nil }
    return SourceRecord(number: number, content: .rejected("a quoted field without end"))
  }

  private func parse(_ row: CSVRow, number: Int) -> SourceRecord {
    guard let id = row.validText(.id) else {
      return SourceRecord(number: number, content: .rejected("not UTF-8"))
    }
    let category = CategoryMap(labels: options.categories)
      .answer(for: row.header.hasCategory ? row.text(.label) ?? "" : nil)
    if row.isTrue(.deleted) {
      return SourceRecord(
        number: number,
        content: id.isEmpty
          ? .rejected("withdrawn, but without an id")
          : .withdrawal(id: id, at: row.text(.timestamp).flatMap { Timestamp($0) }))
    }
    do throws(HashField.Refusal) {
      var collector = HashCollector(spelling: spelling)
      for (column, kind) in row.header.hashColumns where !row.field(column).isEmpty {
        collector.add(row.field(column).trimmed, kind: kind)
      }
      for (column, name) in row.header.unsupportedColumns where !row.field(column).isEmpty {
        collector.add(unsupported: name)
      }
      var record = collector.record(number, id: nil, EntryDetails())
      if let column = row.header[.hash] {
        let kind = try kind(of: row)
        let hash = try HashField.read(row.field(column).trimmed, kind: kind, spelling: spelling)
        record = SourceRecord(
          number: number, content: .entry(SourceEntry(hashes: [hash] + collector.hashes)))
      }
      guard case .entry(var entry) = record.content else { return record }
      entry.id = id.isEmpty ? nil : id
      entry.merges = true
      entry.details.quality = try HashField.quality(row.text(.quality) ?? "")
      entry.details.severity = row.text(.severity)
      entry.details.note = row.text(.note)
      entry.details.sourceTime = row.text(.timestamp).flatMap { Timestamp($0) }
      entry.details.caseID = row.text(.caseID)
      entry.details.expiresAt = row.text(.expires).flatMap { Timestamp($0) }
      switch category {
      case .label(let label): entry.details.label = label.flatMap { $0.isEmpty ? nil : $0 }
      case .skipped(let reason):
        record.content = .skipped(
          id: entry.id ?? entry.hashes.first.map { ListChange.derivedID($0) }, reason: reason,
          at: entry.details.sourceTime)
        return record
      }
      record.content = .entry(entry)
      return record
    } catch {
      return SourceRecord(number: number, content: .rejected(error.reason))
    }
  }

  private func kind(of row: CSVRow) throws(HashField.Refusal) -> HashKind {
    guard let name = row.text(.kind) else {
      guard let kind = kind else { throw HashField.Refusal(reason: "no kind stated") }
      return kind
    }
    guard let stated = HashKind(named: name) else {
      throw HashField.Refusal(reason: "kind \(name) is not supported")
    }
    return stated
  }
}

/// The fields of a row, by what they are.
private struct CSVRow {
  let fields: [ArraySlice<UInt8>]
  let header: CSVHeader

  func field(_ index: Int) -> ArraySlice<UInt8> {
    index < fields.count ? fields[index] : []
  }

  /// `nil` for a field that is empty or not there.
  func text(_ column: CSVHeader.Column) -> String? {
    guard let index = header[column] else { return nil }
    let bytes = field(index)
    return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
  }

  /// `nil` for one that is not UTF-8, empty for one that is not there.
  func validText(_ column: CSVHeader.Column) -> String? {
    guard let index = header[column] else { return "" }
    return String(validating: field(index), as: UTF8.self)
  }

  func isTrue(_ column: CSVHeader.Column) -> Bool {
    ["true", "1", "yes", "y"].contains(text(column)?.lowercased() ?? "")
  }
}
