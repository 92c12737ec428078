/// What one picture yields.
public struct Fingerprint: Sendable, Hashable {
  public let format: ImageFormat
  /// Pixels.
  public let width: Int
  public let height: Int
  /// Whether the picture decoded to its end; if not, the hashes are of what came.
  public let completeness: Completeness
  public let pdq: PDQFingerprint

  /// Decodes and hashes a picture.
  ///
  /// - Throws: ``ImageError`` when there is no picture to hash. A picture that breaks off half way
  ///   does not throw: see ``completeness``.
  public init(
    of bytes: Span<UInt8>, limits: DecodingLimits = DecodingLimits()
  ) throws(ImageError) {
    var hasher = PDQHasher()
    let (format, completeness) = try ImageDecoder.decode(bytes, limits: limits, into: &hasher)
    guard let layout = hasher.layout else {
      throw ImageError(.damaged, "damaged: no pixels")
    }
    self.format = format
    self.completeness = completeness
    width = layout.width
    height = layout.height
    pdq = hasher.finish()
  }
}
