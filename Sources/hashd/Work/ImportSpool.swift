import NIOCore
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A file without a name that a list is received into.
final class ImportSpool: Sendable {
  private let file: SystemPackage.FileDescriptor

  init() throws {
    guard let stream = tmpfile() else { throw Errno(rawValue: errno) }
    defer { fclose(stream) }
    file = try SystemPackage.FileDescriptor(rawValue: fileno(stream)).duplicate()
  }

  deinit { try? file.close() }

  func append(_ chunk: ByteBuffer) throws { _ = try file.writeAll(chunk.readableBytesView) }

  /// The file, to be read from its beginning; valid as long as this is.
  func rewound() throws -> SystemPackage.FileDescriptor {
    try file.seek(offset: 0, from: .start)
    return file
  }
}
