/// What a picture's XMP data tells.
enum XMP {
  /// Whether it says where the picture was taken.
  static func hasLocation(_ bytes: Span<UInt8>, _ format: ImageFormat) -> Bool {
    guard let codec = Codecs.codec(for: format) else { return false }
    return codec.xmp(in: bytes).contains { range in
      let packet = bytes.extracting(range)
      return packet.indices.contains {
        packet[$0] == UInt8(ascii: "G") && packet.has("GPSLatitude", at: $0)
      }
    }
  }
}
