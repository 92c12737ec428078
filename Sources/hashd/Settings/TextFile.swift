import SystemPackage

/// A small text file of the operator's.
enum TextFile {
  /// A file of settings is never as large.
  private static let limit = 1 << 20

  /// - Throws: ``StartError`` when it cannot be read, is too large, or is not UTF-8.
  static func read(_ path: FilePath) throws(StartError) -> String {
    var bytes: [UInt8] = []
    do {
      let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
      defer { try? file.close() }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while bytes.count <= limit {
        let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
        guard count > 0 else { break }
        bytes += buffer[..<count]
      }
    } catch {
      throw StartError("\(path): cannot be read: \(error)")
    }
    guard bytes.count <= limit else {
      throw StartError("\(path): too large for a file of settings")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw StartError("\(path): is not text in UTF-8")
    }
    return text
  }
}
