/// Cuts a text that comes in pieces into lines, with memory use that does not depend on the text's size.
///
/// A line ends with LF, CRLF or CR. In a text that has none of them in its beginning it ends with one of Unicode's
/// line ends: NEL, U+2028 or U+2029.
struct LineSplitter {
  /// The maximum length of a line, in bytes; a longer line is reported as too long.
  let longestLine: Int
  /// Lines given out so far, which is the number of the last one.
  private(set) var number = 0
  /// Whether the last line of the text had no end.
  private(set) var isUnfinished = false
  /// The beginning of a line whose end has not come yet.
  private var open: [UInt8] = []
  private var isTooLong = false
  /// Whether the piece before ended with CR, whose LF may begin this one.
  private var endedWithCR = false
  /// `nil` before the first piece.
  private var isUnicode: Bool?

  /// - Parameter isUnicode: Whether lines end with Unicode's line ends; `nil` to see that from the first piece.
  init(longestLine: Int, isUnicode: Bool? = nil) {
    self.longestLine = longestLine
    self.isUnicode = isUnicode
  }

  /// Whether the lines of a text that begins so end with Unicode's line ends.
  static func isUnicode(_ beginning: [UInt8]) -> Bool {
    !beginning.contains { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
  }

  /// The ends of Unicode, as UTF-8.
  private static let unicodeEnds: [[UInt8]] = [
    [0xC2, 0x85], [0xE2, 0x80, 0xA8], [0xE2, 0x80, 0xA9],
  ]

  /// Whether a text has a line end of any kind.
  static func holdsEnd(_ text: String) -> Bool {
    text.unicodeScalars.contains { [0x0A, 0x0D, 0x85, 0x2028, 0x2029].contains($0.value) }
  }

  /// Calls `body` with every line that ends in the piece, without its line end and without a byte order mark, which
  /// files that were joined have in their middle, too; with `nil` for a line that is too long.
  mutating func split(
    _ piece: [UInt8], _ body: (ArraySlice<UInt8>?, Int) throws(ListError) -> Void
  ) throws(ListError) {
    let isUnicode = isUnicode ?? Self.isUnicode(piece)
    self.isUnicode = isUnicode
    var rest = piece[...]
    if endedWithCR, rest.first == UInt8(ascii: "\n") { rest = rest.dropFirst() }
    if !piece.isEmpty { endedWithCR = piece.last == UInt8(ascii: "\r") }
    if isUnicode {
      // An end may lie across two pieces: what is open is looked at again.
      rest = (open + rest)[...]
      open = []
    }
    while let (end, next) = isUnicode ? Self.unicodeEnd(rest) : Self.end(rest) {
      let line = rest[..<end]
      rest = rest[next...]
      if open.isEmpty, !isTooLong, line.count <= longestLine {
        try give(line, body)
      } else {
        keep(line)
        try giveOpen(body)
      }
    }
    keep(rest)
  }

  /// The last line, when it has no end.
  mutating func finish(
    _ body: (ArraySlice<UInt8>?, Int) throws(ListError) -> Void
  ) throws(ListError) {
    guard !open.isEmpty || isTooLong else { return }
    isUnfinished = true
    try giveOpen(body)
  }

  /// Where a line ends, and the next one begins.
  private static func end(_ text: ArraySlice<UInt8>) -> (Int, Int)? {
    let found = text.withUnsafeBufferPointer { bytes -> Int? in
      bytes.firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    }
    guard let end = found.map({ text.startIndex + $0 }) else { return nil }
    let isPair =
      text[end] == UInt8(ascii: "\r") && end + 1 < text.endIndex
      && text[end + 1] == UInt8(ascii: "\n")
    return (end, end + (isPair ? 2 : 1))
  }

  private static func unicodeEnd(_ text: ArraySlice<UInt8>) -> (Int, Int)? {
    var position = text.startIndex
    while let found = text[position...].firstIndex(where: { $0 == 0xC2 || $0 == 0xE2 }) {
      if let end = unicodeEnds.first(where: { text[found...].starts(with: $0) }) {
        return (found, found + end.count)
      }
      position = found + 1
    }
    return nil
  }

  private mutating func keep(_ part: ArraySlice<UInt8>) {
    if open.count + part.count > longestLine { isTooLong = true }
    if isTooLong { open = [] } else { open.append(contentsOf: part) }
  }

  private mutating func giveOpen(
    _ body: (ArraySlice<UInt8>?, Int) throws(ListError) -> Void
  ) throws(ListError) {
    let (line, wasTooLong) = (open, isTooLong)
    (open, isTooLong) = ([], false)
    if wasTooLong {
      number += 1
      try body(nil, number)
    } else {
      try give(line[...], body)
    }
  }

  private mutating func give(
    _ line: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>?, Int) throws(ListError) -> Void
  ) throws(ListError) {
    number += 1
    let hasMark = line.starts(with: [0xEF, 0xBB, 0xBF])
    try body(hasMark ? line.dropFirst(3) : line, number)
  }
}

extension BidirectionalCollection<UInt8> where SubSequence: BidirectionalCollection {
  /// Without blanks and tabs at either end.
  var trimmed: SubSequence {
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var part = self[...]
    while let first = part.first, isBlank(first) { part = part.dropFirst() }
    while let last = part.last, isBlank(last) { part = part.dropLast() }
    return part
  }
}
