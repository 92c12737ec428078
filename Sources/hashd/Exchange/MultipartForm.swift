/// A form as HTTP clients send it (`multipart/form-data`, RFC 7578), with one file in it.
///
/// Forms are full of corners that programs read differently: folded headers, quoted quotes, lines that end in half a line
/// end. An upload server and this one must not see two different pictures in the same form. So only the plain form is
/// taken that browsers and HTTP clients make, byte by byte, and whatever else it could mean to somebody is refused.
enum MultipartForm {
  /// Why a form was refused, as a clause.
  struct Refusal: Error, Equatable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
  }

  private static let mostParts = 64
  private static let longestHead = 2048

  /// The boundary that a content type states: it is the only parameter, and has only letters, digits and a few signs.
  /// `nil` for any other content type.
  static func boundary(in contentType: String) -> [UInt8]? {
    var rest = Array(contentType.utf8)[...]
    guard take("multipart/form-data", from: &rest) else { return nil }
    skipBlanks(&rest)
    guard take(";", from: &rest) else { return nil }
    skipBlanks(&rest)
    guard take("boundary=", from: &rest) else { return nil }
    if rest.first == UInt8(ascii: "\""), rest.count > 2, rest.last == UInt8(ascii: "\"") {
      rest = rest.dropFirst().dropLast()
    }
    // A comma or a colon would end it for some.
    guard (1...70).contains(rest.count), rest.allSatisfy({ isToken($0) }) else { return nil }
    return Array(rest)
  }

  /// The range of the only file's bytes.
  ///
  /// - Throws: ``Refusal`` for what is not plain, or has no file or more than one. Fields without a file are passed over.
  static func file(in body: [UInt8], boundary: [UInt8]) throws(Refusal) -> Range<Int> {
    let delimiter = Array("--".utf8) + boundary
    guard body.starts(with: delimiter) else { throw Refusal("it does not begin with its boundary") }
    var position = delimiter.count
    var file: Range<Int>?
    for _ in 0..<mostParts {
      if has("--", at: position, in: body) {
        // What follows the end would be somebody else's.
        let rest = body[(position + 2)...]
        guard rest.isEmpty || rest.elementsEqual("\r\n".utf8) else {
          throw Refusal("something follows its end")
        }
        guard let file else { throw Refusal("there is no file in it") }
        return file
      }
      guard has("\r\n", at: position, in: body) else {
        throw Refusal("a boundary is followed by something else than a line's end")
      }
      let (isFile, content) = try head(in: body, at: position + 2)
      let next = try end(of: content, in: body, delimiter)
      if isFile {
        guard file == nil else { throw Refusal("there is more than one file in it") }
        file = content..<next
      }
      position = next + 2 + delimiter.count
    }
    throw Refusal("it has more than \(mostParts) parts")
  }

  /// Where the content of a part ends: before the line end of the next boundary.
  ///
  /// A boundary after half a line end, or none, is one to programs that are less strict.
  private static func end(
    of content: Int, in body: [UInt8], _ delimiter: [UInt8]
  ) throws(Refusal) -> Int {
    var place = content
    while let next = body[place...].firstIndex(of: UInt8(ascii: "-")) {
      place = next + 1
      guard body[next...].starts(with: delimiter) else { continue }
      // Within the body: the content does not begin before the first boundary.
      if next >= content + 2, has("\r\n", at: next - 2, in: body) { return next - 2 }
      // Directly behind the head, or behind half a line end.
      let before = body[next - 1]
      guard before != UInt8(ascii: "\n"), before != UInt8(ascii: "\r") else {
        throw Refusal("a boundary stands where a line does not end")
      }
    }
    throw Refusal("it ends before its last boundary")
  }

  /// The head of a part: whether it is a file, and where its content begins.
  private static func head(
    in body: [UInt8], at start: Int
  ) throws(Refusal) -> (isFile: Bool, content: Int) {
    var head = Head()
    var position = start
    while true {
      let limit = min(body.count, start + longestHead)
      guard position < limit,
        let end = body[position..<limit].firstIndex(of: UInt8(ascii: "\r")),
        has("\r\n", at: end, in: body)
      else { throw Refusal("the head of a part does not end, or is too long") }
      if end == position {
        guard let isFile = head.isFile else {
          throw Refusal("a part has no disposition of form-data")
        }
        guard isFile || !head.isOctets else {
          throw Refusal("a part without a file's name is bytes")
        }
        return (isFile, end + 2)
      }
      try line(body[position..<end], &head)
      position = end + 2
    }
  }

  /// What the head of a part says.
  private struct Head {
    /// `nil` as long as there was no disposition.
    var isFile: Bool?
    /// Of a type that is a file to some, with a name or without.
    var isOctets = false
  }

  /// One line in the head of a part.
  private static func line(_ line: ArraySlice<UInt8>, _ head: inout Head) throws(Refusal) {
    guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw Refusal("the head of a part has control characters")
    }
    let name = line.prefix { isToken($0) }
    var rest = line[name.endIndex...]
    guard !name.isEmpty, take(":", from: &rest) else {
      throw Refusal("a line in the head of a part is no header")
    }
    skipBlanks(&rest)
    switch String(decoding: name, as: UTF8.self).lowercased() {
    case "content-disposition":
      guard head.isFile == nil else { throw Refusal("a part has two dispositions") }
      head.isFile = try isFile(rest)
    case "content-type":
      // With a name of its own it would be a file to some, and with parts of its own several.
      let type = String(decoding: rest, as: UTF8.self).lowercased()
      guard !type.contains("name"), !type.hasPrefix("multipart"), !type.hasPrefix("message") else {
        throw Refusal("a part's content type has a name, or parts of its own")
      }
      head.isOctets = type.hasPrefix("application/octet-stream")
    case "content-length": break
    case "content-transfer-encoding":
      guard ["binary", "8bit"].contains(String(decoding: rest, as: UTF8.self).lowercased()) else {
        throw Refusal("a part is encoded; send the file's own bytes")
      }
    default: throw Refusal("the head of a part has more than its disposition and type")
    }
  }

  /// Whether a disposition names a file: `form-data; name="f"; filename="a.jpg"`.
  private static func isFile(_ disposition: ArraySlice<UInt8>) throws(Refusal) -> Bool {
    var rest = disposition
    guard take("form-data", from: &rest) else {
      throw Refusal("a part has no disposition of form-data")
    }
    var seen: Set<String> = []
    while !rest.isEmpty {
      skipBlanks(&rest)
      guard take(";", from: &rest) else { throw Refusal("a disposition is not plain") }
      skipBlanks(&rest)
      let name = String(decoding: rest.prefix { isToken($0) }, as: UTF8.self).lowercased()
      guard ["name", "filename", "filename*"].contains(name), seen.insert(name).inserted else {
        throw Refusal("a disposition has other parameters than one name and one filename")
      }
      rest = rest.dropFirst(name.utf8.count)
      guard take("=", from: &rest) else { throw Refusal("a disposition is not plain") }
      try takeValue(from: &rest)
    }
    guard seen.contains("name") else { throw Refusal("a part has no name") }
    return seen.contains("filename") || seen.contains("filename*")
  }

  /// A value in quotes, without a quote or a backslash in it, or without quotes.
  private static func takeValue(from rest: inout ArraySlice<UInt8>) throws(Refusal) {
    guard take("\"", from: &rest) else {
      let value = rest.prefix { isToken($0) || $0 >= 0x80 }
      guard !value.isEmpty else { throw Refusal("a disposition is not plain") }
      rest = rest.dropFirst(value.count)
      return
    }
    let value = rest.prefix { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    rest = rest.dropFirst(value.count)
    guard take("\"", from: &rest) else {
      throw Refusal("a value in a disposition has a \\, or does not end")
    }
  }

  // MARK: Bytes

  /// Letters, digits and signs that end nothing in anybody's eyes.
  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "'+_-.*%!~".utf8.contains(byte)
    }
  }

  private static func skipBlanks(_ rest: inout ArraySlice<UInt8>) {
    rest = rest.drop { $0 == UInt8(ascii: " ") }
  }

  /// Takes a text off the front, in large or small letters.
  private static func take(_ text: String, from rest: inout ArraySlice<UInt8>) -> Bool {
    let count = text.utf8.count
    guard String(decoding: rest.prefix(count), as: UTF8.self).lowercased() == text else {
      return false
    }
    rest = rest.dropFirst(count)
    return true
  }

  private static func has(_ text: StaticString, at position: Int, in body: [UInt8]) -> Bool {
    let wanted = text.utf8CodeUnitCount
    guard position >= 0, body.count - position >= wanted else { return false }
    return text.withUTF8Buffer { body[position..<position + wanted].elementsEqual($0) }
  }
}
