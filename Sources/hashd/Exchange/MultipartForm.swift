/// A form as browsers and HTTP clients send it (`multipart/form-data`, RFC 7578), with one file in it.
///
/// Read strictly: where two programs could take it for different things, it is refused. An upload server and this one
/// must not see two different pictures in the same form.
enum MultipartForm {
  /// Why a form was refused, as a clause.
  struct Refusal: Error, Equatable {
    let reason: String
  }

  /// The boundary that a content type states; `nil` when it states none, or more than one.
  static func boundary(in contentType: String) -> [UInt8]? {
    var found: [String] = []
    for parameter in parameters(of: contentType) where parameter.name == "boundary" {
      found.append(parameter.value)
    }
    guard found.count == 1, let boundary = found.first, (1...70).contains(boundary.utf8.count),
      boundary.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x22 }), boundary.last != " "
    else { return nil }
    return Array(boundary.utf8)
  }

  /// The range of the only file's bytes.
  ///
  /// - Throws: ``Refusal`` for what is no form, or has no file or more than one. Fields without a file are passed over.
  static func file(
    in body: [UInt8], boundary: [UInt8]
  ) throws(Refusal) -> Range<Int> {
    let delimiter = Array("--".utf8) + boundary
    guard body.starts(with: delimiter) else {
      throw Refusal(reason: "it does not begin with its boundary")
    }
    var position = delimiter.count
    var file: Range<Int>?
    while true {
      if has("--", at: position, in: body) {
        // What follows the end would be somebody else's.
        let rest = body[(position + 2)...]
        guard rest.isEmpty || rest.elementsEqual("\r\n".utf8) else {
          throw Refusal(reason: "something follows its end")
        }
        guard let file else { throw Refusal(reason: "there is no file in it") }
        return file
      }
      guard has("\r\n", at: position, in: body) else {
        throw Refusal(reason: "a boundary is followed by something else than a line's end")
      }
      let start = position + 2
      guard
        let headEnd = firstRange(of: Array("\r\n\r\n".utf8), in: body, from: start, within: 1 << 14)
      else { throw Refusal(reason: "the head of a part does not end") }
      let isFile = try isFile(body[start..<headEnd.lowerBound])
      let content = headEnd.upperBound
      guard
        let next = firstRange(
          of: Array("\r\n".utf8) + delimiter, in: body, from: content, within: .max)
      else { throw Refusal(reason: "it ends before its last boundary") }
      if isFile {
        guard file == nil else { throw Refusal(reason: "there is more than one file in it") }
        file = content..<next.lowerBound
      }
      position = next.upperBound
    }
  }

  /// Whether a part is a file: its disposition names one.
  private static func isFile(_ head: ArraySlice<UInt8>) throws(Refusal) -> Bool {
    var disposition: String?
    for line in String(decoding: head, as: UTF8.self).split(separator: "\r\n") {
      guard let colon = line.firstIndex(of: ":"),
        !line.contains(where: { $0 == "\r" || $0 == "\n" })
      else { throw Refusal(reason: "a line in the head of a part is no header") }
      let value = trimmed(line[line.index(after: colon)...])
      switch line[..<colon].lowercased() {
      case "content-disposition":
        guard disposition == nil else { throw Refusal(reason: "a part has two dispositions") }
        disposition = value
      case "content-transfer-encoding":
        guard ["binary", "8bit", "7bit"].contains(value.lowercased()) else {
          throw Refusal(reason: "a part is encoded; send the file's own bytes")
        }
      default: break
      }
    }
    guard let disposition,
      trimmed(disposition.prefix { $0 != ";" }).lowercased() == "form-data"
    else { throw Refusal(reason: "a part has no disposition of form-data") }
    return parameters(of: disposition).contains { $0.name == "filename" || $0.name == "filename*" }
  }

  /// The parameters behind the first `;` of a header's value, with names in small letters and without quotes.
  private static func parameters(of value: String) -> [(name: String, value: String)] {
    var parameters: [(name: String, value: String)] = []
    var rest = value[...].drop { $0 != ";" }
    while rest.first == ";" {
      rest = rest.dropFirst()
      let name = trimmed(rest.prefix { $0 != "=" && $0 != ";" }).lowercased()
      rest = rest.drop { $0 != "=" && $0 != ";" }
      guard rest.first == "=" else { continue }
      rest = rest.dropFirst().drop { $0 == " " || $0 == "\t" }
      var text = ""
      if rest.first == "\"" {
        rest = rest.dropFirst()
        while let character = rest.first, character != "\"" {
          rest = rest.dropFirst()
          text.append(character)
        }
        rest = rest.drop { $0 != ";" }
      } else {
        text = trimmed(rest.prefix { $0 != ";" })
        rest = rest.drop { $0 != ";" }
      }
      parameters.append((name, text))
    }
    return parameters
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    var rest = Substring(text)
    while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
    return String(rest.drop { $0 == " " || $0 == "\t" })
  }

  private static func has(_ text: StaticString, at position: Int, in body: [UInt8]) -> Bool {
    let wanted = text.utf8CodeUnitCount
    guard position >= 0, body.count - position >= wanted else { return false }
    return text.withUTF8Buffer { body[position..<position + wanted].elementsEqual($0) }
  }

  /// The first place of `pattern` that begins at `start` or later, at most `limit` bytes on.
  private static func firstRange(
    of pattern: [UInt8], in body: [UInt8], from start: Int, within limit: Int
  ) -> Range<Int>? {
    guard let first = pattern.first, start >= 0, start <= body.count else { return nil }
    let end = limit < body.count - start ? start + limit : body.count
    var place = start
    while place + pattern.count <= end {
      guard let next = body[place..<end].firstIndex(of: first) else { return nil }
      guard next + pattern.count <= end else { return nil }
      if body[next..<next + pattern.count].elementsEqual(pattern) {
        return next..<next + pattern.count
      }
      place = next + 1
    }
    return nil
  }
}
