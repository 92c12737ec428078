import HashEngine
import SystemPackage

/// Input that is received to its end before it is used.
enum SpooledInput {
  /// A duplicate of a file's descriptor; for a pipe, that of an unnamed file with all that came through it.
  ///
  /// - Parameter limit: What comes after so many bytes is not read; the file is then larger than that.
  /// - Throws: ``Failure`` when there is no room for it.
  static func descriptor(
    of input: FileDescriptor, limit: Int = .max
  ) throws(Failure) -> FileDescriptor {
    do {
      if (try? input.seek(offset: 0, from: .current)) != nil { return try input.duplicate() }
      let spool = try ListSpool()
      var buffer = [UInt8](repeating: 0, count: 1 << 18)
      var total = 0
      while total <= limit {
        let count = try buffer.withUnsafeMutableBytes { try input.read(into: $0) }
        guard count > 0 else { break }
        try spool.append(buffer[..<count])
        total += count
      }
      return try spool.rewound().duplicate()
    } catch {
      throw Failure("standard input: \(error)")
    }
  }
}
