internal import CHEIF
internal import PictureHashing

/// One of the pictures in a HEIF or AVIF file.
final class HEIFPicture {
  /// Rows that are sent at once.
  private static let batch = 16

  let handle: OpaquePointer
  let id: MediaItems.ID
  let coded: Coded

  let width: Int
  let height: Int

  /// What the pictures that one is made of say of their colours, and what it says of its own where it is coded.
  typealias Coded = (MediaItems.ID) throws(ImageError) -> ColourSource?

  /// - Parameters:
  ///   - handle: libheif's; it is released in the end.
  ///   - id: Its item.
  ///   - coded: Asked where the file's boxes do not tell the picture's colours.
  init(_ handle: OpaquePointer, _ id: MediaItems.ID, colours coded: @escaping Coded) {
    self.handle = handle
    self.id = id
    self.coded = coded
    width = Int(heif_image_handle_get_width(handle))
    height = Int(heif_image_handle_get_height(handle))
  }

  deinit { heif_image_handle_release(handle) }

  var isPrimary: Bool { heif_image_handle_is_primary_image(handle) != 0 }

  var hasAlpha: Bool { heif_image_handle_has_alpha_channel(handle) != 0 }

  // MARK: Pixels

  /// Whether the file shows only a part of it; some programs show it all.
  var isCropped: Bool {
    let stored = [
      Int(heif_image_handle_get_ispe_width(handle)), Int(heif_image_handle_get_ispe_height(handle)),
    ]
    return stored.allSatisfy { $0 > 0 } && stored.sorted() != [width, height].sorted()
  }

  /// The bits of a number of its luma.
  var bits: Int { Int(heif_image_handle_get_luma_bits_per_pixel(handle)) }

  /// The matrix YCgCo, of which libheif makes no colours of more than eight bits.
  private static let matrixYCgCo: UInt32 = 8

  private func checkMatrix() throws(ImageError) {
    var profile: UnsafeMutablePointer<heif_color_profile_nclx>?
    guard bits > 8, heif_image_handle_get_nclx_color_profile(handle, &profile).isFine, let profile
    else { return }
    defer { heif_nclx_color_profile_free(profile) }
    guard profile.pointee.matrix_coefficients.rawValue != Self.matrixYCgCo else {
      throw ImageError(.unsupported, "unsupported HEIF: YCgCo of \(bits) bits")
    }
  }

  /// Sends its rows.
  ///
  /// - Parameter isWhole: Whether it is neither cropped nor turned, as the file says it is to be.
  func send<Sink: RowSink>(
    isWhole: Bool = false, over backdrop: Backdrop, limits: DecodingLimits, into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    try limits.check(width: width, height: height)
    try checkMatrix()
    if isWhole {
      try limits.check(
        width: Int(heif_image_handle_get_ispe_width(handle)),
        height: Int(heif_image_handle_get_ispe_height(handle)))
    }
    // Planes of it and of its tiles, and the colours made of them.
    _ = try limits.bufferSize(width: width, height: height, channels: 10)
    let hasAlpha = hasAlpha
    let isShown = backdrop != .none
    let conversion = try colours().conversion(
      of: ColourForm(.rgb, hasAlpha: hasAlpha), isShown: isShown, into: &sink)
    if hasAlpha, !isShown { sink.isShownOtherwise(.transparency) }
    if !isShown, !hasAlpha, try sendLuma(isWhole: isWhole, into: &sink) { return .complete }
    let image = try decode(
      heif_colorspace_RGB, hasAlpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB,
      isWhole: isWhole)
    defer { heif_image_release(image) }
    guard let plane = Plane(image, heif_channel_interleaved) else {
      throw ImageError(.damaged, "damaged HEIF: no pixels")
    }
    try send(plane, hasAlpha: hasAlpha, over: backdrop, conversion, limits: limits, into: &sink)
    return .complete
  }

  private func decode(
    _ space: heif_colorspace, _ chroma: heif_chroma, isWhole: Bool = false
  ) throws(ImageError) -> OpaquePointer {
    guard let options = heif_decoding_options_alloc() else {
      throw ImageError(.overLimit, "out of memory")
    }
    defer { heif_decoding_options_free(options) }
    options.pointee.convert_hdr_to_8bit = 1
    options.pointee.strict_decoding = 1
    options.pointee.ignore_transformations = isWhole ? 1 : 0
    var image: OpaquePointer?
    try check(heif_decode_image(handle, &image, space, chroma, options))
    guard let image else { throw ImageError(.damaged, "damaged HEIF: no pixels") }
    return image
  }

  /// A plane of a decoded picture, valid as long as the picture.
  private struct Plane {
    let pixels: UnsafePointer<UInt8>
    let stride: Int
    let width: Int
    let height: Int

    init?(_ image: OpaquePointer, _ channel: heif_channel) {
      var stride: CInt = 0
      width = Int(heif_image_get_width(image, channel))
      height = Int(heif_image_get_height(image, channel))
      guard let pixels = heif_image_get_plane_readonly(image, channel, &stride), width > 0,
        height > 0, Int(stride) >= width
      else { return nil }
      self.pixels = pixels
      self.stride = Int(stride)
    }

    /// Some rows without their padding; `size` bytes of each.
    func rows(_ range: Range<Int>, size: Int) -> [UInt8] {
      var rows: [UInt8] = []
      rows.reserveCapacity(range.count * size)
      for row in range {
        // Within the plane: `size` is at most `stride`, rows are counted up to `height`.
        rows += UnsafeBufferPointer(start: pixels + row * stride, count: size)
      }
      return rows
    }
  }

