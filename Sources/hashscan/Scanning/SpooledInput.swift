import HashEngine
import SystemPackage

/// Input that has come to its end before anybody reads it.
enum SpooledInput {
  /// A file's own descriptor, or that of a file without a name that holds all that came through a pipe.
  ///
  /// - Throws: ``Failure`` when there is no room for it.
  static func descriptor(of input: FileDescriptor) throws -> FileDescriptor {
    if (try? input.seek(offset: 0, from: .current)) != nil { return try input.duplicate() }
    do {
      let spool = try ListSpool()
      var buffer = [UInt8](repeating: 0, count: 1 << 18)
      while true {
        let count = try buffer.withUnsafeMutableBytes { try input.read(into: $0) }
        guard count > 0 else { break }
        try spool.append(buffer[..<count])
      }
      return try spool.rewound().duplicate()
    } catch {
      throw Failure("standard input: \(error)")
    }
  }
}
