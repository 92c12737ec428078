/// Rows under named columns; quoted fields as RFC 4180 has them, line breaks included.
///
/// A row may have a hash of a stated kind, or several in columns that are named after their kinds. Rows with
/// the same id make one entry. Lines before the header, as programs and mail write them, are passed over.
struct CSVParser: LineParser {
  /// The most lines that may stand before the header.
  private static let longestPreamble = 50

  private(set) var kind: HashKind?
  private(set) var spelling: HashSpelling?
  private let options: ImportOptions
  /// The list's first bytes, from which the spelling of 64-bit hashes is recognised.
  private let beginning: [UInt8]
  /// What separates fields, if a line says so.
  private var delimiter: UInt8?
  private var header: CSVHeader?
  /// The first line that says anything, which an error names if no header comes.
  private var firstLine: [UInt8] = []
  /// Lines before the header that were passed over.
  private var preamble = 0
  private var quotes = OpenQuotes()
  /// The heading of the part that is being read, if it says that what follows is taken back.
  private var section: String?
  /// How many times lines are being read anew.
  private var readings = 0
  /// Rows that have more fields than the header.
  private var longer = 0
  private var lostNames = 0
  private var quoteRemarks: [String] = []

  init(_ options: ImportOptions, beginning: [UInt8]) {
    self.options = options
    self.beginning = beginning
    kind = options.kind
    spelling = options.spelling
  }

  var remarks: [String] {
    var remarks = header?.remarks ?? []
    if preamble > 0 { remarks.append("lines before the header that were passed over: \(preamble)") }
    if longer > 0 {
      remarks.append("rows with more fields than the header, which were not read: \(longer)")
    }
    if lostNames > 0 {
      remarks.append("ids or names left out, since they are not UTF-8 or too long: \(lostNames)")
    }
    return remarks + quoteRemarks
  }

  mutating func parse(
    _ line: ArraySlice<UInt8>, number: Int, into records: inout [SourceRecord]
  ) throws(ListError) {
    guard let header else {
      try parseBeforeHeader(line, number)
      return
    }
    if quotes.areClosed, !CSVHeader.holdsHash(line), takeHeading(line, header) { return }
    switch quotes.take(line, number, header, longest: Self.longestLine) {
    case .row(let fields): add(fields, line, number, header, &records)
    case .open: break
    case .suspicious(let fields, let start):
      remark(
        "a quoted field that begins in line \(start) holds a line like a row; it was read as text")
      add(fields, line, number, header, &records)
    case .stray(let lines, let isWhole):
      try addLiterally(lines, header, &records)
      if !isWhole { try parse(line, number: number, into: &records) }
    }
  }

  mutating func finish(number: Int, into records: inout [SourceRecord]) throws(ListError) {
    guard let header else {
      guard !firstLine.isEmpty else { return }
      // Says what is wrong with it.
      _ = try CSVHeader(firstLine[...], options, delimiter: delimiter)
      throw ListError(.unreadable, "a CSV without a row")
    }
    // A quote that is open to the end: the lines behind it may have others, which are meant.
    while case let lines = quotes.finish(), !lines.isEmpty {
      try addLiterally(lines, header, &records)
    }
  }

  /// `sep=;`, as spreadsheets write it.
  static func delimiter(statedIn line: ArraySlice<UInt8>) -> UInt8? {
    let text = line.drop { $0 == UInt8(ascii: " ") }
    guard text.count >= 5,
      text.prefix(3).elementsEqual("sep".utf8) || text.prefix(3).elementsEqual("SEP".utf8),
      text[text.startIndex + 3] == UInt8(ascii: "="), text.dropFirst(5).trimmed.isEmpty
    else { return nil }
    return text[text.startIndex + 4]
  }

