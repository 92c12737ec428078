import SystemPackage

/// A path as it may be printed: file names come from strangers.
struct ShownPath: CustomStringConvertible {
  let path: FilePath

  init(_ path: FilePath) { self.path = path }

  /// The path as it is, with stand-ins for bytes that are no UTF-8.
  var text: String { path.string }

  /// One line whatever the name: control characters, also those that turn the reading direction,
  /// and bytes that are no UTF-8 appear as escapes.
  var description: String {
    var shown = ""
    for character in text.unicodeScalars {
      switch character.value {
      case 0..<0x20, 0x7F..<0xA0, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069:
        shown += "\\u{\(String(character.value, radix: 16))}"
      default:
        shown.unicodeScalars.append(character)
      }
    }
    return shown
  }

  /// The bytes of a name that is no UTF-8, which JSON cannot carry as text.
  var bytesIfNotText: [UInt8]? {
    path.withPlatformString { name in
      let bytes = UnsafeBufferPointer(start: name, count: path.length).map { UInt8(bitPattern: $0) }
      return String(validating: bytes, as: UTF8.self) == nil ? bytes : nil
    }
  }
}
