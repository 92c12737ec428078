internal import CJPEG

/// JPEG through libjpeg: Y as it is for grey and YCbCr (no colour conversion), RGB for thumbnails, for what is
/// stored as RGB or CMYK, and for all as it is shown.
package enum JPEGDecoder: PictureCodec {
  package static var format: ImageFormat { .jpeg }

  package static func begins(_ bytes: Span<UInt8>) -> Bool {
    bytes.has([0xFF, 0xD8, 0xFF], at: 0)
  }

  package static func exif(in bytes: Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    JPEGSegments.visit(bytes) { marker, content in
      if marker == 0xE1, let tiff = EXIF.afterHeader(bytes, content) { found.append(tiff) }
      return true
    }
    return found
  }

  package static func xmp(in bytes: Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    JPEGSegments.visit(bytes) { marker, content in
      if marker == 0xE1, bytes.has("http://ns.adobe.com/", at: content.lowerBound) {
        found.append(content)
      }
      return true
    }
    return found
  }

  package static func end(of bytes: Span<UInt8>) -> Int? {
    bytes.withUnsafeBufferPointer { JPEGScans.end(of: $0) }
  }

  /// Rows fetched at once: a multiple of every MCU height libjpeg works in.
  private static let batch = 16

  /// Pictures no larger than this are decoded in colour: a hash averages so few of their pixels that
  /// the differences between Y and the luma of clipped RGB would not cancel out.
  private static let colourSide: UInt32 = 256

  /// In a progressive picture with at least this many pixels along its shorter side, the first scans
  /// hold more detail than a hash's grid of 64×64 needs.
  private static let coarseSide = 1536

  /// `bytes` stay valid for the call, which is as long as libjpeg holds them.
  package static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    let work = cjpeg_limits(
      memory: limits.memory, scans: CInt(clamping: limits.scans),
      blocks: Int64(limits.scanPixels / 64), nanoseconds: limits.nanosecondsLeft,
      secret: LumaError.secret)
    guard let decoder = cjpeg_create(bytes.baseAddress, bytes.count, work) else {
      throw ImageError(.overLimit, "out of memory")
    }
    defer { cjpeg_destroy(decoder) }

    func failure() -> ImageError {
      let text = String(cString: cjpeg_message(decoder))
      switch cjpeg_reason(decoder) {
      case CJPEG_OUT_OF_TIME: return DecodingLimits.outOfTime
      case CJPEG_OVER_LIMIT: return ImageError(.overLimit, "JPEG over the limits: \(text)")
      case CJPEG_UNSUPPORTED: return ImageError(.unsupported, "unsupported JPEG: \(text)")
      default:
        return cjpeg_ended_early(decoder) != 0
          ? ImageError(.truncated, "truncated: \(text)")
          : ImageError(.damaged, "damaged JPEG: \(text)")
      }
    }

    var header = cjpeg_header()
    // As shown, each pixel counts in its colour.
    let isShown = backdrop != .none
    guard cjpeg_read_header(decoder, isShown ? .max : colourSide, &header) == 0 else {
      throw failure()
    }
    let (width, height) = (Int(header.width), Int(header.height))
    try limits.check(width: width, height: height)
    let stored = Int(header.channels)
    let form = ColourForm(
      header.is_grey != 0 ? .grey : stored == 4 ? .invertedCMYK : .rgb)
    let isLuma = !isShown && stored == 1
    let colours = PictureColours { () throws(ImageError) in ColourSource.inJPEG(bytes.span) }
    // Of a picture whose colours may move a little, a sample of its chroma says whether they do.
    let shift = isLuma && form.channels == .rgb ? colours.shift : nil
    let conversion =
      shift == nil ? try colours.conversion(of: form, isShown: isShown, into: &sink) : nil
    let isReducible = isLuma && sink.takesReduced(width: width, height: height)
    let isCoarse =
      isReducible && header.progressive != 0 && min(width, height) >= coarseSide
      && JPEGScans.areOrderly(in: bytes)
    // A file of several scans that is decoded to its end would hardly gain from reduction: that saves
    // only the last, cheap step.
    let isReduced = isReducible && (header.multiscan == 0 || isCoarse)
    let layout = PixelLayout(
      width: width, height: height, channels: stored == 1 && conversion == nil ? 1 : 3,
      isLossless: false,
      reduction: isReduced ? reduction(of: min(width, height)) : 1)
    guard cjpeg_start(decoder, CInt(layout.reduction), isCoarse ? 1 : 0) == 0 else {
      throw failure()
    }

    sink.begin(layout)
    // Adobe's files store the inks inverted, and say so by a marker. Browsers take all files that way.
    let isInverted = header.adobe != 0 || isShown
    if stored == 4, header.adobe == 0 { sink.isShownOtherwise(.colour) }

    let rowSize = layout.columns * stored
    var rows = [UInt8](repeating: 0, count: batch * rowSize)
    var converted: [UInt8] = []
    var done = 0
    while done < layout.rows {
      let count = rows.withUnsafeMutableBufferPointer { rows in
        Int(cjpeg_read_rows(decoder, rows.baseAddress, rowSize, CInt(batch)))
      }
      guard count > 0 else {
        sink.pad(rows: layout.rows - done, layout)
        if isLuma, needsColour(decoder, header, shift: shift ?? 0) {
          sink.isShownOtherwise(.colour)
        }
        try sink.end()
        return .partial(failure())
      }
      let pixels = rows.span.extracting(first: count * rowSize)
      if stored == 4 {
        let rgb = rgb(cmyk: pixels, inverted: isInverted)
        if let conversion {
          conversion.convert(inks(rgb: rgb).span, into: &converted)
          sink.take(converted.span)
        } else {
          sink.take(rgb.span)
        }
      } else if let conversion {
        conversion.convert(pixels, into: &converted)
        sink.take(converted.span)
      } else {
        sink.take(pixels)
      }
      done += count
    }
    if isLuma, needsColour(decoder, header, shift: shift ?? 0) { sink.isShownOtherwise(.colour) }
    try sink.end()
    return completeness(decoder, header, reduction: layout.reduction)
  }

  /// Whether the picture that is seen may differ from the Y that was decoded.
  private static func needsColour(
    _ decoder: OpaquePointer, _ header: cjpeg_header, shift: Double
  ) -> Bool {
    guard header.is_plain != 0 else { return true }
    // A part of a picture may be a picture: cells are judged by themselves, and then the whole.
    return (0...16).contains { index in
      let found = cjpeg_luma_error(decoder, CInt(index))
      let error = LumaError(
        error: found.error + shift * found.chroma, contrast: found.contrast)
      return index < 16 ? error.isTooLargeInPart : error.isTooLarge
    }
  }

  private static func completeness(
    _ decoder: OpaquePointer, _ header: cjpeg_header, reduction: Int
  ) -> Completeness {
    let row = cjpeg_damaged_row(decoder) * Int64(reduction)
    if cjpeg_ended_early(decoder) != 0 {
      if header.multiscan != 0 {
        return .partial(ImageError(.truncated, "truncated: its last scans are missing"))
      }
      // A missing end marker after complete pixels does no harm.
      guard row >= 0 else { return .complete }
      return .partial(
        ImageError(.truncated, "truncated after row \(row) of \(header.height)"))
    }
    guard row >= 0 else { return .complete }
    let text = String(cString: cjpeg_message(decoder))
    let place = header.multiscan != 0 ? "" : " after row \(row) of \(header.height)"
    return .partial(ImageError(.damaged, "damaged\(place): \(text)"))
  }

  /// How far a picture may be reduced: its shorter side keeps at least 512 pixels.
  private static func reduction(of side: Int) -> Int {
    [4, 2].first { side / $0 >= 512 } ?? 1
  }

  /// Colours as inks without black, inverted: browsers mix black into the others before they apply a profile.
  private static func inks(rgb: [UInt8]) -> [UInt8] {
    var inks = [UInt8](repeating: 255, count: rgb.count / 3 * 4)
    for pixel in 0..<rgb.count / 3 {
      for channel in 0..<3 { inks[pixel * 4 + channel] = rgb[pixel * 3 + channel] }
    }
    return inks
  }

  /// CMYK as viewers show it without a colour profile: each ink darkens what the black ink leaves.
  /// Adobe's files store the inks inverted.
  private static func rgb(cmyk: Span<UInt8>, inverted: Bool) -> [UInt8] {
    let flip: UInt8 = inverted ? 0 : 255
    return [UInt8](unsafeUninitializedCapacity: cmyk.count / 4 * 3) { out, initialized in
      for pixel in 0..<cmyk.count / 4 {
        let light = UInt32(cmyk[pixel * 4 + 3] ^ flip)
        for channel in 0..<3 {
          // a·b ÷ 255, rounded, without dividing.
          let product = UInt32(cmyk[pixel * 4 + channel] ^ flip) * light + 128
          out[pixel * 3 + channel] = UInt8((product + product >> 8) >> 8)
        }
      }
      initialized = cmyk.count / 4 * 3
    }
  }
}
