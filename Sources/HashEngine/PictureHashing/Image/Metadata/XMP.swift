/// What a picture's XMP data tells.
package enum XMP {
  /// Whether it says where the picture was taken.
  static func hasLocation(_ bytes: Span<UInt8>, _ format: ImageFormat) -> Bool {
    guard let codec = Codecs.codec(for: format) else { return false }
    return codec.xmp(in: bytes).contains { hasLocation(bytes.extracting($0)) }
  }

  /// Whether a packet says where the picture was taken.
  package static func hasLocation(_ packet: Span<UInt8>) -> Bool {
    packet.indices.contains {
      packet[$0] == UInt8(ascii: "G") && packet.has("GPSLatitude", at: $0)
    }
  }
}
