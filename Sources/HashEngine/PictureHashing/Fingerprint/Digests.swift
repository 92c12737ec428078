internal import Crypto

/// Digests of a file's bytes.
package enum Digests {
  /// - Returns: A digest for each digest kind in `kinds`; perceptual kinds are passed over.
  package static func of(_ bytes: Span<UInt8>, kinds: Set<HashKind>) -> [HashKind: [UInt8]] {
    var digests: [HashKind: [UInt8]] = [:]
    for kind in kinds {
      switch kind {
      case .pdq, .phash64: break
      case .md5: digests[kind] = digest(bytes, by: Insecure.MD5.self)
      case .sha1: digests[kind] = digest(bytes, by: Insecure.SHA1.self)
      case .sha256: digests[kind] = digest(bytes, by: SHA256.self)
      }
    }
    return digests
  }

  private static func digest<Function: HashFunction>(
    _ bytes: Span<UInt8>, by _: Function.Type
  ) -> [UInt8] {
    var function = Function()
    bytes.withUnsafeBytes { function.update(bufferPointer: $0) }
    return Array(function.finalize())
  }
}
