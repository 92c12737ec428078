import SystemPackage

/// A path as it may be printed: file names come from strangers.
struct ShownPath: CustomStringConvertible {
  let path: FilePath

  init(_ path: FilePath) { self.path = path }

  /// The path as it is, with stand-ins for bytes that are no UTF-8.
  var text: String { path.string }

  /// One line whatever the name (see ``ShownText``); bytes that are no UTF-8 have stand-ins.
  var description: String { ShownText(text).description }

  /// The bytes of a name that is no UTF-8, which JSON cannot carry as text.
  var bytesIfNotText: [UInt8]? {
    path.withPlatformString { name in
      let bytes = UnsafeBufferPointer(start: name, count: path.length).map { UInt8(bitPattern: $0) }
      return String(validating: bytes, as: UTF8.self) == nil ? bytes : nil
    }
  }
}
