/// Reads a list of one format: bytes in, records out.
protocol ListImporter {
  /// The kind of its hashes, where the format does not state it; `nil` while it is not known.
  var kind: HashKind? { get }

  /// Takes a piece of the list.
  ///
  /// - Throws: ``ListError`` when the list as a whole cannot be read.
  mutating func read(
    _ piece: [UInt8], into records: inout [SourceRecord]
  ) throws(ListError)

  /// To be called at the list's end.
  mutating func finish(into records: inout [SourceRecord]) throws(ListError)
}

/// Reads lists that have a record a line, or several lines to a record.
protocol LineParser {
  /// The maximum length of a line, in bytes.
  static var longestLine: Int { get }
  var kind: HashKind? { get }

  /// - Returns: `nil` for a line without a record, or when the record continues on the next line.
  mutating func parse(
    _ line: ArraySlice<UInt8>, number: Int
  ) throws(ListError) -> SourceRecord?

  /// The record that is still unfinished at the end of the text, if any.
  mutating func finish(number: Int) -> SourceRecord?
}

extension LineParser {
  static var longestLine: Int { 1 << 16 }
  var kind: HashKind? { nil }
  mutating func finish(number: Int) -> SourceRecord? { nil }
}

struct LineImporter<Parser: LineParser>: ListImporter {
  private var lines = LineSplitter(longestLine: Parser.longestLine)
  private var parser: Parser

  init(_ parser: Parser) { self.parser = parser }

  var kind: HashKind? { parser.kind }

  mutating func read(
    _ piece: [UInt8], into records: inout [SourceRecord]
  ) throws(ListError) {
    // A copy, since `self` cannot be accessed again while `lines` is being mutated.
    var parser = parser
    defer { self.parser = parser }
    try lines.split(piece) { line, number throws(ListError) in
      try Self.parse(line, number, by: &parser, &records)
    }
  }

  mutating func finish(into records: inout [SourceRecord]) throws(ListError) {
    var parser = parser
    try lines.finish { line, number throws(ListError) in
      try Self.parse(line, number, by: &parser, &records)
    }
    if let last = parser.finish(number: lines.number) { records.append(last) }
    self.parser = parser
  }

  private static func parse(
    _ line: ArraySlice<UInt8>?, _ number: Int, by parser: inout Parser,
    _ records: inout [SourceRecord]
  ) throws(ListError) {
    guard let line else {
      let reason = "longer than \(Parser.longestLine) bytes"
      records.append(SourceRecord(number: number, content: .rejected(reason)))
      return
    }
    if let record = try parser.parse(line, number: number) { records.append(record) }
  }
}

/// Reads the records of one JSON format.
protocol JSONRecordParser {
  /// What the format is called, for errors.
  static var name: String { get }
  /// Where its records are (see ``JSONStream``).
  static var paths: [[String]] { get }

  /// - Returns: `nil` for a value that is no record.
  func parse(_ value: JSONValue, number: Int) -> SourceRecord?
}

struct JSONImporter<Parser: JSONRecordParser>: ListImporter {
  private let stream: JSONStream
  private let found = RecordSink()

  init(_ parser: Parser) {
    stream = JSONStream(records: Parser.paths) { [found] value, number in
      if let record = parser.parse(value, number: number) { found.records.append(record) }
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
