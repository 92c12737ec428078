/// Turns the bytes of a picture into rows of pixels, by the decoder for its format.
public enum ImageDecoder {
  /// The format of a picture, found from its bytes.
  ///
  /// - Throws: ``ImageError`` `empty`, `overLimit`, `unsupported` for a format that is known by name only, or
  ///   `notAnImage`.
  public static func format(
    of bytes: Span<UInt8>, limits: DecodingLimits = DecodingLimits()
  ) throws(ImageError) -> ImageFormat {
    guard bytes.count > 0 else { throw ImageError(.empty, "empty file") }
    guard bytes.count <= limits.bytes else {
      throw ImageError(
        .overLimit, "too large: \(bytes.count) bytes, the limit is \(limits.bytes)")
    }
    guard let format = ImageFormat(sniffing: bytes) else {
      if let name = NamedFormats.name(of: bytes) {
        throw ImageError(.unsupported, "\(name), which is not decoded")
      }
      throw ImageError(.notAnImage, "not a picture")
    }
    return format
  }

  /// Decodes a picture whose format is found from its bytes.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - sink: Receives the layout and all rows, even of a picture that turns out to be damaged half way.
  /// - Returns: The format, and whether all pixels came.
  /// - Throws: ``ImageError`` when no picture could be decoded, and what `sink` throws. It may have got rows.
  public static func decode<Sink: RowSink>(
    _ bytes: Span<UInt8>, limits: DecodingLimits = DecodingLimits(), into sink: inout Sink
  ) throws(ImageError) -> (format: ImageFormat, completeness: Completeness) {
    let format = try format(of: bytes, limits: limits)
    return (format, try decode(bytes, as: format, limits: limits, into: &sink))
  }

  /// The same, for a format that is already known.
  ///
  /// - Parameter backdrop: What shows through transparent pixels.
  static func decode<Sink: RowSink>(
    _ bytes: Span<UInt8>, as format: ImageFormat, over backdrop: Backdrop = .none,
    limits: DecodingLimits, into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    guard let codec = Codecs.codec(for: format) else {
      throw ImageError(.unsupported, "a format without a decoder")
    }
    return try bytes.withUnsafeBufferPointer { bytes throws(ImageError) in
      try codec.decode(bytes, over: backdrop, limits: limits, into: &sink)
    }
  }
}
