internal import CPNG

/// PNG through libpng's row reader; for an animated PNG, its frames after the default image.
enum PNGDecoder {
  /// Rows sent to the sink at once.
  private static let batch = 16
  /// Memory of one ancillary chunk (an ICC profile, a text) once inflated.
  private static let chunkLimit = 8 << 20

  /// `bytes` stay valid for the call, which is as long as libpng holds them.
  static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    let completeness = try decodeImage(bytes, over: backdrop, limits: limits, into: &sink)
    guard completeness == .complete, let animation = try APNG(bytes, limits: limits) else {
      return completeness
    }
    return try animation.play(over: backdrop, limits: limits, into: &sink)
  }

  private static func decodeImage<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    guard let decoder = cpng_create(bytes.baseAddress, bytes.count, chunkLimit) else {
      throw ImageError(.overLimit, "out of memory")
    }
    defer { cpng_destroy(decoder) }

    func failure(_ place: String = "") -> ImageError {
      if cpng_ended_early(decoder) != 0 { return ImageError(.truncated, "truncated\(place)") }
      let text = String(cString: cpng_message(decoder))
      return ImageError(.damaged, "damaged PNG\(place): \(text)")
    }

    var size: (width: UInt32, height: UInt32) = (0, 0)
    guard cpng_read_size(decoder, &size.width, &size.height) == 0 else { throw failure() }
    let (width, height) = (Int(size.width), Int(size.height))
    try limits.check(width: width, height: height)
    var header = cpng_rows()
    guard cpng_start(decoder, 0, &header) == 0 else { throw failure() }
    let channels = Int(header.channels)
    let hasAlpha = header.has_alpha != 0
    let layout = PixelLayout(
      width: width, height: height, channels: hasAlpha ? channels - 1 : channels, isLossless: true)
    // An interlaced picture is complete only after its last pass.
    let batch = header.passes == 1 ? min(batch, height) : height
    let bytes = try limits.bufferSize(
      width: width, height: batch, channels: channels + (hasAlpha ? layout.channels : 0))
    sink.begin(layout)

    let stride = width * channels
    var rows = [UInt8](repeating: 0, count: batch * stride)
    // Without alpha, where there is one.
    var flat: [UInt8] = []
    flat.reserveCapacity(hasAlpha ? bytes - rows.count : 0)
    func read(_ row: Int) -> Bool {
      rows.withUnsafeMutableBufferPointer { rows in
        cpng_read_row(decoder, rows.baseAddress.map { $0 + row * stride }) == 0
      }
    }
    func send(_ count: Int) {
      let pixels = rows.span.extracting(first: count * stride)
      guard hasAlpha else { return sink.take(pixels) }
      if !backdrop.flatten(pixels, channels: channels, into: &flat) { sink.isShownOtherwise() }
      sink.take(flat.span)
    }

    if header.passes > 1 {
      for pass in 1...Int(header.passes) {
        for row in 0..<height {
          if row % Self.batch == 0 { try limits.checkTime() }
          guard read(row) else {
            send(height)
            try sink.end()
            return .partial(failure(" in pass \(pass) of \(header.passes)"))
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
          return .partial(failure(" after row \(row) of \(height)"))
        }
        if row % batch == batch - 1 || row == height - 1 {
          send(row % batch + 1)
        }
      }
    }
    try sink.end()
    guard cpng_bad_checksum(decoder) == 0 else {
      return .partial(ImageError(.damaged, "damaged PNG: wrong checksum of its pixels"))
    }
    return .complete
  }

  /// All pixels of a PNG as RGBA; `nil` when they do not decode or are of another size.
  ///
  /// - Throws: ``ImageError`` `time-limit`.
  static func rgba(
    _ bytes: [UInt8], width: Int, height: Int, limits: DecodingLimits
  ) throws(ImageError) -> [UInt8]? {
    try bytes.withUnsafeBufferPointer { bytes throws(ImageError) in
      // `bytes` outlive the decoder.
      guard let decoder = cpng_create(bytes.baseAddress, bytes.count, chunkLimit) else {
        return nil
      }
      defer { cpng_destroy(decoder) }
      var size: (width: UInt32, height: UInt32) = (0, 0)
      var header = cpng_rows()
      guard cpng_read_size(decoder, &size.width, &size.height) == 0,
        size == (UInt32(clamping: width), UInt32(clamping: height)),
        cpng_start(decoder, 1, &header) == 0, header.channels == 4
      else { return nil }
      var pixels = [UInt8](repeating: 0, count: width * height * 4)
      for _ in 0..<header.passes {
        for row in 0..<height {
          if row % batch == 0 { try limits.checkTime() }
          let isRead = pixels.withUnsafeMutableBufferPointer { pixels in
            cpng_read_row(decoder, pixels.baseAddress.map { $0 + row * width * 4 }) == 0
          }
          guard isRead else { return nil }
        }
      }
      return cpng_bad_checksum(decoder) == 0 ? pixels : nil
    }
  }
}
