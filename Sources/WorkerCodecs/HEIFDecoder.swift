package import PictureHashing

/// HEIF with HEVC, as telephones take it.
package enum HEIFDecoder: PictureCodec {
  package static var format: ImageFormat { .heif }

  package static func begins(_ bytes: Span<UInt8>) -> Bool {
    ImageFormat(sniffing: bytes) == .heif
  }

  package static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    try HEIFFile(bytes, limits: limits).send(over: backdrop, limits: limits, into: &sink)
  }
}

/// AVIF.
package enum AVIFDecoder: PictureCodec {
  package static var format: ImageFormat { .avif }

  package static func begins(_ bytes: Span<UInt8>) -> Bool {
    ImageFormat(sniffing: bytes) == .avif
  }

  package static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    try HEIFFile(bytes, limits: limits).send(over: backdrop, limits: limits, into: &sink)
  }
}
