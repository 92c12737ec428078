/// The first line of a CSV: which column holds what.
struct CSVHeader {
  enum Column: String, CaseIterable {
    case hash, kind, id, name, label, severity, quality, confidence, note, timestamp, expires
    case caseID = "case"
    case deleted, active, inactive, disabled, status

    /// Its place among all.
    fileprivate var place: Int {
      switch self {
      case .hash: 0
      case .kind: 1
      case .id: 2
      case .name: 3
      case .label: 4
      case .severity: 5
      case .quality: 6
      case .confidence: 7
      case .note: 8
      case .timestamp: 9
      case .expires: 10
      case .caseID: 11
      case .deleted: 12
      case .active: 13
      case .inactive: 14
      case .disabled: 15
      case .status: 16
      }
    }
  }

  /// The columns of each meaning. Looked at for every row, and so no dictionary.
  private struct Places {
    private var places = [[Int]](repeating: [], count: Column.allCases.count)

    subscript(_ column: Column) -> [Int] {
      get { places[column.place] }
      set { places[column.place] = newValue }
    }
  }

  let delimiter: UInt8
  /// How many columns it has.
  let count: Int
  private var columns = Places()
  /// Columns that are named after the kind of their hashes.
  private(set) var hashColumns: [(index: Int, kind: HashKind)] = []
  /// Columns of hashes of kinds that are not supported.
  private(set) var unsupportedColumns: [(index: Int, name: String)] = []
  private var unreadIndices: [Int] = []
  /// Columns that are not read, with their names.
  private(set) var unreadColumns: [(index: Int, name: String)] = []
  /// Whether it is of hashdeep's files, in which a name is the rest of the line.
  private var isHashdeep = false
  /// The names of columns that are not read.
  private(set) var unread: [String] = []
  /// The names of columns that say the same as one before them, which counts.
  private(set) var repeated: [String] = []

  /// The column of that meaning; of several, the first.
  subscript(_ column: Column) -> Int? { columns[column].first }

  /// All columns of a meaning. Of those that decide whether a row is listed each has a say.
  func all(_ column: Column) -> [Int] { columns[column] }

  /// Columns that decide whether a row is listed at all.
  private static let decisive: [Column] = [
    .deleted, .active, .inactive, .disabled, .status, .expires,
  ]

  /// Columns of free text, which may hold a delimiter that nobody has put into quotes.
  private static let free: Set<Column> = [.name, .label, .note, .severity, .caseID, .id]

  /// Whether a column says if a row is listed at all.
  var isDecisive: Bool { Self.decisive.contains { !columns[$0].isEmpty } }

  /// Whether what decides of a row stands before all columns of free text: then it is read rightly although a delimiter
  /// in one of them has moved the rest.
  var isFirst: Bool {
    if isHashdeep { return true }
    let decisive =
      (Self.decisive + [.kind, .quality, .timestamp]).flatMap { all($0) } + hashIndices
    let texts = Self.free.flatMap { columns[$0] } + unreadIndices
    guard let last = decisive.max(), let first = texts.min() else { return true }
    return last < first
  }

  /// Where the rows' hashes are.
  var hashIndices: [Int] { hashColumns.map(\.index) + all(.hash).prefix(1) }

  /// The mark before the names of hashdeep's columns.
  private static let hashdeep = Array("%%%%".utf8)

  /// Whether a line looks like the header of a CSV, by its own words.
  static func isHeader(
    _ line: ArraySlice<UInt8>, _ options: ImportOptions, delimiter: UInt8? = nil
  ) -> Bool {
    // A line that contains a hash is a record, not a header.
    guard !holdsHash(line),
      let header = try? CSVHeader(line, options, delimiter: delimiter, isChecked: false)
    else { return false }
    return header[.hash] != nil || !header.hashColumns.isEmpty
  }

  /// Whether one of a line's fields may be a hash.
  static func holdsHash(_ line: ArraySlice<UInt8>) -> Bool {
    var run = 0
    for byte in line {
      run = hexValue(byte) == nil ? 0 : run + 1
      if run >= 16 { return true }
    }
    return false
  }