  private mutating func parseBeforeHeader(
    _ line: ArraySlice<UInt8>, _ number: Int
  ) throws(ListError) {
    let trimmed = line.trimmed
    if let stated = Self.delimiter(statedIn: line) {
      delimiter = options.delimiter?.asciiValue ?? stated
      return
    }
    if trimmed.isEmpty || trimmed.first == UInt8(ascii: "#") { return }
    if firstLine.isEmpty { firstLine = Array(line) }
    if CSVHeader.isHeader(line, options, delimiter: delimiter) {
      let header = try CSVHeader(line, options, delimiter: delimiter)
      self.header = header
      if spelling == nil { spelling = guessedSpelling(header, after: number) }
      return
    }
    // The mark of hashdeep's files, whose next line has the columns.
    if line.starts(with: Array("%%%%".utf8)) { return }
    guard preamble < Self.longestPreamble, !CSVHeader.holdsHash(line) else {
      _ = try CSVHeader(firstLine[...], options, delimiter: delimiter)
      throw ListError(.unreadable, "a CSV whose header does not come before its rows")
    }
    preamble += 1
  }

  private func guessedSpelling(_ header: CSVHeader, after number: Int) -> HashSpelling? {
    let indices =
      header.hashColumns.filter { $0.kind == .phash64 }.map(\.index)
      + (header[.hash].map { [$0] } ?? [])
    guard !indices.isEmpty else { return nil }
    var texts: [ArraySlice<UInt8>] = []
    var lines = LineSplitter(longestLine: Self.longestLine)
    try? lines.split(beginning) { line, place throws(ListError) in
      guard place > number, let line,
        let fields = CSVRecord.fields(line, delimiter: header.delimiter)
      else { return }
      let row = CSVRow(fields: fields, header: header)
      // A table of several kinds has digests, too, which have letters.
      if let name = row.text(.kind), HashKind(sourceName: name) != .phash64 { return }
      texts += indices.map { row.field($0).trimmed }
    }
    return HashSpelling.guess(from: texts)
  }

  private mutating func remark(_ text: String) {
    // A few examples are enough.
    if quoteRemarks.count < 10 { quoteRemarks.append(text) }
  }

  /// Takes a line that is no row: the header of another table, or the heading of a part.
  ///
  /// - Returns: `false` for any other line.
  private mutating func takeHeading(_ line: ArraySlice<UInt8>, _ header: CSVHeader) -> Bool {
    if CSVHeader.isHeader(line, options, delimiter: header.delimiter),
      let another = try? CSVHeader(line, options, delimiter: header.delimiter),
      // All of it is known: a row with a damaged hash may have a kind's name in it.
      another.unread.allSatisfy({ header.unread.contains($0) })
    {
      section = nil
      self.header = another
      return true
    }
    guard let heading = SectionHeading(line) else { return false }
    section = heading.takesBack ? heading.text : nil
    return true
  }

  /// How often the lines behind a stray quote are read anew: more quotes than that are a file full of them.
  private static let mostReadings = 4

  /// Adds lines of which the first opens a quote that was never meant as one; what follows is read anew, since its own
  /// quotes may be meant.
  private mutating func addLiterally(
    _ lines: [(number: Int, line: [UInt8])], _ header: CSVHeader, _ records: inout [SourceRecord]
  ) throws(ListError) {
    guard let first = lines.first else { return }
    remark("a quote opens in line \(first.number) and does not close; it was read as a character")
    readings += 1
    defer { readings -= 1 }
    let isLast = readings > Self.mostReadings
    for (number, line) in isLast ? lines[...] : lines.prefix(1) {
      let fields = CSVRecord.literal(line[...], delimiter: header.delimiter)
      if fields.count < header.count, header.isDecisive {
        let reason =
          "\(fields.count) fields under \(header.count) columns, and a quote that does not close"
        records.append(SourceRecord(number: number, content: .rejected(reason)))
      } else {
        add(fields, line[...], number, header, &records)
      }
    }
    guard !isLast else { return }
    for (number, line) in lines.dropFirst() {
      try parse(line[...], number: number, into: &records)
    }
  }