  private func send<Sink: RowSink>(
    _ plane: Plane, hasAlpha: Bool, over backdrop: Backdrop, _ conversion: ColourConversion?,
    limits: DecodingLimits, into sink: inout Sink
  ) throws(ImageError) {
    let channels = hasAlpha ? 4 : 3
    guard plane.stride >= plane.width * channels else {
      throw ImageError(.damaged, "damaged HEIF: no pixels")
    }
    sink.begin(
      PixelLayout(width: plane.width, height: plane.height, channels: 3, isLossless: false))
    let isPremultiplied = hasAlpha && heif_image_handle_is_premultiplied_alpha(handle) != 0
    var flat: [UInt8] = []
    for first in stride(from: 0, to: plane.height, by: Self.batch) {
      try limits.checkTime()
      var rows = plane.rows(
        first..<min(first + Self.batch, plane.height), size: plane.width * channels)
      if isPremultiplied { Backdrop.divideByAlpha(&rows) }
      if let conversion { rows = conversion.converted(rows) }
      if hasAlpha {
        _ = backdrop.flatten(rows.span, channels: 4, into: &flat)
        sink.take(flat.span)
      } else {
        sink.take(rows.span)
      }
    }
    try sink.end()
  }

  /// Sends the Y plane of a picture whose Y is its luma, in eight bits.
  ///
  /// - Returns: `false` for other pictures, of which nothing was sent.
  private func sendLuma<Sink: RowSink>(
    isWhole: Bool, into sink: inout Sink
  ) throws(ImageError) -> Bool {
    guard heif_image_handle_get_luma_bits_per_pixel(handle) == 8 else { return false }
    let image = try decode(heif_colorspace_undefined, heif_chroma_undefined, isWhole: isWhole)
    defer { heif_image_release(image) }
    let space = heif_image_get_colorspace(image)
    if space == heif_colorspace_RGB { return try sendColours(image, into: &sink) }
    guard space == heif_colorspace_YCbCr || space == heif_colorspace_monochrome,
      let range = Self.range(of: image), let y = Plane(image, heif_channel_Y)
    else { return false }
    if space == heif_colorspace_YCbCr {
      guard let u = Plane(image, heif_channel_Cb), let v = Plane(image, heif_channel_Cr),
        u.width == v.width, u.height == v.height, u.stride == v.stride
      else { return false }
      let error = LumaError(
        y: UnsafeBufferPointer(start: y.pixels, count: y.stride * y.height).span,
        u: UnsafeBufferPointer(start: u.pixels, count: u.stride * u.height).span,
        v: UnsafeBufferPointer(start: v.pixels, count: v.stride * v.height).span,
        PlanarLayout(
          width: y.width, height: y.height, stride: y.stride, chromaWidth: u.width,
          chromaHeight: u.height, chromaStride: u.stride, range: range))
      if error.isTooLarge { sink.isShownOtherwise(.colour) }
    }
    sink.begin(PixelLayout(width: y.width, height: y.height, channels: 1, isLossless: false))
    for first in stride(from: 0, to: y.height, by: Self.batch) {
      var rows = y.rows(first..<min(first + Self.batch, y.height), size: y.width)
      range.widen(&rows)
      sink.take(rows.span)
    }
    try sink.end()
    return true
  }

  /// Sends red, green and blue that lie in planes, as libheif makes them of most pictures that are not asked for in any
  /// one form.
  ///
  /// - Returns: `false` when there are no such planes; nothing was sent then.
  private func sendColours<Sink: RowSink>(
    _ image: OpaquePointer, into sink: inout Sink
  ) throws(ImageError) -> Bool {
    guard let red = Plane(image, heif_channel_R), let green = Plane(image, heif_channel_G),
      let blue = Plane(image, heif_channel_B), green.width == red.width, blue.width == red.width,
      green.height == red.height, blue.height == red.height
    else { return false }
    let width = red.width
    sink.begin(
      PixelLayout(width: width, height: red.height, channels: 3, isLossless: false))
    var rows = [UInt8](repeating: 0, count: width * Self.batch * 3)
    for first in stride(from: 0, to: red.height, by: Self.batch) {
      let range = first..<min(first + Self.batch, red.height)
      for (channel, plane) in [red, green, blue].enumerated() {
        let values = plane.rows(range, size: width)
        values.withUnsafeBufferPointer { values in
          rows.withUnsafeMutableBufferPointer { rows in
            // As many pixels as there are values, three bytes each.
            for index in values.indices { rows[3 * index + channel] = values[index] }
          }
        }
      }
      sink.take(rows.span.extracting(first: range.count * width * 3))
    }
    try sink.end()
    return true
  }

  /// The range of a picture's Y; `nil` where Y is another luma than the one that is hashed.
  private static func range(of image: OpaquePointer) -> LumaRange? {
    var profile: UnsafeMutablePointer<heif_color_profile_nclx>?
    guard heif_image_get_nclx_color_profile(image, &profile).isFine, let profile else {
      // What libheif takes it for.
      return .full
    }
    defer { heif_nclx_color_profile_free(profile) }
    switch profile.pointee.matrix_coefficients.rawValue {
    // Unspecified, and the two names of ITU-R BT.601's.
    case 2, 5, 6: return profile.pointee.full_range_flag != 0 ? .full : .video
    default: return nil
    }
  }
}
