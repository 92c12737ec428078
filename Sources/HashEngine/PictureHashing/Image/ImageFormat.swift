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
  /// BMP.
  case bmp
  /// ICO and CUR, with all of their pictures.
  case ico
  /// HEIF with HEVC, as telephones take it (HEIC), with all of its pictures.
  case heif
  /// AVIF, with all of its pictures.
  case avif
  /// JPEG XL, with all of its frames.
  case jxl
  /// TIFF, with all of its pages.
  case tiff

  /// The format that the first bytes of a file announce, whatever its name; `nil` for any format
  /// that this engine does not decode.
  public init?(sniffing bytes: Span<UInt8>) {
    guard let codec = Codecs.own.first(where: { $0.begins(bytes) }) else { return nil }
    self = codec.format
  }
}
