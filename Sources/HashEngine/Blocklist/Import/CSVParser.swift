/// The first line of a CSV: which column holds what.
struct CSVHeader {
  enum Column: Hashable {
    case hash, kind, id, label, quality, deleted
  }

  let delimiter: Character
  private(set) var columns: [Column: Int] = [:]
  /// The kind that the column of hashes is named after.
  private(set) var kind: HashKind?

  /// Whether the file itself says what kind its hashes are.
  var namesKind: Bool { kind != nil || columns[.kind] != nil }

  private static let names: [Column: Set<String>] = [
    .hash: ["hash", "hash_value", "hash_digest", "value", "signal"],
    .kind: ["kind", "type", "algorithm", "hash_type", "signal_type"],
    .id: ["id", "entry_id", "source_id"],
    .label: ["label", "category", "classification"],
    .quality: ["quality"],
    .deleted: ["deleted", "withdrawn"],
  ]

  /// `nil` when the line names no column of hashes.
  init?(_ line: String) {
    for delimiter in [",", ";", "\t"] as [Character] {
      guard let fields = CSVRecord.fields(line, delimiter: delimiter) else { continue }
      // A line with a hash in it is a record, whatever else stands there.
      guard !fields.contains(where: { $0.count >= 16 && $0.allSatisfy(\.isHexDigit) }) else {
        continue
      }
      var columns: [Column: Int] = [:]
      var kind: HashKind?
      for (index, field) in fields.enumerated() {
        let name = field.trimmed.lowercased()
        if let named = HashKind(named: name) ?? HashKind(named: name.dropSuffix("_hash")) {
          columns[.hash] = columns[.hash] ?? index
          kind = kind ?? named
        }
        for (column, names) in Self.names where names.contains(name) && columns[column] == nil {
          columns[column] = index
        }
      }
      guard columns[.hash] != nil else { continue }
      self.delimiter = delimiter
      self.columns = columns
      self.kind = kind
      return
    }
    return nil
  }
}

/// Rows under named columns; quoted fields as RFC 4180 has them, line breaks included.
struct CSVParser {
  private let header: CSVHeader
  private let kind: HashKind?
  /// Lines of a record whose quotes are still open.
  private var open = ""

  init(header: CSVHeader, kind: HashKind?) {
    self.header = header
    self.kind = kind
  }

  mutating func parse(_ line: String) -> ParsedLine {
    let record = open.isEmpty ? line : open + "\n" + line
    guard let fields = CSVRecord.fields(record, delimiter: header.delimiter) else {
      guard record.utf8.count <= ListLines.longestLine else {
        open = ""
        return .rejected("a quoted field without end")
      }
      open = record
      return .unfinished
    }
    open = ""
    if fields.allSatisfy({ $0.trimmed.isEmpty }) { return .nothing }
    if fields.first?.hasPrefix("#") == true { return .nothing }
    return parse(fields)
  }

  private func parse(_ fields: [String]) -> ParsedLine {
    func field(_ column: CSVHeader.Column) -> String {
      guard let index = header.columns[column], index < fields.count else { return "" }
      return fields[index].trimmed
    }
    let id = field(.id)
    if ["true", "1", "yes", "y"].contains(field(.deleted).lowercased()) {
      return id.isEmpty ? .rejected("withdrawn, but without an id") : .withdrawal(id: id)
    }
    do throws(HashField.Refusal) {
      let hash = try HashField.read(field(.hash), kind: try kind(named: field(.kind)))
      try HashField.check(quality: field(.quality))
      let label = field(.label)
      return .hash(hash, id: id.isEmpty ? nil : id, label: label.isEmpty ? nil : label)
    } catch {
      return .rejected(error.reason)
    }
  }

  private func kind(named name: String) throws(HashField.Refusal) -> HashKind {
    guard !name.isEmpty else {
      guard let kind = header.kind ?? kind else {
        throw HashField.Refusal(reason: "no kind stated")
      }
      return kind
    }
    guard let stated = HashKind(named: name) else {
      throw HashField.Refusal(reason: "kind \(name) is not supported")
    }
    return stated
  }
}

enum CSVRecord {
  /// The fields of a record, `nil` while a quote is open.
  static func fields(_ record: String, delimiter: Character) -> [String]? {
    var fields: [String] = []
    var field = ""
    var isQuoted = false
    var rest = record[...]
    while let character = rest.popFirst() {
      if isQuoted {
        if character != "\"" {
          field.append(character)
        } else if rest.first == "\"" {
          field.append("\"")
          rest = rest.dropFirst()
        } else {
          isQuoted = false
        }
      } else if character == "\"", field.trimmed.isEmpty {
        isQuoted = true
        field = ""
      } else if character == delimiter {
        fields.append(field)
        field = ""
      } else {
        field.append(character)
      }
    }
    guard !isQuoted else { return nil }
    return fields + [field]
  }
}

extension String {
  fileprivate func dropSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
