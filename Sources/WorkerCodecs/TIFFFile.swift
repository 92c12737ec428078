internal import CTIFF
internal import PictureHashing

/// A TIFF in memory.
final class TIFFFile {
  /// What libtiff reads from.
  private final class Source {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    func read(into out: UnsafeMutableRawPointer, _ wanted: Int) -> Int {
      let count = max(0, min(wanted, bytes.count - position))
      guard count > 0, let base = bytes.baseAddress else { return 0 }
      // `count` bytes lie behind the position, and `out` has room for as many as were asked for.
      out.copyMemory(from: base + position, byteCount: count)
      position += count
      return count
    }

    func seek(_ offset: UInt64, _ whence: CInt) -> UInt64 {
      let start = whence == 1 ? position : whence == 2 ? bytes.count : 0
      let (place, overflow) = start.addingReportingOverflow(Int(truncatingIfNeeded: offset))
      guard !overflow, place >= 0 else { return .max }
      position = place
      return UInt64(place)
    }
  }

  private let source: Source
  private let file: OpaquePointer

  /// - Parameter bytes: The whole file; they must outlive this.
  init(_ bytes: UnsafeBufferPointer<UInt8>, limits: DecodingLimits) throws(ImageError) {
    source = Source(bytes)
    // What is wrong is told by what fails.
    _ = TIFFSetErrorHandler(nil)
    _ = TIFFSetWarningHandler(nil)
    guard let options = TIFFOpenOptionsAlloc() else {
      throw ImageError(.overLimit, "out of memory")
    }
    defer { TIFFOpenOptionsFree(options) }
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, tmsize_t(limits.memory))
    let file = TIFFClientOpenExt(
      "picture", "rm", Unmanaged.passUnretained(source).toOpaque(),
      { user, out, count in
        guard let user, let out else { return 0 }
        // The source lives as long as the file.
        let source = Unmanaged<Source>.fromOpaque(user).takeUnretainedValue()
        return tmsize_t(source.read(into: out, Int(count)))
      },
      { _, _, _ in 0 },
      { user, offset, whence in
        guard let user else { return .max }
        return Unmanaged<Source>.fromOpaque(user).takeUnretainedValue().seek(offset, whence)
      },
      { _ in 0 },
      { user in
        guard let user else { return 0 }
        return UInt64(Unmanaged<Source>.fromOpaque(user).takeUnretainedValue().bytes.count)
      },
      { _, _, _ in 0 }, { _, _, _ in }, options)
    guard let file else { throw ImageError(.damaged, "damaged TIFF: no directory") }
    self.file = file
  }

  deinit { TIFFClose(file) }

  func goToNextPage() -> Bool { TIFFReadDirectory(file) == 1 }

  /// Where the pages lie that belong to the one that was gone to last: a raw picture's, or smaller ones.
  func pagesBelow() -> [UInt64] {
    var count: UInt16 = 0
    guard let offsets = ctiff_subdirectories(file, &count) else { return [] }
    // libtiff holds as many offsets as it says.
    return Array(UnsafeBufferPointer(start: offsets, count: Int(count)))
  }

  /// Goes to a page that belongs to another.
  func go(to offset: UInt64) -> Bool { TIFFSetSubDirectory(file, offset) == 1 }

  /// Goes to one of the pages that do not belong to another, from 0.
  func goToPage(_ number: Int) -> Bool {
    UInt32(exactly: number).map { TIFFSetDirectory(file, tdir_t($0)) == 1 } ?? false
  }

  /// Sends the page that was gone to last.
  ///
  /// - Returns: How many pixels it has.
  func sendPage<Sink: RowSink>(
    over backdrop: Backdrop, limits: DecodingLimits, into sink: inout Sink
  ) throws(ImageError) -> Int {
    let (width, height) = (
      Int(ctiff_long(file, UInt32(TIFFTAG_IMAGEWIDTH))),
      Int(ctiff_long(file, UInt32(TIFFTAG_IMAGELENGTH)))
    )
    try limits.check(width: width, height: height)
    // The raster, and a strip or tile of at most the same size.
    _ = try limits.bufferSize(width: width, height: height, channels: 8)
    var message = [CChar](repeating: 0, count: 1024)
    let compression = ctiff_short(file, UInt32(TIFFTAG_COMPRESSION), UInt16(COMPRESSION_NONE))
    guard TIFFIsCODECConfigured(compression) != 0 else {
      throw ImageError(.unsupported, "unsupported TIFF: compression \(compression)")
    }
    let isStored = ctiff_keep_colours(file) != 0
    guard TIFFRGBAImageOK(file, &message) == 1 else { throw unsupported(message) }
    var image = TIFFRGBAImage()
    guard TIFFRGBAImageBegin(&image, file, 1, &message) == 1 else { throw unsupported(message) }
    defer { TIFFRGBAImageEnd(&image) }
    // As stored: EXIF's turn is applied to the hashes.
    image.req_orientation = image.orientation
    var raster = [UInt32](repeating: 0, count: width * height)
    guard TIFFRGBAImageGet(&image, &raster, UInt32(width), UInt32(height)) == 1 else {
      throw ImageError(.damaged, "damaged TIFF: its pixels do not decode")
    }
    let hasAlpha = image.alpha != 0
    let isShown = backdrop != .none
    let conversion = try colours.conversion(
      of: ColourForm(.rgb, hasAlpha: true), isShown: isShown, into: &sink)
    sink.begin(PixelLayout(width: width, height: height, channels: 3, isLossless: true))
    var flat: [UInt8] = []
    for y in 0..<height {
      if y % 64 == 0 { try limits.checkTime() }
      var row: [UInt8] = []
      row.reserveCapacity(width * 4)
      for pixel in raster[y * width..<(y + 1) * width] {
        // From the lowest byte up: red, green, blue, alpha.
        for shift in [0, 8, 16, 24] as [UInt32] {
          row.append(UInt8(truncatingIfNeeded: pixel >> shift))
        }
      }
      // In most pictures with alpha colours are multiplied by it.
      if hasAlpha, !isStored { Backdrop.divideByAlpha(&row) }
      if let conversion { row = conversion.converted(row) }
      if !backdrop.flatten(row.span, channels: 4, into: &flat) {
        sink.isShownOtherwise(.transparency)
      }
      sink.take(flat.span)
    }
    try sink.end()
    return width * height
  }

  private var colours: PictureColours {
    let file = file
    return PictureColours { () throws(ImageError) in
      // Inks were made colours already.
      let photometric = ctiff_short(file, UInt32(TIFFTAG_PHOTOMETRIC), 0)
      guard photometric != UInt16(PHOTOMETRIC_SEPARATED) else { return nil }
      var size: UInt32 = 0
      guard let profile = ctiff_profile(file, &size), size > 0 else { return nil }
      guard size <= ColourSource.maximumProfile else {
        throw ImageError(.overLimit, "its colour profile is too large")
      }
      return .icc(Array(UnsafeRawBufferPointer(start: profile, count: Int(size))))
    }
  }

  private func unsupported(_ message: [CChar]) -> ImageError {
    let text = String(
      decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return ImageError(.unsupported, "unsupported TIFF: \(text)")
  }
}
