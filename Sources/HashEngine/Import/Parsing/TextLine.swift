/// A line of a text list, taken apart: its hash, the kind if it states one, and what stands beside it.
struct TextLine {
  enum Separator: Equatable {
    /// Blanks: what follows is a remark or a file's name, to the end of the line.
    case blank
    case mark(UInt8)
    case none
  }

  private(set) var hash: ArraySlice<UInt8>
  private(set) var kind: String?
  private(set) var separator = Separator.none
  /// All that stands behind the hash, as it is written.
  private(set) var rest: ArraySlice<UInt8> = []
  /// What stands behind the hash, field by field; empty ones are left out.
  private(set) var fields: [ArraySlice<UInt8>] = []
  /// Whether a number behind the hash says how often it was seen.
  private(set) var isCount = false
  /// Whether it is written with names, as in `MD5 (name) = hash` and `hash=…,quality=…`.
  private(set) var isTagged = false

  /// - Parameter line: Not empty, without blanks at either end.
  init(_ line: ArraySlice<UInt8>) {
    hash = line
    var text = line
    // Checksum programs mark a name with escaped characters by a backslash before the line.
    let isEscaped = text.first == UInt8(ascii: "\\")
    if isEscaped { text = text.dropFirst() }
    if let tagged = Self.tagged(text) {
      (hash, kind, isTagged) = (tagged.hash, tagged.kind, true)
      fields = [isEscaped ? Self.unescaped(tagged.name)[...] : tagged.name]
      return
    }
    if text.starts(with: Self.named) {
      takeNamed(text)
      return
    }
    split(text)
    // threatexchange's files have `pdq HASH`; no kind's name is as long as a hash.
    if hash.count <= 12, !rest.isEmpty,
      case let name = String(decoding: hash, as: UTF8.self),
      HashKind(sourceName: name) != nil || ColumnName(name).isOtherSignal
    {
      kind = name
      split(rest)
    }
    splitHash()
    if rest.first == UInt8(ascii: "#"), separator == .blank { (rest, fields) = ([], []) }
    if separator == .blank {
      // Checksum programs mark binary files with `*`.
      if rest.first == UInt8(ascii: "*") { rest = rest.dropFirst() }
      var name = rest
      // Further hashes of the same picture, before its name.
      while let end = name.firstIndex(where: { $0 == UInt8(ascii: " ") })
        ?? (name.isEmpty ? nil : name.endIndex),
        Self.isHash(name[..<end])
      {
        fields.append(name[..<end])
        name = name[end...].trimmed
      }
      if !name.isEmpty { fields.append(isEscaped ? Self.unescaped(name)[...] : name) }
    }
  }

  /// What follows a number of fields, as it is written; `nil` for nothing.
  func rest(after count: Int) -> ArraySlice<UInt8>? {
    guard case .mark(let mark) = separator else { return nil }
    let parts = rest.split(separator: mark, maxSplits: count, omittingEmptySubsequences: false)
    guard parts.count > count else { return nil }
    let part = parts[count].trimmed
    return part.isEmpty || part.first == UInt8(ascii: "\"") ? nil : part
  }

  /// Whether a word is as long as a digest, and of hexadecimal digits only.
  private static func isHash(_ word: ArraySlice<UInt8>) -> Bool {
    [32, 40, 64].contains(word.count) && word.allSatisfy { hexValue($0) != nil }
  }

