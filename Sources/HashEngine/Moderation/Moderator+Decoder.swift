internal import Crypto

extension Moderator {
  /// A number that stands for how pictures are decoded: another one for another version, another worker program, or other
  /// limits. What could not be decoded before may be worth another try then.
  var decodingIdentity: UInt64 {
    let limits = policy.limits
    let parts: [any CustomStringConvertible] = [
      Version.text, Fingerprint.version, fingerprinter.programIdentity, limits.bytes, limits.side,
      limits.pixels, limits.memory, limits.frames, limits.animationPixels, limits.views,
      limits.scans, limits.scanPixels,
    ]
    let text = parts.map(\.description).joined(separator: " ")
    return SHA256.hash(data: Array(text.utf8)).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

extension Fingerprinter {
  /// Tells the program that decodes from an earlier or later one.
  fileprivate var programIdentity: String {
    (self as? ConfinedFingerprinter)?.programIdentity ?? "this process"
  }
}
