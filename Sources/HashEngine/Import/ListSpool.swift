package import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// An unnamed temporary file into which a list is received. A slow upload is collected there, so that no
/// write transaction has to stay open for it and hold up other changes.
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
