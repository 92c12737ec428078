/// The first line of a CSV: which column holds what.
struct CSVHeader {
  enum Column: String, CaseIterable {
    case hash, kind, id, label, severity, quality, deleted, note, timestamp, expires
    case caseID = "case"
  }

  let delimiter: UInt8
  private var columns: [Column: Int] = [:]
  /// Columns that are named after the kind of their hashes.
  private(set) var hashColumns: [(index: Int, kind: HashKind)] = []
  /// Columns of hashes of kinds that are not supported.
  private(set) var unsupportedColumns: [(index: Int, name: String)] = []

  subscript(_ column: Column) -> Int? { columns[column] }
  var hasCategory: Bool { columns[.label] != nil }

  private static let names: [Column: Set<String>] = [
    .hash: ["hash", "hash_value", "hash_digest", "value", "signal"],
    .kind: ["kind", "type", "algorithm", "hash_type", "signal_type"],
    .id: ["id", "entry_id", "source_id"],
    .label: ["label", "category", "classification"],
    .severity: ["severity"],
    .quality: ["quality"],
    .deleted: ["deleted", "withdrawn"],
    .note: ["note", "comment", "description"],
    .timestamp: ["timestamp", "updated", "updated_on", "last_updated"],
    .expires: ["expires", "valid_until"],
    .caseID: ["case", "case_id"],
  ]
  private static let fileNames: Set<String> = ["filename", "file", "file_name", "name", "path"]

  /// Whether a line looks like the header of a CSV, by its own words.
  static func isHeader(_ line: ArraySlice<UInt8>, _ options: ImportOptions) -> Bool {
    // A line that contains a hash is a record, not a header.
    let fields = CSVRecord.fields(line, delimiter: delimiter(of: line, options)) ?? []
    let hasHash = fields.contains { field in
      field.trimmed.count >= 16 && field.trimmed.allSatisfy { hexValue($0) != nil }
    }
    guard !hasHash, let header = try? CSVHeader(line, options) else { return false }
    return header.columns[.hash] != nil || !header.hashColumns.isEmpty
  }

  /// - Throws: ``ListError`` when no column holds hashes, when neither the file nor the caller states their
  ///   kind, or when the caller names a column that does not exist.
  init(_ line: ArraySlice<UInt8>, _ options: ImportOptions) throws(ListError) {
    delimiter = Self.delimiter(of: line, options)
    let fields = CSVRecord.fields(line, delimiter: delimiter) ?? []
    let names = fields.map { String(decoding: $0.trimmed, as: UTF8.self).lowercased() }
    var wanted = options.columns
    var fallback: Int?
    for (index, name) in names.enumerated() {
      if let field = wanted.removeValue(forKey: name)
        ?? wanted.removeValue(
          forKey: String(decoding: fields[index].trimmed, as: UTF8.self))
      {
        try take(field, at: index)
      } else if let kind = Self.kind(named: name) {
        hashColumns.append((index, kind))
      } else if name == "photodna" || name == "pdna" {
        unsupportedColumns.append((index, "photodna"))
      } else if let column = Column.allCases.first(where: {
        Self.names[$0]?.contains(name) ?? false
      }) {
        columns[column] = columns[column] ?? index
      } else if Self.fileNames.contains(name) {
        fallback = fallback ?? index
      }
    }
    if let missing = wanted.keys.min() {
      throw ListError(.unreadable, "no column named \"\(missing)\"")
    }
    columns[.id] = columns[.id] ?? fallback
    if columns[.hash] == nil, hashColumns.isEmpty {
      throw ListError(.unreadable, "a CSV without a column named hash or pdq")
    }
    if columns[.hash] != nil, columns[.kind] == nil, options.kind == nil {
      throw ListError(
        .kindNotStated, "the file does not say what kind its hashes are; state it")
    }
  }

  private mutating func take(_ field: String, at index: Int) throws(ListError) {
    if let kind = Self.kind(named: field) {
      hashColumns.append((index, kind))
    } else if let column = Column(rawValue: field) ?? (field == "category" ? .label : nil) {
      columns[column] = index
    } else if field != "skip" {
      let known = Column.allCases.map(\.rawValue) + HashKind.allCases.map(\.rawValue) + ["skip"]
      throw ListError(
        .invalidSetting, "no field named \"\(field)\"; fields are \(known.joined(separator: ", "))")
    }
  }

  private static func kind(named name: String) -> HashKind? {
    HashKind(named: name)
      ?? (name.hasSuffix("_hash") ? HashKind(named: String(name.dropLast(5))) : nil)
  }

  private static func delimiter(of line: ArraySlice<UInt8>, _ options: ImportOptions) -> UInt8 {
    if let delimiter = options.delimiter?.asciiValue { return delimiter }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")]
    let counts = candidates.map { (CSVRecord.fields(line, delimiter: $0) ?? []).count }
    return candidates[counts.firstIndex(of: counts.max() ?? 1) ?? 0]
  }
}

enum CSVRecord {
  /// The fields of a record, without blanks around those that are not quoted; `nil` while a quote is open.
  static func fields(_ record: ArraySlice<UInt8>, delimiter: UInt8) -> [ArraySlice<UInt8>]? {
    let quote = UInt8(ascii: "\"")
    var fields: [ArraySlice<UInt8>] = []
    var rest = record
    while true {
      guard rest.trimmed.first == quote else {
        guard let end = rest.firstIndex(of: delimiter) else { return fields + [rest.trimmed] }
        fields.append(rest[..<end].trimmed)
        rest = rest[(end + 1)...]
        continue
      }
      var field: [UInt8] = []
      rest = rest.drop { $0 != quote }.dropFirst()
      while true {
        guard let end = rest.firstIndex(of: quote) else { return nil }
        field += rest[..<end]
        rest = rest[(end + 1)...]
        guard rest.first == quote else { break }
        field.append(quote)
        rest = rest.dropFirst()
      }
      // What follows the closing quote belongs to the field, as it stands.
      let end = rest.firstIndex(of: delimiter)
      field += rest[..<(end ?? rest.endIndex)].trimmed
      fields.append(field[...])
      guard let end else { return fields }
      rest = rest[(end + 1)...]
    }
  }
}
