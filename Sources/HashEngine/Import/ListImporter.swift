/// Reads a list of one format: bytes in, records out.
protocol ListImporter {
  /// The kind of its hashes, where the format does not state it; `nil` while it is not known.
  var kind: HashKind? { get }
  /// How its 64-bit hashes are written, where that was found in the list.
  var spelling: HashSpelling? { get }
  /// What the operator should know of how the list was read. Complete at its end.
  var remarks: [String] { get }
  /// Whether the list seems to break off. Known at its end.
  var isBrokenOff: Bool { get }

  /// Takes a piece of the list.
  ///
  /// - Throws: ``ListError`` when the list as a whole cannot be read.
  mutating func read(
    _ piece: [UInt8], into records: inout [SourceRecord]
  ) throws(ListError)

  /// To be called at the list's end.
  mutating func finish(into records: inout [SourceRecord]) throws(ListError)
}

extension ListImporter {
  var spelling: HashSpelling? { nil }
  var remarks: [String] { [] }
  var isBrokenOff: Bool { false }
}

/// Reads lists that have a record a line, or several lines to a record.
protocol LineParser {
  /// The maximum length of a line, in bytes.
  static var longestLine: Int { get }
  /// Whether a line may end with one of Unicode's line ends.
  static var endsAtUnicode: Bool { get }
  var kind: HashKind? { get }
  var spelling: HashSpelling? { get }
  var remarks: [String] { get }

  /// Appends the records that are complete with this line.
  mutating func parse(
    _ line: ArraySlice<UInt8>, number: Int, into records: inout [SourceRecord]
  ) throws(ListError)

  /// Appends what is still unfinished at the end of the text.
  mutating func finish(number: Int, into records: inout [SourceRecord]) throws(ListError)
}

extension LineParser {
  static var longestLine: Int { 1 << 16 }
  static var endsAtUnicode: Bool { true }
  var kind: HashKind? { nil }
  var spelling: HashSpelling? { nil }
  var remarks: [String] { [] }
  mutating func finish(number: Int, into records: inout [SourceRecord]) {}
}

struct LineImporter<Parser: LineParser>: ListImporter {
  private var lines: LineSplitter
  private var parser: Parser
  /// The settings that the list states.
  private let stated: ListSettings?
  private(set) var isBrokenOff = false

  /// - Parameter beginning: The list's first bytes, from which it is seen how its lines end.
  init(_ parser: Parser, beginning: [UInt8]) {
    self.parser = parser
    stated = try? ListPreamble.settings(in: beginning)
    lines = LineSplitter(
      longestLine: Parser.longestLine,
      isUnicode: Parser.endsAtUnicode && LineSplitter.isUnicode(beginning))
  }

  var kind: HashKind? { parser.kind }
  var spelling: HashSpelling? { parser.spelling }
  var remarks: [String] { parser.remarks }

  mutating func read(
    _ piece: [UInt8], into records: inout [SourceRecord]
  ) throws(ListError) {
    // A copy, since `self` cannot be accessed again while `lines` is being mutated.
    var parser = parser
    defer { self.parser = parser }
    let stated = stated
    try lines.split(piece) { line, number throws(ListError) in
      try Self.parse(line, number, stated, by: &parser, &records)
    }
  }

  mutating func finish(into records: inout [SourceRecord]) throws(ListError) {
    var parser = parser
    let (before, stated) = (records.count, stated)
    try lines.finish { line, number throws(ListError) in
      try Self.parse(line, number, stated, by: &parser, &records)
    }
    try parser.finish(number: lines.number, into: &records)
    // A last line without an end that cannot be read was cut somewhere.
    isBrokenOff = lines.isUnfinished && records[before...].contains { $0.isUnreadable }
    self.parser = parser
  }

  private static func parse(
    _ line: ArraySlice<UInt8>?, _ number: Int, _ stated: ListSettings?, by parser: inout Parser,
    _ records: inout [SourceRecord]
  ) throws(ListError) {
    guard let line else {
      let reason = "longer than \(Parser.longestLine) bytes"
      records.append(SourceRecord(number: number, content: .rejected(reason)))
      return
    }
    // A second export behind the first: what it means may be the contrary.
    if number > 1, let first = line.first, first == UInt8(ascii: "#") || first == UInt8(ascii: "{"),
      line.count < 4096, ListPreamble.isOne(line),
      let settings = try ListPreamble.settings(of: line),
      let stated, stated != settings
    {
      throw ListPreamble.differing
    }
    try parser.parse(line, number: number, into: &records)
  }
}

/// Reads the records of one JSON format.
protocol JSONRecordParser {
  /// What the format is called, for errors.
  static var name: String { get }
  /// Where its records are (see ``JSONStream``).
  static var paths: [[String]] { get }

  /// - Returns: `nil` for a value that is no record.
  /// - Throws: ``HashField/Refusal`` for a record that cannot be used.
  func parse(_ value: JSONValue, number: Int) throws(HashField.Refusal) -> SourceRecord?

  /// A record's id, as far as one can tell without reading the rest.
  func id(of value: JSONValue) -> String?
}

extension JSONRecordParser {
  func id(of value: JSONValue) -> String? { value["id"]?.scalarText }
}

struct JSONImporter<Parser: JSONRecordParser>: ListImporter {
  private let stream: JSONStream
  private let found = RecordSink()

  init(_ parser: Parser) {
    stream = JSONStream(records: Parser.paths) { [found] value, number in
      do throws(HashField.Refusal) {
        if let record = try parser.parse(value, number: number) { found.records.append(record) }
      } catch {
        let content = SourceRecord.Content.rejected(
          error.reason, id: parser.id(of: value), byPolicy: error.isByPolicy)
        found.records.append(SourceRecord(number: number, content: content))
      }
    }
  }

  var kind: HashKind? { nil }

  mutating func read(
    _ piece: [UInt8], into records: inout [SourceRecord]
  ) throws(ListError) {
    try checked { () throws(JSONStream.Failure) in
      var bytes = piece[...]
      if stream.isAtStart, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
      try stream.read(bytes.span)
    }
    records += found.take()
  }

  mutating func finish(into records: inout [SourceRecord]) throws(ListError) {
    try checked { () throws(JSONStream.Failure) in try stream.finish() }
    records += found.take()
    guard stream.hasHome else {
      throw ListError(
        .unreadable, "not a list of format \(Parser.name): its array of records is missing")
    }
  }

  private func checked(
    _ body: () throws(JSONStream.Failure) -> Void
  ) throws(ListError) {
    do throws(JSONStream.Failure) {
      try body()
    } catch {
      throw ListError(.unreadable, "record \(max(1, stream.count)): \(error.reason)")
    }
  }
}

/// Collects the records that a parser hands to its callback.
final class RecordSink {
  var records: [SourceRecord] = []

  func take() -> [SourceRecord] {
    defer { records = [] }
    return records
  }
}
