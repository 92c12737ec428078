internal import Crypto
internal import SystemPackage

extension FileDescriptor {
  /// Reads a file from its beginning to its end, piece by piece; its position stays where it is.
  func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    var offset: Int64 = 0
    while true {
      let count = try buffer.withUnsafeMutableBytes { buffer in
        let count = try read(fromAbsoluteOffset: offset, into: buffer)
        if count > 0 { try body(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
        return count
      }
      guard count > 0 else { return }
      offset += Int64(count)
    }
  }

  /// SHA-256 of a file's bytes.
  func sha256() throws -> [UInt8] {
    var digest = SHA256()
    try forEachPiece { digest.update(bufferPointer: $0) }
    return Array(digest.finalize())
  }
}
