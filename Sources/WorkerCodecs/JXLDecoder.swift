internal import CJXL
package import PictureHashing

/// JPEG XL, through libjxl: each frame as it is shown.
package enum JXLDecoder: PictureCodec {
  package static var format: ImageFormat { .jxl }

  package static func begins(_ bytes: Span<UInt8>) -> Bool { ImageFormat(sniffing: bytes) == .jxl }

  /// Bytes that libjxl holds for each pixel: its planes are of floating-point numbers.
  private static let bytesPerPixel = 20

  package static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    guard let decoder = JxlDecoderCreate(nil) else {
      throw ImageError(.overLimit, "out of memory")
    }
    defer { JxlDecoderDestroy(decoder) }
    let events =
      JXL_DEC_BASIC_INFO.rawValue | JXL_DEC_COLOR_ENCODING.rawValue
      | JXL_DEC_FULL_IMAGE.rawValue
    _ = JxlDecoderSubscribeEvents(decoder, CInt(events))
    // `bytes` outlive the decoder.
    _ = JxlDecoderSetInput(decoder, bytes.baseAddress, bytes.count)
    JxlDecoderCloseInput(decoder)
    var player = Player(decoder: decoder, backdrop: backdrop, limits: limits)
    do throws(ImageError) {
      while try player.step(into: &sink) {}
    } catch {
      // Frames decoded before the error are worth keeping.
      guard player.frames > 0, error.code != .timeLimit else { throw error }
      return .partial(error)
    }
    if player.frames == player.most { return DecodingLimits.tooManyFrames(player.frames) }
    guard player.frames > 0 else { throw ImageError(.damaged, "damaged JPEG XL: no frame") }
    return .complete
  }

  /// Where libjxl writes a frame.
  private final class FrameBuffer {
    let bytes: UnsafeMutableBufferPointer<UInt8>

    init(size: Int) {
      bytes = .allocate(capacity: size)
      bytes.initialize(repeating: 0)
    }

    deinit { bytes.deallocate() }
  }

  /// Goes on with a decoder, event by event.
  private struct Player {
    let decoder: OpaquePointer
    let backdrop: Backdrop
    let limits: DecodingLimits
    private(set) var frames = 0
    private(set) var most = Int.max
    private var info = JxlBasicInfo()
    private var frame = FrameBuffer(size: 0)
    private var conversion: ColourConversion?

    init(decoder: OpaquePointer, backdrop: Backdrop, limits: DecodingLimits) {
      self.decoder = decoder
      self.backdrop = backdrop
      self.limits = limits
    }

    private var hasAlpha: Bool { info.alpha_bits > 0 }

    private var form: JxlPixelFormat {
      JxlPixelFormat(
        num_channels: hasAlpha ? 4 : 3, data_type: JXL_TYPE_UINT8, endianness: JXL_NATIVE_ENDIAN,
        align: 0)
    }

    /// - Returns: `false` when there is nothing more.
    mutating func step<Sink: RowSink>(into sink: inout Sink) throws(ImageError) -> Bool {
      try limits.checkTime()
      switch JxlDecoderProcessInput(decoder) {
      case JXL_DEC_BASIC_INFO: try begin()
      case JXL_DEC_COLOR_ENCODING: try readColours(into: &sink)
      case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
        guard frames < most else { return false }
        try makeRoom()
      case JXL_DEC_FULL_IMAGE:
        frames += 1
        try send(into: &sink)
      case JXL_DEC_SUCCESS: return false
      case JXL_DEC_NEED_MORE_INPUT: throw ImageError(.truncated, "truncated")
      default: throw ImageError(.damaged, "damaged JPEG XL")
      }
      return true
    }

    private mutating func begin() throws(ImageError) {
      guard JxlDecoderGetBasicInfo(decoder, &info) == JXL_DEC_SUCCESS else {
        throw ImageError(.damaged, "damaged JPEG XL: no header")
      }
      let (width, height) = (Int(info.xsize), Int(info.ysize))
      try limits.check(width: width, height: height)
      _ = try limits.bufferSize(
        width: width, height: height, channels: JXLDecoder.bytesPerPixel)
      most = info.have_animation != 0 ? limits.frames(width: width, height: height) : .max
    }

    private mutating func readColours<Sink: RowSink>(into sink: inout Sink) throws(ImageError) {
      let decoder = decoder
      var form = form
      // Only with a few numbers for colours can libjxl be told to give those of sRGB; a profile is for us.
      let target = JXL_COLOR_PROFILE_TARGET_DATA
      var encoding = JxlColorEncoding()
      let isEncoded =
        JxlDecoderGetColorAsEncodedProfile(decoder, &form, target, &encoding) == JXL_DEC_SUCCESS
      if isEncoded,
        [JXL_TRANSFER_FUNCTION_PQ, JXL_TRANSFER_FUNCTION_HLG].contains(encoding.transfer_function)
      {
        guard backdrop == .none else {
          throw ImageError(.unsupported, "its colours are of high dynamic range (PQ or HLG)")
        }
        sink.isShownOtherwise(.colour)
        return
      }
      let colours = PictureColours { () throws(ImageError) in
        var size = 0
        guard JxlDecoderGetICCProfileSize(decoder, &form, target, &size) == JXL_DEC_SUCCESS,
          size > 0
        else { return nil }
        guard size <= ColourSource.maximumProfile else {
          throw ImageError(.overLimit, "its colour profile is too large")
        }
        var profile = [UInt8](repeating: 0, count: size)
        guard
          JxlDecoderGetColorAsICCProfile(decoder, &form, target, &profile, size)
            == JXL_DEC_SUCCESS
        else { return nil }
        return .icc(profile)
      }
      // Grey comes as red, green and blue; a profile of greys is then applied to one of them.
      let isGrey = info.num_color_channels == 1
      conversion = try colours.conversion(
        of: ColourForm(isGrey ? .grey : .rgb, hasAlpha: hasAlpha), isShown: backdrop != .none,
        into: &sink)
      if hasAlpha, backdrop == .none { sink.isShownOtherwise(.transparency) }
    }

    private mutating func makeRoom() throws(ImageError) {
      var form = form
      var size = 0
      guard JxlDecoderImageOutBufferSize(decoder, &form, &size) == JXL_DEC_SUCCESS,
        size <= limits.memory
      else { throw ImageError(.overLimit, "too large to decode") }
      if frame.bytes.count != size { frame = FrameBuffer(size: size) }
      // Kept by libjxl until the frame is complete; the buffer stays as long.
      let result = JxlDecoderSetImageOutBuffer(decoder, &form, frame.bytes.baseAddress, size)
      guard result == JXL_DEC_SUCCESS else { throw ImageError(.damaged, "damaged JPEG XL") }
    }

    private mutating func send<Sink: RowSink>(into sink: inout Sink) throws(ImageError) {
      // libjxl turns the picture, and tells its size after that.
      let (width, height) = (Int(info.xsize), Int(info.ysize))
      let channels = hasAlpha ? 4 : 3
      guard frame.bytes.count >= width * height * channels else {
        throw ImageError(.damaged, "damaged JPEG XL: no pixels")
      }
      sink.begin(PixelLayout(width: width, height: height, channels: 3, isLossless: false))
      var flat: [UInt8] = []
      for first in stride(from: 0, to: height, by: 16) {
        let range = first * width * channels..<min(first + 16, height) * width * channels
        var rows = Array(frame.bytes[range])
        if hasAlpha, info.alpha_premultiplied != 0 { Backdrop.divideByAlpha(&rows) }
        if let conversion { rows = converted(rows, conversion) }
        if hasAlpha {
          _ = backdrop.flatten(rows.span, channels: 4, into: &flat)
          sink.take(flat.span)
        } else {
          sink.take(rows.span)
        }
      }
      try sink.end()
    }

    private func converted(_ rows: [UInt8], _ conversion: ColourConversion) -> [UInt8] {
      guard info.num_color_channels == 1 else { return conversion.converted(rows) }
      let channels = hasAlpha ? 4 : 3
      var greys: [UInt8] = []
      for pixel in 0..<rows.count / channels {
        greys.append(rows[pixel * channels])
        if hasAlpha { greys.append(rows[pixel * channels + 3]) }
      }
      return conversion.converted(greys)
    }
  }
}
