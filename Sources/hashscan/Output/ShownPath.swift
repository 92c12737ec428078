import HashEngine
import SystemPackage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A path as it may be printed: file names come from strangers.
struct ShownPath: CustomStringConvertible {
  let path: FilePath

  init(_ path: FilePath) { self.path = path }

  /// The path as it is, with replacement characters for bytes that are not UTF-8.
  var text: String { path.string }

  /// The path on one line, whatever is in it (see ``ShownText``), with replacement characters as in ``text``.
  var description: String { ShownText(text).description }

  /// The bytes of a path that is not UTF-8 in base64; else `nil`.
  var base64IfNotText: String? { bytesIfNotText.map { Data($0).base64EncodedString() } }

  /// The bytes of a path that is not UTF-8, which JSON cannot carry as text; else `nil`.
  var bytesIfNotText: [UInt8]? {
    let bytes = path.bytes
    return String(validating: bytes, as: UTF8.self) == nil ? bytes : nil
  }
}
