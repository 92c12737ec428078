import SystemPackage

/// A list of paths from a file or a pipe.
enum PathList {
  static func read(_ name: PathArgument, endsWithZero: Bool) throws -> [FilePath] {
    do {
      let file =
        name.isStandardInput
        ? FileDescriptor.standardInput
        : try FileDescriptor.open(name.path, .readOnly, options: .closeOnExec)
      defer { if !name.isStandardInput { try? file.close() } }
      var bytes: [UInt8] = []
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = try chunk.withUnsafeMutableBytes { try file.read(into: $0) }
        if count == 0 { break }
        bytes += chunk[..<count]
      }
      let end: UInt8 = endsWithZero ? 0 : UInt8(ascii: "\n")
      return bytes.split(separator: end).compactMap { path in
        let name = path.map { CChar(bitPattern: $0) } + [0]
        return name.withUnsafeBufferPointer { $0.baseAddress.map { FilePath(platformString: $0) } }
      }
    } catch {
      throw Failure("\(ShownPath(name.path)): \(error)")
    }
  }
}
