internal import CWebP

/// WebP through libwebp, which decodes whole pictures only: memory grows with the picture.
package enum WebPDecoder: PictureCodec {
  package static var format: ImageFormat { .webp }

  package static func begins(_ bytes: Span<UInt8>) -> Bool {
    bytes.has("RIFF", at: 0) && bytes.has("WEBP", at: 8)
  }

  package static func exif(in bytes: Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    RIFFChunks.visit(bytes) { type, data in
      // Some writers put a JPEG's header in front.
      if type == "EXIF" { found.append(EXIF.afterHeader(bytes, data) ?? data) }
      return true
    }
    return found
  }

  package static func xmp(in bytes: Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    RIFFChunks.visit(bytes) { type, data in
      if type == "XMP " { found.append(data) }
      return true
    }
    return found
  }

  package static func end(of bytes: Span<UInt8>) -> Int? {
    // "RIFF", and the size of the rest, to which a byte of padding is added.
    let size = Int(bytes.littleEndian32(at: 4))
    let end = 8 + size + size % 2
    return size > 4 && end <= bytes.count ? end : nil
  }

  /// Pictures no larger than this are decoded in colour, as with JPEG (see ``JPEGDecoder``).
  private static let colourSide = 256

  /// `bytes` stay valid for the call, which is as long as libwebp holds them.
  package static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    var features = WebPBitstreamFeatures()
    switch WebPGetFeatures(bytes.baseAddress, bytes.count, &features) {
    case VP8_STATUS_OK: break
    case VP8_STATUS_NOT_ENOUGH_DATA: throw ImageError(.truncated, "truncated: no WebP header")
    default: throw ImageError(.damaged, "damaged WebP: no valid header")
    }
    let (width, height) = (Int(features.width), Int(features.height))
    try limits.check(width: width, height: height)
    let conversion = try PictureColours { () throws(ImageError) in ColourSource.inWebP(bytes.span) }
      .conversion(
        of: ColourForm(.rgb, hasAlpha: true), isShown: backdrop != .none, into: &sink)
    if features.has_animation != 0 {
      return try decodeFrames(
        bytes, over: backdrop, conversion, width: width, height: height, limits: limits, into: &sink
      )
    }

    let isLossless = features.format == 2
    if backdrop != .none {
      return try decodeOverPage(
        bytes, over: backdrop, conversion, width: width, height: height, isLossless: isLossless,
        limits: limits, into: &sink)
    }
    // Whether a pixel is transparent is not known before alpha is decoded.
    if features.has_alpha != 0 { sink.isShownOtherwise(.transparency) }
    return isLossless || max(width, height) <= colourSide
      ? try decodeColour(
        bytes, width: width, height: height, isLossless: isLossless, limits: limits, into: &sink)
      : try decodeLuma(bytes, width: width, height: height, limits: limits, into: &sink)
  }

  private static func decodeColour<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, width: Int, height: Int, isLossless: Bool,
    limits: DecodingLimits, into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    let layout = PixelLayout(width: width, height: height, channels: 3, isLossless: isLossless)
    // Of a lossless picture, libwebp also keeps a copy of four bytes a pixel.
    _ = try limits.bufferSize(width: width, height: height, channels: isLossless ? 7 : 4)
    let size = width * height * 3
    var pixels = [UInt8](repeating: 0, count: size)
    let result = pixels.withUnsafeMutableBufferPointer { pixels in
      // `pixels` outlives the decoder.
      run(WebPINewRGB(MODE_RGB, pixels.baseAddress, size, CInt(layout.stride)), bytes, limits)
    }
    sink.begin(layout)
    sink.take(pixels.span)
    try sink.end()
    return result.completeness(of: bytes, height: height)
  }

  private static func decodeOverPage<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, _ conversion: ColourConversion?,
    width: Int, height: Int, isLossless: Bool, limits: DecodingLimits, into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    // RGBA, converted and without alpha, and of a lossless picture libwebp's own copy.
    _ = try limits.bufferSize(width: width, height: height, channels: isLossless ? 15 : 12)
    let size = width * height * 4
    var pixels = [UInt8](repeating: 0, count: size)
    let result = pixels.withUnsafeMutableBufferPointer { pixels in
      // `pixels` outlives the decoder.
      run(WebPINewRGB(MODE_RGBA, pixels.baseAddress, size, CInt(width * 4)), bytes, limits)
    }
    if let conversion { pixels = conversion.converted(pixels) }
    var flat: [UInt8] = []
    _ = backdrop.flatten(pixels.span, channels: 4, into: &flat)
    sink.begin(
      PixelLayout(width: width, height: height, channels: 3, isLossless: isLossless))
    sink.take(flat.span)
    try sink.end()
    return result.completeness(of: bytes, height: height)
  }

  /// Sends the Y plane, which saves the conversion to colours and back.
  private static func decodeLuma<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, width: Int, height: Int, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    _ = try limits.bufferSize(width: width, height: height, channels: 2)
    let (half, halfHeight) = ((width + 1) / 2, (height + 1) / 2)
    var luma = [UInt8](repeating: 16, count: width * height)
    var chroma = [UInt8](repeating: 128, count: 2 * half * halfHeight)
    let result = luma.withUnsafeMutableBufferPointer { luma in
      chroma.withUnsafeMutableBufferPointer { chroma in
        // Both outlive the decoder; U and V have half as many columns and rows, rounded up.
        let v = chroma.baseAddress.map { $0 + half * halfHeight }
        return run(
          WebPINewYUVA(
            luma.baseAddress, luma.count, CInt(width), chroma.baseAddress, half * halfHeight,
            CInt(half), v, half * halfHeight, CInt(half), nil, 0, 0), bytes, limits)
      }
    }
    let plane = half * halfHeight
    let error = LumaError(
      y: luma.span, u: chroma.span.extracting(0..<plane),
      v: chroma.span.extracting(plane..<2 * plane),
      PlanarLayout(
        width: width, height: height, stride: width, chromaWidth: half, chromaHeight: halfHeight,
        chromaStride: half, range: .video))
    if error.isTooLarge { sink.isShownOtherwise(.colour) }
    LumaRange.video.widen(&luma)
    sink.begin(PixelLayout(width: width, height: height, channels: 1, isLossless: false))
    sink.take(luma.span)
    try sink.end()
    return result.completeness(of: bytes, height: height)
  }

  /// The outcome of libwebp's incremental decoder, which is used to learn how far a truncated picture
  /// reaches, and to look at the clock in between.
  private struct Result {
    var status = VP8_STATUS_OUT_OF_MEMORY
    var rows = 0
    var isOutOfTime = false

    func completeness(of bytes: UnsafeBufferPointer<UInt8>, height: Int) -> Completeness {
      if isOutOfTime { return .partial(DecodingLimits.outOfTime) }
      switch status {
      case VP8_STATUS_OK: return WebPDecoder.completeness(bytes)
      case VP8_STATUS_SUSPENDED, VP8_STATUS_NOT_ENOUGH_DATA:
        return .partial(ImageError(.truncated, "truncated after row \(rows) of \(height)"))
      case VP8_STATUS_OUT_OF_MEMORY:
        return .partial(ImageError(.overLimit, "out of memory"))
      case VP8_STATUS_UNSUPPORTED_FEATURE:
        return .partial(ImageError(.unsupported, "unsupported WebP feature"))
      default:
        return .partial(ImageError(.damaged, "damaged WebP after row \(rows) of \(height)"))
      }
    }
  }

  /// Bytes decoded between two looks at the clock.
  private static let slice = 1 << 18

  /// Runs a decoder over all bytes, as long as there is time, and deletes it.
  private static func run(
    _ decoder: OpaquePointer?, _ bytes: UnsafeBufferPointer<UInt8>, _ limits: DecodingLimits
  ) -> Result {
    var result = Result()
    guard let decoder else { return result }
    defer { WebPIDelete(decoder) }
    var end = 0
    repeat {
      end = min(end + slice, bytes.count)
      // Always passed from the beginning; libwebp continues where it stopped.
      result.status = WebPIUpdate(decoder, bytes.baseAddress, end)
      result.isOutOfTime = end < bytes.count && limits.isOutOfTime
    } while result.status == VP8_STATUS_SUSPENDED && end < bytes.count && !result.isOutOfTime
    var last: CInt = 0
    if WebPIDecodedArea(decoder, nil, nil, nil, &last) != nil { result.rows = Int(last) }
    return result
  }

  /// Whether all bytes that the container announces are there; libwebp checks only those of the pixels.
  private static func completeness(_ bytes: UnsafeBufferPointer<UInt8>) -> Completeness {
    // "RIFF", then the size of the rest in little-endian order; the last padding byte may be missing.
    guard bytes.count >= 12, bytes[0] == UInt8(ascii: "R") else { return .complete }
    let announced = (4..<8).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) } + 8
    guard announced > bytes.count + 1 else { return .complete }
    return .partial(
      ImageError(
        .truncated, "truncated: it has \(bytes.count) of the \(announced) bytes it announces"))
  }

  private static func decodeFrames<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, _ conversion: ColourConversion?,
    width: Int, height: Int, limits: DecodingLimits, into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    // libwebp holds two canvases and the frame that it decodes, and we hold a copy: four bytes a pixel each.
    _ = try limits.bufferSize(width: width, height: height, channels: conversion == nil ? 16 : 20)
    let size = width * height * 4
    let most = limits.frames(width: width, height: height)
    var data = WebPData(bytes: bytes.baseAddress, size: bytes.count)
    guard let decoder = WebPAnimDecoderNew(&data, nil) else {
      throw ImageError(.damaged, "damaged WebP animation")
    }
    defer { WebPAnimDecoderDelete(decoder) }
    var count = 0
    while WebPAnimDecoderHasMoreFrames(decoder) != 0 {
      guard count < most else { return DecodingLimits.tooManyFrames(count) }
      try limits.checkTime()
      var pixels: UnsafeMutablePointer<UInt8>?
      var time: CInt = 0
      guard WebPAnimDecoderGetNext(decoder, &pixels, &time) != 0, let pixels else {
        let error = ImageError(.damaged, "damaged WebP animation after frame \(count)")
        guard count > 0 else { throw error }
        return .partial(error)
      }
      count += 1
      // `pixels` stays valid until the next frame is decoded.
      var frame = Array(UnsafeBufferPointer(start: pixels, count: size))
      if let conversion { frame = conversion.converted(frame) }
      let canvas = Canvas(width: width, height: height, pixels: frame)
      try canvas.send(to: &sink, over: backdrop)
    }
    guard count > 0 else { throw ImageError(.damaged, "damaged WebP animation: no frame") }
    return completeness(bytes)
  }
}
