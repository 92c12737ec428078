/// A text from outside, made safe to print: always one line. Control characters, and those that change the
/// reading direction, appear as escapes.
struct ShownText: CustomStringConvertible {
  let description: String

  init(_ text: String) {
    var shown = ""
    for character in text.unicodeScalars {
      switch character.value {
      case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069:
        shown += "\\u{\(String(character.value, radix: 16))}"
      default:
        shown.unicodeScalars.append(character)
      }
    }
    description = shown
  }
}
