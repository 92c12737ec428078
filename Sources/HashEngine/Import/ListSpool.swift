package import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A file without a name that a list is received into: what comes slowly waits there, and not in a transaction
/// that keeps others from changing lists.
package final class ListSpool: Sendable {
  private let file: FileDescriptor

  /// - Throws: `Errno` when there is no room for it.
  package init() throws {
    guard let stream = tmpfile() else { throw Errno(rawValue: errno) }
    defer { fclose(stream) }
    file = try FileDescriptor(rawValue: fileno(stream)).duplicate()
  }

  deinit { try? file.close() }

  /// - Throws: `Errno` when there is no room left.
  package func append(_ bytes: some Sequence<UInt8>) throws { try file.writeAll(bytes) }

  /// The file, to be read from its beginning; valid as long as this is.
  package func rewound() throws -> FileDescriptor {
    try file.seek(offset: 0, from: .start)
    return file
  }
}