  private static let quote = UInt8(ascii: "\"")
  private static let marks: [UInt8] = [
    UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "\t"),
  ]

  /// Splits off the first field.
  private mutating func split(_ text: ArraySlice<UInt8>) {
    if text.first == Self.quote {
      // In quotes: what follows the closing one separates.
      let end = text.dropFirst().firstIndex(of: Self.quote) ?? text.endIndex
      hash = text.dropFirst()[..<end].trimmed
      let tail = end < text.endIndex ? text[(end + 1)...].trimmed : []
      take(tail)
      return
    }
    let end =
      text.firstIndex { $0 == UInt8(ascii: " ") || Self.marks.contains($0) } ?? text.endIndex
    hash = text[..<end]
    take(text[end...])
  }

  /// Takes what follows the hash, its separator included.
  private mutating func take(_ tail: ArraySlice<UInt8>) {
    // A mark with blanks around it is still a mark; a tab is one by itself.
    let trimmed = tail.drop { $0 == UInt8(ascii: " ") }
    if let mark = trimmed.first, Self.marks.contains(mark) {
      separator = .mark(mark)
      rest = trimmed.dropFirst().trimmed
      let parts =
        CSVRecord.fields(rest, delimiter: mark) ?? CSVRecord.literal(rest, delimiter: mark)
      fields = parts.map(\.trimmed).filter { !$0.isEmpty }
    } else {
      separator = tail.isEmpty ? .none : .blank
      rest = tail.trimmed
      fields = []
    }
  }

  /// Takes a kind before the hash, or a count behind it, off it: `pdq:hash`, `hash:12`.
  private mutating func splitHash() {
    guard kind == nil, let colon = hash.firstIndex(of: UInt8(ascii: ":")) else { return }
    let (before, after) = (hash[..<colon], hash[(colon + 1)...])
    let name = String(decoding: before, as: UTF8.self)
    // One letter names an algorithm of 64-bit hashes, and stays.
    if before.count > 1, before.count <= 12,
      HashKind(sourceName: name) != nil || ColumnName(name).isOtherSignal
    {
      (kind, hash) = (name, after)
    } else if before.count >= 16 {
      hash = before
      isCount = after.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      if !isCount { fields.insert(after, at: 0) }
    }
  }

  private static let named = Array("hash=".utf8)

  /// Takes a line of `name=value` fields, as the reference's hasher prints with details.
  private mutating func takeNamed(_ text: ArraySlice<UInt8>) {
    let parts = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    hash = parts.first?.dropFirst(Self.named.count).trimmed ?? []
    var values: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
    for part in parts.dropFirst() {
      guard let equals = part.firstIndex(of: UInt8(ascii: "=")) else { continue }
      values.append((part[..<equals].trimmed, part[(equals + 1)...].trimmed))
    }
    func value(_ name: String) -> ArraySlice<UInt8>? {
      values.first { $0.name.elementsEqual(name.utf8) }?.value
    }
    guard !values.isEmpty else {
      // `hash=…,id`, as it always was.
      let end = text.firstIndex(of: UInt8(ascii: ",")) ?? text.endIndex
      take(text[end...])
      return
    }
    isTagged = true
    separator = .mark(UInt8(ascii: ","))
    fields = [value("quality"), value("filename") ?? value("file")].compactMap(\.self)
  }

  /// `MD5 (name) = hash`, also without blanks.
  private static func tagged(
    _ line: ArraySlice<UInt8>
  ) -> (kind: String, name: ArraySlice<UInt8>, hash: ArraySlice<UInt8>)? {
    guard let open = line.firstIndex(of: UInt8(ascii: "(")), open - line.startIndex <= 12,
      open > line.startIndex, let close = line.lastIndex(of: UInt8(ascii: ")")), close > open
    else { return nil }
    let kind = String(decoding: line[..<open].trimmed, as: UTF8.self)
    let tail = line[(close + 1)...].trimmed
    guard tail.first == UInt8(ascii: "="),
      kind.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" })
    else { return nil }
    return (kind, line[(open + 1)..<close], tail.dropFirst().trimmed)
  }

  /// A name in which a checksum program has escaped backslashes and line ends.
  private static func unescaped(_ name: ArraySlice<UInt8>) -> [UInt8] {
    var out: [UInt8] = []
    var rest = name
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
        out.append(byte)
        continue
      }
      switch next {
      case UInt8(ascii: "n"): out.append(UInt8(ascii: "\n"))
      case UInt8(ascii: "r"): out.append(UInt8(ascii: "\r"))
      default: out.append(next)
      }
    }
    return out
  }
}

/// How a text list is written, as its beginning shows it.
struct TextShape {
  /// The most lines that are looked at.
  private static let longest = 1000

  /// As many numbers may be in order by chance.
  private static let fewNumbers = 5

  /// The lines' hashes.
  private(set) var hashes: [ArraySlice<UInt8>] = []
  /// Whether the number behind each hash is its quality.
  private(set) var hasQualities = false
  /// Whether it is the number of its line.
  private(set) var hasRowNumbers = false

  init(_ beginning: [UInt8]) {
    var seconds: [ArraySlice<UInt8>?] = []
    var lines = LineSplitter(longestLine: 1 << 16)
    func look(_ line: ArraySlice<UInt8>?) {
      guard let text = line?.trimmed, !text.isEmpty, text.first != UInt8(ascii: "#"),
        hashes.count < Self.longest
      else { return }
      let parts = TextLine(text)
      hashes.append(parts.hash)
      seconds.append(parts.separator == .blank ? nil : parts.fields.first)
    }
    try? lines.split(beginning) { line, _ throws(ListError) in look(line) }
    // A last line without an end may be cut; what stands before it is enough, unless it is all.
    if hashes.isEmpty { try? lines.finish { line, _ throws(ListError) in look(line) } }
    let numbers = seconds.compactMap { field in
      field.flatMap { Double(String(decoding: $0, as: UTF8.self).trimmingBlanks) }
    }
    guard numbers.count == seconds.count, let first = numbers.first else { return }
    let steps = zip(numbers, numbers.dropFirst())
    hasRowNumbers =
      numbers.count > 1 && (first == 0 || first == 1) && steps.allSatisfy { $1 - $0 == 1 }
    // Numbers that only ever grow are ids; qualities come as they come. A few may grow by chance.
    let areGrowing = numbers.count > Self.fewNumbers && steps.allSatisfy { $0 < $1 }
    hasQualities =
      numbers.allSatisfy { (0...100).contains($0) } && !hasRowNumbers
      && (!areGrowing || numbers.contains { $0 != $0.rounded() })
  }
}
