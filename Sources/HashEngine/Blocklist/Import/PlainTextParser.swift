/// One hash a line: `hash`, `hash,id` and `hash id`, as the reference's C++ tools and checksum
/// programs write them; also `hash=…` and `hash,quality,file name`. `#` starts a comment.
struct PlainTextParser {
  let kind: HashKind

  func parse(_ line: String) -> ParsedLine {
    var text = line.trimmed
    if text.isEmpty || text.hasPrefix("#") { return .nothing }
    if text.hasPrefix("hash=") { text.removeFirst(5) }
    let end = text.firstIndex { $0 == "," || $0 == " " || $0 == "\t" } ?? text.endIndex
    var rest = text[end...].drop { $0 == " " || $0 == "\t" }
    if rest.first == "," { rest = rest.dropFirst() }
    var id = rest.trimmed
    if id.hasPrefix("#") { id = "" }
    do throws(HashField.Refusal) {
      let hash = try HashField.read(String(text[..<end]), kind: kind)
      // The reference's hasher prints `hash,quality,file name`.
      if let comma = id.firstIndex(of: ","), let quality = Int(id[..<comma]),
        (0...100).contains(quality)
      {
        try HashField.check(quality: String(id[..<comma]))
        id = id[id.index(after: comma)...].trimmed
      }
      return .hash(hash, id: id.isEmpty ? nil : id, label: nil)
    } catch {
      return .rejected(error.reason)
    }
  }
}