  private mutating func add(
    _ fields: [ArraySlice<UInt8>], _ line: ArraySlice<UInt8>, _ number: Int, _ header: CSVHeader,
    _ records: inout [SourceRecord]
  ) {
    if fields.allSatisfy({ $0.trimmed.isEmpty }) { return }
    let row = CSVRow(fields: fields, header: header)
    if let section {
      let reason = "below a line that says \"\(section)\""
      records.append(SourceRecord(number: number, content: .rejected(reason)))
      return
    }
    if fields.first?.first == UInt8(ascii: "#") {
      // Hidden from view, or a name that begins so? Either guess may be wrong.
      let isRow = header.hashIndices.contains { $0 > 0 && CSVHeader.holdsHash(row.field($0)) }
      guard isRow else { return }
      let reason = "it begins with \"#\", as comments do, but has a hash"
      records.append(SourceRecord(number: number, content: .rejected(reason)))
      return
    }
    if row.hasMore {
      guard header.isFirst else {
        let reason =
          "\(fields.count) fields under \(header.count) columns: nobody can tell which is which"
        records.append(SourceRecord(number: number, content: .rejected(reason)))
        return
      }
      longer += 1
    }
    let id = row.id
    if id == nil, !row.isEmpty(.id) { lostNames += row.idIsLost ? 1 : 0 }
    do throws(HashField.Refusal) {
      records.append(try row.record(number, id: id, options, kind: kind, spelling))
    } catch {
      records.append(
        SourceRecord(
          number: number, content: .rejected(error.reason, id: id, byPolicy: error.isByPolicy)))
    }
  }
}

/// Rows whose quoted fields go over several lines.
private struct OpenQuotes {
  enum Outcome {
    case row([ArraySlice<UInt8>])
    /// A quote is open: the row goes on.
    case open
    /// A row of several lines, one of which could be a row, and where it begins.
    case suspicious([ArraySlice<UInt8>], start: Int)
    /// Lines of which the first has a quote that is none; the line that showed it is to be taken again, unless they
    /// are the whole.
    case stray([(number: Int, line: [UInt8])], isWhole: Bool)
  }

  private var lines: [(number: Int, line: [UInt8])] = []
  private var bytes = 0
  private var isSuspicious = false

  /// Whether no row goes on.
  var areClosed: Bool { lines.isEmpty }

  mutating func take(
    _ line: ArraySlice<UInt8>, _ number: Int, _ header: CSVHeader, longest: Int
  ) -> Outcome {
    if lines.isEmpty {
      if let fields = CSVRecord.fields(
        line, delimiter: header.delimiter, columns: header.count)
      {
        return .row(fields)
      }
      lines = [(number, Array(line))]
      bytes = line.count
      return .open
    }
    // A line that would be a row by itself: the quote before it is a slip, and must not swallow it.
    let fields = CSVRecord.literal(line, delimiter: header.delimiter)
    let hasHash = header.hashIndices.contains { $0 < fields.count && looksLikeHash(fields[$0]) }
    if hasHash, fields.count == header.count {
      return .stray(finish(), isWhole: false)
    }
    if hasHash { isSuspicious = true }
    lines.append((number, Array(line)))
    bytes += line.count
    guard bytes <= longest else { return .stray(finish(), isWhole: true) }
    let record = lines.map(\.line).joined(separator: [UInt8(ascii: "\n")])
    guard let row = CSVRecord.fields(Array(record)[...], delimiter: header.delimiter) else {
      return .open
    }
    let (start, wasSuspicious) = (lines[0].number, isSuspicious)
    guard !wasSuspicious || row.count == header.count else {
      return .stray(finish(), isWhole: true)
    }
    _ = finish()
    return wasSuspicious ? .suspicious(row, start: start) : .row(row)
  }

  /// The lines that are left.
  mutating func finish() -> [(number: Int, line: [UInt8])] {
    defer { (lines, bytes, isSuspicious) = ([], 0, false) }
    return lines
  }

  private func looksLikeHash(_ field: ArraySlice<UInt8>) -> Bool {
    let text = field.trimmed
    return text.count >= 16 && (CSVHeader.holdsHash(text) || text.count == 24 || text.count == 44)
  }
}
