@testable import HashEngine
@testable import PictureHashing
@testable import WorkerCodecs

/// All that reads bytes of strangers.
enum FuzzTarget: String, CaseIterable {
  // Pictures.
  case jpeg, png, webp, gif, bmp, ico, heif, avif, jxl, tiff, fingerprint, exif, icc, embedded
  case jpegScans = "jpeg-scans"
  case apng
  // What a worker says.
  case binary = "fingerprint-binary"
  case messages = "worker-messages"
  // Lists.
  case text, csv, jsonl, ncmec, stopncii, threatexchange, tat, vics, icse, misp, stix, clamav
  case detector = "list-detector"
  /// A form that is sent to the daemon.
  case multipart

  func run(_ bytes: [UInt8]) {
    switch self {
    case .jpeg: Self.decode(bytes, as: .jpeg)
    case .png: Self.decode(bytes, as: .png)
    case .webp: Self.decode(bytes, as: .webp)
    case .gif: Self.decode(bytes, as: .gif)
    case .bmp: Self.decode(bytes, as: .bmp)
    case .ico: Self.decode(bytes, as: .ico)
    case .heif: Self.decode(bytes, as: .heif)
    case .avif: Self.decode(bytes, as: .avif)
    case .jxl: Self.decode(bytes, as: .jxl)
    case .tiff: Self.decode(bytes, as: .tiff)
    case .icc: Self.convert(bytes)
    case .embedded:
      for format in ImageFormat.allCases {
        _ = EmbeddedPictures(in: bytes.span, format: format, thumbnail: nil)
        _ = XMP.hasLocation(bytes.span, format)
      }
      _ = NamedFormats.name(of: bytes.span)
    case .fingerprint: Self.fingerprint(bytes)
    case .exif:
      for format in ImageFormat.allCases { _ = EXIF(of: bytes.span, format: format) }
    case .jpegScans: bytes.withUnsafeBufferPointer { _ = JPEGScans.areOrderly(in: $0) }
    case .apng: Self.animate(bytes)
    case .binary: Self.readBack(bytes)
    case .messages: Self.readMessages(bytes)
    case .detector: _ = try? ListDetector.format(of: bytes, ImportOptions())
    case .multipart: Self.readForm(bytes)
    case .text, .csv, .jsonl, .ncmec, .stopncii, .threatexchange, .tat, .vics, .icse, .misp, .stix,
      .clamav:
      ListFormat(rawValue: rawValue).map { Self.importList(bytes, as: $0) }
    }
  }

  /// Small enough that a thousand pictures a second can be made up.
  private static var limits: DecodingLimits {
    var limits = DecodingLimits()
    limits.side = 2048
    limits.pixels = 1 << 18
    limits.memory = 1 << 24
    limits.frames = 8
    limits.animationPixels = 1 << 20
    limits.views = 256
    limits.scans = 20
    limits.scanPixels = 1 << 20
    return limits
  }

  /// The content type and the form, with a line between them.
  private static func readForm(_ bytes: [UInt8]) {
    let type = bytes.prefix { $0 != UInt8(ascii: "\n") }
    let body = Array(bytes.dropFirst(type.count + 1))
    let stated = MultipartForm.boundary(in: String(decoding: type, as: UTF8.self))
    guard let file = try? MultipartForm.file(in: body, boundary: stated ?? Array("b".utf8)) else {
      return
    }
    precondition(file.lowerBound >= 0 && file.upperBound <= body.count)
  }

  private static func decode(_ bytes: [UInt8], as format: ImageFormat) {
    WorkerCodecs.install()
    for backdrop in [Backdrop.none, .white] {
      var sink = CountingSink()
      _ = try? ImageDecoder.decode(
        bytes.span, as: format, over: backdrop, limits: limits, into: &sink)
      precondition(sink.isConsistent, "rows that do not fit the layout")
    }
  }

  /// The bytes as a profile, and as the chunks of a PNG.
  private static func convert(_ bytes: [UInt8]) {
    for form in [
      ColourForm(.rgb), ColourForm(.grey, hasAlpha: true), ColourForm(.invertedCMYK),
      ColourForm(.rgb, hasAlpha: true, isWide: true),
    ] {
      guard let conversion = try? ColourConversion.needed(by: .icc(bytes), form) else { continue }
      _ = conversion.converted([UInt8](repeating: 7, count: form.stride * 9))
    }
    _ = try? ColourSource.inPNG(bytes.span)
    _ = ColourSource.inJPEG(bytes.span)
    _ = ColourSource.inWebP(bytes.span)
  }

