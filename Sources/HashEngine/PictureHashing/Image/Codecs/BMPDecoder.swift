/// BMP, as browsers show it.
package enum BMPDecoder: PictureCodec {
  package static var format: ImageFormat { .bmp }

  package static func begins(_ bytes: Span<UInt8>) -> Bool {
    // The header's size follows the file's; text may begin with the same two letters.
    bytes.has("BM", at: 0) && BMPHeader.sizes.contains(Int(bytes.littleEndian32(at: 14)))
  }

  package static func end(of bytes: Span<UInt8>) -> Int? {
    // As long as the header says, and the pixels reach: either may be wrong by itself.
    guard let header = try? BMPHeader(bytes, at: fileHeader, limits: DecodingLimits()) else {
      return nil
    }
    let stated = Int(bytes.littleEndian32(at: 2))
    let start = Int(bytes.littleEndian32(at: 10))
    var end = max(stated, start)
    if case .plain = header.storage {
      end = max(end, start + header.height * ((header.width * header.bits + 31) / 32 * 4))
    }
    if let profile = header.profile { end = max(end, profile.upperBound) }
    return end <= bytes.count ? end : nil
  }

  /// The file's own header, before that of the bitmap.
  private static let fileHeader = 14

  package static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    let bytes = bytes.span
    var header = try BMPHeader(bytes, at: fileHeader, limits: limits)
    header.pixels = Int(bytes.littleEndian32(at: 10))
    let bitmap = try BMPBitmap(bytes, header, limits: limits)
    let conversion = try PictureColours { () throws(ImageError) in
      header.profile.map { profile in
        .icc(bytes.extracting(profile).withUnsafeBufferPointer { Array($0) })
      }
    }.conversion(
      of: ColourForm(.rgb, hasAlpha: true), isShown: backdrop != .none, into: &sink)
    return try send(
      bitmap, bytes, over: backdrop, conversion, limits: limits, into: &sink)
  }

  /// Sends a bitmap's rows, over a backdrop.
  ///
  /// - Parameter mask: Whether a pixel is to be seen, by its column and row; `nil` for what the bitmap itself says.
  static func send<Sink: RowSink>(
    _ bitmap: BMPBitmap, _ bytes: Span<UInt8>, over backdrop: Backdrop,
    _ conversion: ColourConversion?, mask: ((Int, Int) -> Bool)? = nil, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    let (width, height) = (bitmap.header.width, bitmap.header.height)
    let layout = PixelLayout(width: width, height: height, channels: 3, isLossless: true)
    _ = try limits.bufferSize(width: width, height: 1, channels: 12)
    sink.begin(layout)
    var row = [UInt8](repeating: 0, count: width * 4)
    var flat: [UInt8] = []
    for y in 0..<height {
      if y % 16 == 0 { try limits.checkTime() }
      guard bitmap.read(bytes, row: y, into: &row) else {
        sink.pad(rows: height - y, layout)
        try sink.end()
        return .partial(ImageError(.truncated, "truncated after row \(y) of \(height)"))
      }
      if let mask {
        for x in 0..<width { row[4 * x + 3] = mask(x, y) ? 255 : 0 }
      }
      if let conversion { row = conversion.converted(row) }
      if !backdrop.flatten(row.span, channels: 4, into: &flat) {
        sink.isShownOtherwise(.transparency)
      }
      sink.take(flat.span)
    }
    try sink.end()
    return bitmap.problem.map { .partial($0) } ?? .complete
  }
}
