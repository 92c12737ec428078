import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A small text file of the operator's.
enum TextFile {
  /// A file of settings is never as large.
  private static let limit = 1 << 20

  /// - Throws: ``StartError`` when it cannot be read, is too large, or is not UTF-8.
  static func read(_ path: FilePath) throws(StartError) -> String {
    var bytes: [UInt8] = []
    do {
      // A pipe without a writer would be waited for.
      let file = try FileDescriptor.open(path, .readOnly, options: [.nonBlocking, .closeOnExec])
      defer { try? file.close() }
      var status = stat()
      guard fstat(file.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw Errno.invalidArgument
      }
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