  private static func fingerprint(_ bytes: [UInt8]) {
    let request = FingerprintRequest(
      kinds: [.pdq, .phash64], views: .queried(.thorough), limits: limits)
    guard let fingerprint = try? Fingerprint(of: bytes.span, request) else { return }
    let binary = fingerprint.binary
    precondition(Fingerprint(binary: binary.span.bytes) == fingerprint, "not read as written")
  }

  private static func animate(_ bytes: [UInt8]) {
    bytes.withUnsafeBufferPointer { bytes in
      guard let animation = try? APNG(bytes, limits: limits) else { return }
      var sink = CountingSink()
      _ = try? animation.play(over: .white, limits: limits, into: &sink)
    }
  }

  private static func readBack(_ bytes: [UInt8]) {
    let packed = PackedHashes(of: bytes.span.bytes)
    guard let fingerprint = Fingerprint(binary: bytes.span.bytes) else { return }
    let binary = fingerprint.binary
    precondition(Fingerprint(binary: binary.span.bytes) == fingerprint, "not read as written")
    guard let packed else { preconditionFailure("hashes not read") }
    let hashes = Set(packed.pdq)
    for frame in fingerprint.frames {
      precondition(frame.views.allSatisfy { hashes.contains($0.hash) }, "a view's hash is missing")
      precondition(frame.pdq.map { hashes.contains($0.shown) } ?? true, "a hash is missing")
    }
  }

  private static func readMessages(_ bytes: [UInt8]) {
    _ = WorkerGreeting(bytes)
    _ = WorkerRequest(bytes)
    _ = WorkerAnswerHead(bytes, longest: 1 << 20)
    var reader = RecordReader(bytes.span.bytes)
    _ = reader.imageError()
    _ = WorkerSettings(
      arguments: String(decoding: bytes, as: UTF8.self).split(separator: " ").map(String.init))
  }

  /// In one piece and cut in two: the records are the same.
  private static func importList(_ bytes: [UInt8], as format: ListFormat) {
    var options = ImportOptions(kind: .pdq, format: format)
    options.categories = ["1": "one", "2": "two"]
    let cut = bytes.isEmpty ? 0 : Int(bytes[bytes.count / 2]) % bytes.count
    let whole = records(of: [bytes], options)
    let parts = records(of: [Array(bytes[..<cut]), Array(bytes[cut...])], options)
    if let whole, let parts { precondition(whole == parts, "a cut changes the records") }
  }

  /// Records taken and refused; `nil` for what is no list.
  private static func records(of pieces: [[UInt8]], _ options: ImportOptions) -> [Int]? {
    let beginning = pieces.flatMap { $0 }
    guard let format = options.format,
      var importer = try? ListStore.importer(
        of: format, options, beginning: Array(beginning.prefix(ListDetector.length)),
        now: Timestamp(seconds: 0))
    else { return nil }
    var records: [SourceRecord] = []
    do {
      for piece in pieces where !piece.isEmpty { try importer.read(piece, into: &records) }
      try importer.finish(into: &records)
    } catch {
      return nil
    }
    return records.map { record in
      switch record.content {
      case .entry(let entry): entry.hashes.count
      case .withdrawal: -1
      case .skipped: -2
      case .rejected: -3
      case .unsupported: -4
      }
    }
  }
}

/// Sees that decoders keep to what they announce.
private struct CountingSink: RowSink {
  private var layout: PixelLayout?
  private var bytes = 0
  private(set) var isConsistent = true

  mutating func begin(_ layout: PixelLayout) {
    self.layout = layout
    bytes = 0
  }

  mutating func take(_ rows: Span<UInt8>) {
    bytes += rows.count
    if let layout, rows.count % layout.stride != 0 || bytes > layout.stride * layout.rows {
      isConsistent = false
    }
  }

  mutating func end() {
    if let layout, bytes != layout.stride * layout.rows { isConsistent = false }
  }
}
