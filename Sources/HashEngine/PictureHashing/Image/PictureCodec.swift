internal import Synchronization

/// A picture format: how its files begin, and what decodes them. A new one is a type of this kind, a line in
/// ``Codecs/own``, a case of ``ImageFormat`` and its number.
package protocol PictureCodec: Sendable {
  static var format: ImageFormat { get }

  /// Whether these are the first bytes of such a file.
  static func begins(_ bytes: Span<UInt8>) -> Bool

  /// Where the file has EXIF data that says how it is turned.
  static func exif(in bytes: Span<UInt8>) -> [Range<Int>]

  /// Where the file has XMP data.
  static func xmp(in bytes: Span<UInt8>) -> [Range<Int>]

  /// Where the picture ends in its file; `nil` when the format does not say, or the file is cut.
  static func end(of bytes: Span<UInt8>) -> Int?

  /// Sends the picture's rows to `sink`: of each frame, and of each picture in the file.
  ///
  /// - Parameters:
  ///   - bytes: The whole file; valid for the call.
  ///   - backdrop: What shows through transparent pixels. With a page, the rows are as a browser shows them; without,
  ///     as they are stored, and the sink hears if that makes a difference.
  /// - Returns: Whether all pixels came.
  /// - Throws: ``ImageError`` when no picture could be decoded, and what `sink` throws. It may have got rows.
  static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness
}

extension PictureCodec {
  package static func exif(in bytes: Span<UInt8>) -> [Range<Int>] { [] }
  package static func xmp(in bytes: Span<UInt8>) -> [Range<Int>] { [] }
  package static func end(of bytes: Span<UInt8>) -> Int? { nil }
}

/// The formats that are known, and their decoders.
package enum Codecs {
  /// In the order in which a file is held against them.
  static let own: [any PictureCodec.Type] = [
    JPEGDecoder.self, PNGDecoder.self, WebPDecoder.self, GIFDecoder.self, BMPDecoder.self,
    ICODecoder.self, WorkersAVIF.self, WorkersHEIF.self, WorkersJXL.self, WorkersTIFF.self,
  ]

  private static let installed = Mutex<[ImageFormat: any PictureCodec.Type]>([:])

  /// Adds the decoders of formats that only workers decode, before the first picture.
  package static func install(_ codecs: [any PictureCodec.Type]) {
    installed.withLock { installed in
      for codec in codecs { installed[codec.format] = codec }
    }
  }

  /// The codec for a format; without the worker's decoder, one that refuses to decode.
  static func codec(for format: ImageFormat) -> (any PictureCodec.Type)? {
    own.first { $0.format == format }
  }

  fileprivate static func decoder(for format: ImageFormat) throws(ImageError)
    -> any PictureCodec.Type
  {
    guard let codec = installed.withLock({ $0[format] }) else {
      throw ImageError(
        .unsupported, "a \(format.rawValue.uppercased()) picture, which only a worker decodes")
    }
    return codec
  }
}

/// A format whose library is linked into the worker only: some bring code under the GPL, and what reads them has
/// more faults than most.
private protocol WorkersCodec: PictureCodec {}

extension WorkersCodec {
  static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    try Codecs.decoder(for: format).decode(bytes, over: backdrop, limits: limits, into: &sink)
  }
}

private enum WorkersHEIF: WorkersCodec {
  static var format: ImageFormat { .heif }
  static func begins(_ bytes: Span<UInt8>) -> Bool {
    FileBrands(bytes).hasAny(["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"])
  }
  static func end(of bytes: Span<UInt8>) -> Int? { MediaBoxes.end(of: bytes) }
}

private enum WorkersAVIF: WorkersCodec {
  static var format: ImageFormat { .avif }
  static func begins(_ bytes: Span<UInt8>) -> Bool { FileBrands(bytes).hasAny(["avif", "avis"]) }
  static func end(of bytes: Span<UInt8>) -> Int? { MediaBoxes.end(of: bytes) }
}

private enum WorkersJXL: WorkersCodec {
  static var format: ImageFormat { .jxl }
  static func begins(_ bytes: Span<UInt8>) -> Bool {
    bytes.has([0xFF, 0x0A], at: 0)
      || bytes.has([0, 0, 0, 12, 0x4A, 0x58, 0x4C, 0x20, 13, 10, 0x87, 10], at: 0)
  }
  static func exif(in bytes: Span<UInt8>) -> [Range<Int>] {
    // Four bytes say how far behind them the TIFF header lies.
    MediaBoxes.contents(of: "Exif", in: bytes).compactMap { box in
      let start = 4 + Int(bytes.bigEndian32(at: box.lowerBound))
      return start < box.count ? box.lowerBound + start..<box.upperBound : nil
    }
  }
  static func xmp(in bytes: Span<UInt8>) -> [Range<Int>] {
    MediaBoxes.contents(of: "xml ", in: bytes)
  }
  static func end(of bytes: Span<UInt8>) -> Int? {
    MediaBoxes.end(
      of: bytes,
      among: [
        "JXL ", "ftyp", "jxlc", "jxlp", "jxll", "jxli", "jbrd", "Exif", "xml ", "brob", "jumb",
        "jhgm",
      ])
  }
}

private enum WorkersTIFF: WorkersCodec {
  static var format: ImageFormat { .tiff }
  static func begins(_ bytes: Span<UInt8>) -> Bool {
    // "II" or "MM" and 42, or 43 for files of 64 bits.
    [[0x49, 0x49, 42, 0], [0x4D, 0x4D, 0, 42], [0x49, 0x49, 43, 0], [0x4D, 0x4D, 0, 43]]
      .contains { bytes.has($0, at: 0) }
  }
  static func exif(in bytes: Span<UInt8>) -> [Range<Int>] { [0..<bytes.count] }
  static func xmp(in bytes: Span<UInt8>) -> [Range<Int>] {
    guard let tags = TIFFTags(bytes, in: 0..<bytes.count) else { return [] }
    var found: [Range<Int>] = []
    tags.visit(bytes, directory: tags.first) { tag in
      if tag.number == 700, let packet = tags.range(bytes, of: tag) { found.append(packet) }
      return true
    }
    return found
  }
}
