/// Cuts a text that comes in pieces into lines, with memory use that does not depend on the text's size.
struct LineSplitter {
  /// The maximum length of a line, in bytes; a longer line is reported as too long.
  let longestLine: Int
  /// Lines given out so far, which is the number of the last one.
  private(set) var number = 0
  /// The beginning of a line whose end has not come yet.
  private var open: [UInt8] = []
  private var isTooLong = false

  init(longestLine: Int) { self.longestLine = longestLine }

  /// Calls `body` with every line that ends in the piece, without its line end (LF or CRLF) and, for the
  /// first line, without a byte order mark; with `nil` for a line that is too long.
  mutating func split(
    _ piece: [UInt8], _ body: (ArraySlice<UInt8>?, Int) throws(ListError) -> Void
  ) throws(ListError) {
    var rest = piece[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = rest[..<end]
      rest = rest[(end + 1)...]
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
    if !open.isEmpty || isTooLong { try giveOpen(body) }
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
    var line = line
    if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
    if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
    try body(line, number)
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
