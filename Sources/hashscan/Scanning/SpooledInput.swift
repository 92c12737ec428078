import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Input that has come to its end before anybody reads it.
enum SpooledInput {
  /// A file's own descriptor, or that of a file without a name that holds all that came through a pipe.
  ///
  /// - Throws: ``Failure`` when there is no room for it.
  static func descriptor(of input: FileDescriptor) throws -> FileDescriptor {
    if (try? input.seek(offset: 0, from: .current)) != nil { return try input.duplicate() }
    guard let file = tmpfile() else {
      throw Failure("standard input: no temporary file: \(Errno(rawValue: errno))")
    }
    defer { fclose(file) }
    do {
      let spooled = try FileDescriptor(rawValue: fileno(file)).duplicate()
      var buffer = [UInt8](repeating: 0, count: 1 << 18)
      while true {
        let count = try buffer.withUnsafeMutableBytes { try input.read(into: $0) }
        guard count > 0 else { break }
        try spooled.writeAll(buffer[..<count])
      }
      try spooled.seek(offset: 0, from: .start)
      return spooled
    } catch {
      throw Failure("standard input: \(error)")
    }
  }
}
