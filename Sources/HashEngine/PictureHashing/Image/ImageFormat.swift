/// A picture format this engine decodes.
public enum ImageFormat: String, Sendable, Hashable, CaseIterable, Codable {
  /// JPEG, baseline and progressive.
  case jpeg
  /// PNG, and APNG with all of its frames.
  case png
  /// WebP, lossy and lossless, with all of its frames.
  case webp
  /// GIF, with all of its frames.
  case gif

  /// The format that the first bytes of a file announce, whatever its name; `nil` for any format
  /// that this engine does not decode.
  public init?(sniffing bytes: Span<UInt8>) {
    func starts(_ magic: [UInt8], at offset: Int = 0) -> Bool {
      guard bytes.count >= offset + magic.count else { return false }
      return magic.indices.allSatisfy { bytes[offset + $0] == magic[$0] }
    }
    if starts([0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if starts([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if starts(Array("GIF87a".utf8)) || starts(Array("GIF89a".utf8)) {
      self = .gif
    } else if starts(Array("RIFF".utf8)) && starts(Array("WEBP".utf8), at: 8) {
      self = .webp
    } else {
      return nil
    }
  }
}