  /// - Parameters:
  ///   - delimiter: What separates fields; `nil` to look at the line.
  ///   - isChecked: Whether the kind of a column named `hash` must be known.
  /// - Throws: ``ListError`` when no column holds hashes, when neither the file nor the caller states their
  ///   kind, or when the caller names a column that does not exist.
  init(
    _ line: ArraySlice<UInt8>, _ options: ImportOptions, delimiter: UInt8? = nil,
    isChecked: Bool = true
  ) throws(ListError) {
    var line = line
    if line.starts(with: Self.hashdeep) {
      isHashdeep = true
      line = line.dropFirst(Self.hashdeep.count)
    }
    let delimiter = delimiter ?? Self.delimiter(of: line, options)
    self.delimiter = delimiter
    let fields =
      CSVRecord.fields(line, delimiter: delimiter) ?? CSVRecord.literal(line, delimiter: delimiter)
    let names = fields.map { String(decoding: $0.trimmed, as: UTF8.self) }
    count = names.count
    var wanted = options.columns
    for (index, name) in names.enumerated() {
      if let field = wanted.removeValue(forKey: name.lowercased())
        ?? wanted.removeValue(forKey: name)
      {
        try take(field, at: index)
      } else {
        take(ColumnName(name), named: name, at: index)
      }
    }
    if let missing = wanted.keys.min() {
      throw ListError(
        .unreadable, "no column named \"\(missing)\"; the columns are \(Self.quoted(names))")
    }
    // threatexchange's table calls an opinion a category.
    if names.contains("signal_str"), let opinion = names.firstIndex(of: "category") {
      columns[.status].append(opinion)
      columns[.label].removeAll { $0 == opinion }
      repeated.removeAll { $0 == "tags" }
    }
    // A column that is named `value` beside `md5` is not another hash.
    if self[.hash] != nil, self[.kind] == nil, options.kind == nil, !hashColumns.isEmpty,
      !options.columns.values.contains("hash"),
      let index = self[.hash]
    {
      columns[.hash] = []
      unread.append(names[index])
    }
    guard isChecked else { return }
    if self[.hash] == nil, hashColumns.isEmpty {
      throw ListError(
        .unreadable,
        "no column of hashes; the columns are \(Self.quoted(names)): name one pdq, phash64, md5, sha1 or"
          + " sha256 (a map of COLUMN=pdq does)")
    }
    if self[.hash] != nil, self[.kind] == nil, options.kind == nil {
      throw ListError(
        .kindNotStated, "the file does not say what kind its hashes are; state it")
    }
  }

  /// Takes a column by its own name.
  private mutating func take(_ column: ColumnName, named name: String, at index: Int) {
    if let kind = column.kind {
      if hashColumns.contains(where: { $0.kind == kind }) { repeated.append(name) }
      // Both are read: an entry may have several hashes of a kind.
      hashColumns.append((index, kind))
    } else if let kind = column.unsupportedKind {
      unsupportedColumns.append((index, kind))
    } else if let field = column.column {
      if !columns[field].isEmpty, !Self.decisive.contains(field) { repeated.append(name) }
      columns[field].append(index)
    } else {
      unreadIndices.append(index)
      unreadColumns.append((index, name.isEmpty ? "number \(index + 1)" : name))
      if !name.isEmpty { unread.append(name) }
    }
  }

  /// Takes a column as the caller names it.
  private mutating func take(_ field: String, at index: Int) throws(ListError) {
    if let kind = HashKind(sourceName: field) {
      hashColumns.append((index, kind))
    } else if let column = Column(rawValue: field) ?? (field == "category" ? .label : nil) {
      columns[column] = [index]
    } else if field != "skip" {
      let known = Column.allCases.map(\.rawValue) + HashKind.allCases.map(\.rawValue) + ["skip"]
      throw ListError(
        .invalidSetting, "no field named \"\(field)\"; fields are \(known.joined(separator: ", "))")
    }
  }

  /// What the operator should know of the columns.
  var remarks: [String] {
    var remarks: [String] = []
    if !unread.isEmpty {
      remarks.append(
        "columns not read: \(Self.quoted(unread)); a map of COLUMN=FIELD reads one, as in"
          + " \(unread[0])=note")
    }
    if !repeated.isEmpty {
      remarks.append(
        "columns that say the same as one before them: \(Self.quoted(repeated)); of hashes each is read, of others"
          + " the first")
    }
    return remarks
  }

  private static func quoted(_ names: [String]) -> String {
    let shown = names.prefix(20).map { "\"\(HashMask.masked(String($0.prefix(60))))\"" }
    return shown.joined(separator: ", ") + (names.count > 20 ? " and \(names.count - 20) more" : "")
  }

  static func delimiter(of line: ArraySlice<UInt8>, _ options: ImportOptions) -> UInt8 {
    if let delimiter = options.delimiter?.asciiValue { return delimiter }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")]
    let counts = candidates.map { (CSVRecord.fields(line, delimiter: $0) ?? []).count }
    return candidates[counts.firstIndex(of: counts.max() ?? 1) ?? 0]
  }
}

enum CSVRecord {
  private static let quote = UInt8(ascii: "\"")

  /// The fields of a record, without blanks around those that are not quoted; `nil` while a quote is open.
  static func fields(_ record: ArraySlice<UInt8>, delimiter: UInt8) -> [ArraySlice<UInt8>]? {
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

  /// The fields of a record under so many columns; `nil` while a quote is open. Where text follows a closing quote, the
  /// quote may not have been meant as one: what fits the columns counts.
  static func fields(
    _ record: ArraySlice<UInt8>, delimiter: UInt8, columns: Int
  ) -> [ArraySlice<UInt8>]? {
    guard let fields = fields(record, delimiter: delimiter) else { return nil }
    guard fields.count < columns, record.contains(quote) else { return fields }
    let literal = literal(record, delimiter: delimiter)
    return literal.count == columns ? literal : fields
  }

  /// The fields of a line in which quotes mean nothing, but for those around a whole field.
  static func literal(_ line: ArraySlice<UInt8>, delimiter: UInt8) -> [ArraySlice<UInt8>] {
    line.split(separator: delimiter, omittingEmptySubsequences: false).map { part in
      let field = part.trimmed
      guard field.count >= 2, field.first == quote, field.last == quote else { return field }
      return field.dropFirst().dropLast()
    }
  }
}
