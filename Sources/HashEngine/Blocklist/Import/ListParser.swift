/// What one line of a list says.
enum ParsedLine: Sendable, Equatable {
  /// A hash, with the source's id if it has one.
  case hash(ListedHash, id: String?, label: String?)
  /// The source takes an entry back.
  case withdrawal(id: String)
  /// Nothing to import: blank, a comment, a header.
  case nothing
  /// The line continues on the next.
  case unfinished
  case rejected(String)
}

/// The formats that lists come in, one line a record.
public enum ListFormat: String, Sendable, Hashable, CaseIterable {
  /// A hash a line, with what the source says of it behind a comma or blank; `#` comments.
  case text
  /// Columns named in the first line.
  case csv
}

/// Reads a list's lines. The first line that is neither blank nor a comment decides the format
/// unless the caller has.
struct ListParser {
  private enum Lines {
    case text(PlainTextParser)
    case csv(CSVParser)
  }

  private let kind: HashKind?
  private let chosen: ListFormat?
  private var lines: Lines?

  init(kind: HashKind?, format: ListFormat?) {
    self.kind = kind
    chosen = format
  }

  var format: ListFormat? {
    switch lines {
    case .text: .text
    case .csv: .csv
    case nil: nil
    }
  }

  /// - Throws: ``BlocklistError`` when the list as a whole cannot be read: no kind is stated, or a
  ///   CSV has no column of hashes.
  mutating func parse(_ line: [UInt8]) throws(BlocklistError) -> ParsedLine {
    guard let text = String(validating: line, as: UTF8.self) else {
      return .rejected("not UTF-8")
    }
    switch lines {
    case .text(let parser): return parser.parse(text)
    case .csv(var parser):
      let parsed = parser.parse(text)
      lines = .csv(parser)
      return parsed
    case nil: break
    }
    let trimmed = text.trimmed
    if trimmed.isEmpty || trimmed.hasPrefix("#") { return .nothing }
    if chosen != .text, let header = CSVHeader(text) {
      guard kind != nil || header.namesKind else { throw Self.kindNotStated }
      lines = .csv(CSVParser(header: header, kind: kind))
      return .nothing
    }
    if chosen == .csv {
      throw BlocklistError(.unreadable, "a CSV without a column named hash or pdq")
    }
    guard let kind else { throw Self.kindNotStated }
    let parser = PlainTextParser(kind: kind)
    lines = .text(parser)
    return parser.parse(text)
  }

  private static let kindNotStated = BlocklistError(
    .kindNotStated, "the file does not say what kind its hashes are; state it (--kind pdq)")
}

extension StringProtocol {
  /// Without blanks and tabs at either end.
  var trimmed: String {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    guard let first = firstIndex(where: { !isBlank($0) }),
      let last = lastIndex(where: { !isBlank($0) })
    else { return "" }
    return String(self[first...last])
  }
}
