internal import CPNG

/// PNG through libpng's row reader; for an animated PNG, its frames after the default image.
package enum PNGDecoder: PictureCodec {
  package static var format: ImageFormat { .png }

  package static func begins(_ bytes: Span<UInt8>) -> Bool {
    bytes.has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], at: 0)
  }

  package static func exif(in bytes: Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    // Before the pixels or behind them.
    PNGChunks.visit(bytes) { type, data in
      if type == "eXIf" { found.append(data) }
      return true
    }
    return found
  }

  package static func xmp(in bytes: Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    PNGChunks.visit(bytes) { type, data in
      if type == "iTXt", bytes.has("XML:com.adobe.xmp", at: data.lowerBound) { found.append(data) }
      return true
    }
    return found
  }

  package static func end(of bytes: Span<UInt8>) -> Int? {
    var isWhole = false
    let end = PNGChunks.visit(bytes) { type, _ in
      isWhole = type == "IEND"
      return !isWhole
    }
    return isWhole ? end : nil
  }

  /// Rows sent to the sink at once.
  private static let batch = 16
  /// Memory of one ancillary chunk (an ICC profile, a text) once inflated.
  private static let chunkLimit = 8 << 20

  /// `bytes` stay valid for the call, which is as long as libpng holds them.
  package static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    let (completeness, conversion) = try decodeImage(
      bytes, over: backdrop, limits: limits, into: &sink)
    guard completeness == .complete, let animation = try APNG(bytes, limits: limits) else {
      return completeness
    }
    return try animation.play(over: backdrop, conversion: conversion, limits: limits, into: &sink)
  }

  /// - Returns: Whether all came, and how its colours were converted.
  private static func decodeImage<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> (Completeness, ColourConversion?) {
    guard let decoder = cpng_create(bytes.baseAddress, bytes.count, chunkLimit) else {
      throw ImageError(.overLimit, "out of memory")
    }
    defer { cpng_destroy(decoder) }

    func failure(_ place: String = "") -> ImageError {
      if cpng_ended_early(decoder) != 0 { return ImageError(.truncated, "truncated\(place)") }
      let text = String(cString: cpng_message(decoder))
      return ImageError(.damaged, "damaged PNG\(place): \(text)")
    }

    var header = cpng_header()
    guard cpng_read_header(decoder, &header) == 0 else { throw failure() }
    let (width, height) = (Int(header.width), Int(header.height))
    try limits.check(width: width, height: height)
    let needed = try colours(of: bytes).conversion(
      of: ColourForm(header.is_grey != 0 ? .grey : .rgb), isShown: backdrop != .none, into: &sink)
    var start = cpng_rows()
    let isWide = needed?.usesWideNumbers ?? false
    guard cpng_start(decoder, isWide ? CPNG_WIDE : CPNG_BYTES, &start) == 0 else {
      throw failure()
    }
    let form = ColourForm(
      start.channels > 2 ? .rgb : .grey, hasAlpha: start.has_alpha != 0, isWide: start.is_wide != 0)
    let hasAlpha = form.hasAlpha
    let conversion = try needed?.of(form)
    let channels = conversion == nil ? form.stride : (hasAlpha ? 4 : 3)
    let layout = PixelLayout(
      width: width, height: height, channels: hasAlpha ? channels - 1 : channels, isLossless: true)
    // An interlaced picture is complete only after its last pass.
    let batch = start.passes == 1 ? min(batch, height) : height
    _ = try limits.bufferSize(
      width: width, height: batch,
      channels: form.stride + (hasAlpha ? layout.channels : 0) + (conversion == nil ? 0 : channels))
    sink.begin(layout)

    let stride = width * form.stride
    var rows = [UInt8](repeating: 0, count: batch * stride)
    // In sRGB, where the stored numbers are not; without alpha, where there is one.
    var (converted, flat): ([UInt8], [UInt8]) = ([], [])
    func read(_ row: Int) -> Bool {
      rows.withUnsafeMutableBufferPointer { rows in
        cpng_read_row(decoder, rows.baseAddress.map { $0 + row * stride }) == 0
      }
    }
    func send(_ count: Int) {
      guard let conversion else { return lay(rows.span.extracting(first: count * stride)) }
      conversion.convert(rows.span.extracting(first: count * stride), into: &converted)
      lay(converted.span)
    }
    func lay(_ pixels: Span<UInt8>) {
      guard hasAlpha else { return sink.take(pixels) }
      if !backdrop.flatten(pixels, channels: channels, into: &flat) {
        sink.isShownOtherwise(.transparency)
      }
      sink.take(flat.span)
    }

    if start.passes > 1 {
      for pass in 1...Int(start.passes) {
        for row in 0..<height {
          if row % Self.batch == 0 { try limits.checkTime() }
          guard read(row) else {
            send(height)
            try sink.end()
            return (.partial(failure(" in pass \(pass) of \(start.passes)")), conversion)
          }
        }
      }
      send(height)
    } else {
      for row in 0..<height {
        if row % batch == 0 { try limits.checkTime() }
        guard read(row % batch) else {
          send(row % batch)
          sink.pad(rows: height - row, layout)
          try sink.end()
          return (.partial(failure(" after row \(row) of \(height)")), conversion)
        }
        if row % batch == batch - 1 || row == height - 1 {
          send(row % batch + 1)
        }
      }
    }
    try sink.end()
    guard cpng_bad_checksum(decoder) == 0 else {
      return (
        .partial(ImageError(.damaged, "damaged PNG: wrong checksum of its pixels")), conversion
      )
    }
    return (.complete, conversion)
  }

  /// What a PNG says of its colours.
  static func colours(of bytes: UnsafeBufferPointer<UInt8>) -> PictureColours {
    PictureColours { () throws(ImageError) in try ColourSource.inPNG(bytes.span) }
  }

  /// All pixels of a PNG as RGBA; `nil` when they do not decode or are of another size.
  ///
  /// - Parameter conversion: From the PNG's colours to those of sRGB; `nil` leaves them as stored.
  /// - Throws: ``ImageError`` `time-limit`.
  static func rgba(
    _ bytes: [UInt8], width: Int, height: Int, conversion: ColourConversion?, limits: DecodingLimits
  ) throws(ImageError) -> [UInt8]? {
    try bytes.withUnsafeBufferPointer { bytes throws(ImageError) in
      // `bytes` outlive the decoder.
      guard let decoder = cpng_create(bytes.baseAddress, bytes.count, chunkLimit) else {
        return nil
      }
      defer { cpng_destroy(decoder) }
      var header = cpng_header()
      var start = cpng_rows()
      guard cpng_read_header(decoder, &header) == 0,
        (header.width, header.height) == (UInt32(clamping: width), UInt32(clamping: height)),
        cpng_start(decoder, CPNG_RGBA, &start) == 0, start.channels == 4
      else { return nil }
      var pixels = [UInt8](repeating: 0, count: width * height * 4)
      for _ in 0..<start.passes {
        for row in 0..<height {
          if row % batch == 0 { try limits.checkTime() }
          let isRead = pixels.withUnsafeMutableBufferPointer { pixels in
            cpng_read_row(decoder, pixels.baseAddress.map { $0 + row * width * 4 }) == 0
          }
          guard isRead else { return nil }
        }
      }
      guard cpng_bad_checksum(decoder) == 0 else { return nil }
      guard let conversion else { return pixels }
      // Of grey, which came three times, one suffices.
      let stored =
        header.is_grey == 0
        ? pixels
        : (0..<width * height).flatMap { [pixels[4 * $0], pixels[4 * $0 + 3]] }
      let form = ColourForm(header.is_grey == 0 ? .rgb : .grey, hasAlpha: true)
      return try conversion.of(form).converted(stored)
    }
  }
}
