/// How a 64-bit hash is written; hashes of other kinds are always hexadecimal or base64.
public enum HashSpelling: String, Sendable, Hashable, CaseIterable, Codable {
  /// With or without leading zeros, or a prefix `0x` or `p:`; also 64 binary digits.
  case hex
  /// With or without a sign.
  case decimal
  /// The eight bytes in base64.
  case base64
}
