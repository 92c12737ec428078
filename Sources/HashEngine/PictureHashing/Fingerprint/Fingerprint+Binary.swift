extension Fingerprint {
  /// The version of the binary form that this software writes, and the only one it reads.
  public static let binaryVersion: UInt8 = 6

  /// The fingerprint as bytes, numbers in big-endian order:
  ///
  /// | bytes | |
  /// |---|---|
  /// | 4, 1 | `HSFP`, ``binaryVersion`` |
  /// | 1, 1 | format, orientation |
  /// | 4, 4, 4 | width, height, decoded frames |
  /// | 1 (+ 1 + 2 + n) | 0 for complete; else 1, the code and the text of what is wrong |
  /// | 1 | flags: 1 it says where it was taken, 2 something lies behind it |
  /// | 2 + n | its media type, if something lies behind it |
  /// | 1, n × (1 + digest) | digests with their kinds |
  /// | 4, n × frame | frames, see below |
  ///
  /// A frame is its picture (2: 0 the main one, 0xFFFF the thumbnail, else its number), its number (4), what shows
  /// through (1: 0 nothing, 1 white, 2 black), flags (1: has PDQ, 2: has phash64, 4: shown otherwise than stored), PDQ as
  /// hash, hash as shown if flagged, quality and detail (32 + 32 + 1 + 1), phash64 as hash and hash as shown if flagged (8 +
  /// 8), and the number of its views (2), each a hash (32), effort and orientation (1: 16 times the one and the other), and
  /// flags (1: inverted, 2: resampled, 4: corners, 8: round corners filled, 16: region, 32: extent, 64: rotation). If
  /// flagged follow region and extent in thousandths (4 × 2 each), rotation in hundredths of a degree (2), and corners in
  /// thousandths (8 × 2); without, a view is of the whole picture and upright.
  public var binary: [UInt8] {
    var writer = RecordWriter(capacity: 256 + frames.count * 128)
    writer.append(raw: Self.magic)
    writer.append(Self.binaryVersion)
    writer.append(format.code)
    writer.append(UInt8(orientation.rawValue))
    for number in [width, height, frameCount] { writer.append(UInt32(clamping: number)) }
    switch completeness {
    case .complete: writer.append(UInt8(0))
    case .partial(let error):
      writer.append(UInt8(1))
      writer.append(error)
    }
    writer.append(UInt8((hasLocation ? 1 : 0) | (trailing == nil ? 0 : 2)))
    if let trailing { writer.append(trailing) }
    writer.append(UInt8(digests.count))
    for (kind, digest) in digests.sorted(by: { $0.key.code < $1.key.code }) {
      writer.append(kind.code)
      writer.append(raw: digest)
    }
    writer.append(UInt32(clamping: frames.count))
    for frame in frames { writer.append(frame) }
    return writer.bytes
  }

  private static let magic = Array("HSFP".utf8)

  /// Reads what ``binary`` writes, and trusts none of it: `nil` for a single byte too many or too few, for
  /// numbers that no fingerprint has, and for another version. Memory is bounded by the bytes given.
  public init?(binary bytes: RawSpan) {
    var reader = RecordReader(bytes)
    guard reader.raw(4) == Self.magic, reader.uint8() == Self.binaryVersion,
      let format = reader.uint8().flatMap({ ImageFormat(code: $0) }),
      let orientation = reader.orientation(),
      let width = reader.size(), let height = reader.size(), let frameCount = reader.size(),
      let completeness = reader.completeness(), let marks = reader.marks(),
      let digests = reader.digests(), let count = reader.uint32(), count > 0
    else { return nil }
    var frames: [FrameFingerprint] = []
    for _ in 0..<count {
      guard let frame = reader.frame(), frame.part != .main || frame.number <= frameCount else {
        return nil
      }
      // In order, and the main picture's first frame as stored is always there.
      if let last = frames.last {
        guard last.place < frame.place else { return nil }
      } else if frame.backdrop != .none || frame.part != .main {
        return nil
      }
      frames.append(frame)
    }
    guard reader.isAtEnd else { return nil }
    self.init(
      format: format, width: width, height: height, orientation: orientation,
      frameCount: frameCount, completeness: completeness, frames: frames,
      trailing: marks.trailing, hasLocation: marks.hasLocation, digests: digests)
  }
}

extension RecordWriter {
  /// An error: its code and its text.
  package mutating func append(_ error: ImageError) {
    append(error.code.number)
    append(error.description)
  }

  fileprivate mutating func append(_ frame: FrameFingerprint) {
    append(frame.part.code)
    append(UInt32(clamping: frame.number))
    append(frame.backdrop.rawValue)
    let isTurned =
      frame.pdq.map { $0.hash != $0.shown } ?? false
      || frame.phash64.map { $0.hash != $0.shown } ?? false
    append(
      UInt8(
        (frame.pdq == nil ? 0 : 1) | (frame.phash64 == nil ? 0 : 2) | (isTurned ? 4 : 0)))
    if let pdq = frame.pdq {
      append(raw: pdq.hash.bytes)
      if isTurned { append(raw: pdq.shown.bytes) }
      append(UInt8(clamping: pdq.quality))
      append(UInt8(clamping: pdq.detail))
    }
    if let phash64 = frame.phash64 {
      append(phash64.hash.word)
      if isTurned { append(phash64.shown.word) }
    }
    append(UInt16(clamping: frame.views.count))
    for viewed in frame.views.prefix(Int(UInt16.max)) { append(viewed) }
  }

  private mutating func append(_ viewed: ViewedHash) {
    let view = viewed.view.inThousandths
    let rotation = Self.scaled(view.rotation, by: 100)
    append(raw: viewed.hash.bytes)
    append(viewed.effort.code << 4 | UInt8(view.orientation.rawValue))
    append(
      UInt8(
        (view.isInverted ? 1 : 0) | (view.isResampled ? 2 : 0) | (view.corners == nil ? 0 : 4)
          | (view.hasFilledCorners ? 8 : 0) | (view.region == .whole ? 0 : 16)
          | (view.extent == .whole ? 0 : 32) | (rotation == 0 ? 0 : 64)))
    if view.region != .whole { append(view.region) }
    if view.extent != .whole { append(view.extent) }
    if rotation != 0 { append(rotation) }
    for point in view.corners?.points ?? [] {
      append(Self.scaled(point.x, by: 1000))
      append(Self.scaled(point.y, by: 1000))
    }
  }

  private mutating func append(_ region: Region) {
    for side in [region.left, region.top, region.right, region.bottom] {
      append(Self.scaled(side, by: 1000))
    }
  }

  private static func scaled(_ number: Double, by factor: Double) -> UInt16 {
    let scaled = (number * factor).rounded()
    return UInt16(bitPattern: Int16(max(-32_768, min(32_767, scaled))))
  }
}

extension RecordReader {
  /// The most bytes that an error's text may have.
  private static let longestMessage = 512

  /// An error. Its text is not trusted: control characters and invalid UTF-8 become question marks.
  package mutating func imageError() -> ImageError? {
    guard let code = uint8().flatMap({ ImageError.Code(number: $0) }), let text = text(),
      text.utf8.count <= Self.longestMessage
    else { return nil }
    return ImageError(
      code,
      String(
        text.map { character in
          character.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
            && character != "\u{FFFD}" ? character : "?"
        }))
  }

  fileprivate mutating func orientation() -> Orientation? {
    uint8().flatMap { Orientation(rawValue: Int($0)) }
  }

  /// A number of pixels or frames.
  fileprivate mutating func size() -> Int? {
    uint32().flatMap { $0 > 0 ? Int($0) : nil }
  }

  fileprivate mutating func completeness() -> Completeness? {
    switch uint8() {
    case 0: .complete
    case 1: imageError().map { .partial($0) }
    default: nil
    }
  }

  /// What else is known of the file. A media type has letters, digits and few signs.
  fileprivate mutating func marks() -> (hasLocation: Bool, trailing: String?)? {
    guard let flags = uint8(), flags < 4 else { return nil }
    guard flags & 2 != 0 else { return (flags & 1 != 0, nil) }
    guard let trailing = text(), (1...64).contains(trailing.utf8.count),
      trailing.utf8.allSatisfy({ (0x2B...0x7A).contains($0) })
    else { return nil }
    return (flags & 1 != 0, trailing)
  }

  fileprivate mutating func digests() -> [HashKind: [UInt8]]? {
    guard let count = uint8() else { return nil }
    var digests: [HashKind: [UInt8]] = [:]
    for _ in 0..<count {
      guard let kind = uint8().flatMap({ HashKind(code: $0) }), kind.isDigest,
        let digest = raw(kind.byteCount), digests.updateValue(digest, forKey: kind) == nil
      else { return nil }
    }
    return digests
  }

  fileprivate mutating func frame() -> FrameFingerprint? {
    guard let part = uint16().flatMap({ PicturePart(code: $0) }), let number = size(),
      let backdrop = uint8().flatMap({ Backdrop(rawValue: $0) }),
      let flags = uint8(), flags < 8
    else { return nil }
    let isTurned = flags & 4 != 0
    var pdq: PDQFingerprint?
    if flags & 1 != 0 {
      guard let hash = pdqHash(), let shown = isTurned ? pdqHash() : hash, let quality = uint8(),
        quality <= 100,
        let detail = uint8(), detail <= 100
      else { return nil }
      pdq = PDQFingerprint(
        hash: hash, shown: shown, quality: Int(quality), detail: Int(detail))
    }
    var phash64: PerceptualFingerprint64?
    if flags & 2 != 0 {
      guard let hash = uint64(), let shown = isTurned ? uint64() : hash else { return nil }
      phash64 = PerceptualFingerprint64(
        hash: PerceptualHash64(word: hash), shown: PerceptualHash64(word: shown))
    }
    guard let count = uint16() else { return nil }
    var views: [ViewedHash] = []
    for _ in 0..<count {
      guard let view = viewedHash() else { return nil }
      views.append(view)
    }
    return FrameFingerprint(
      number: number, part: part, backdrop: backdrop, pdq: pdq, phash64: phash64, views: views)
  }

  private mutating func pdqHash() -> PDQHash? {
    raw(PDQHash.byteCount).flatMap { PDQHash(bytes: $0.span) }
  }

  private mutating func viewedHash() -> ViewedHash? {
    guard let hash = pdqHash(), let look = uint8(), let effort = Effort(code: look >> 4),
      let orientation = Orientation(rawValue: Int(look & 15)), let flags = uint8(), flags < 128,
      let part = region(isStated: flags & 16 != 0),
      let extent = region(isStated: flags & 32 != 0),
      let rotation = flags & 64 != 0 ? uint16() : 0
    else { return nil }
    var corners: Corners?
    if flags & 4 != 0 {
      let points = (0..<4).compactMap { _ -> Corners.Point? in
        guard let x = share(), let y = share() else { return nil }
        return Corners.Point(x: x, y: y)
      }
      corners = Corners(points)
      guard corners != nil else { return nil }
    }
    var view = View(
      region: part, corners: corners, extent: extent,
      rotation: Double(Int16(bitPattern: rotation)) / 100, orientation: orientation,
      isInverted: flags & 1 != 0, isResampled: flags & 2 != 0)
    view.hasFilledCorners = flags & 8 != 0
    return ViewedHash(hash: hash, view: view, effort: effort)
  }

  /// - Parameter isStated: Whether it follows; if not, it is the whole.
  private mutating func region(isStated: Bool) -> Region? {
    guard isStated else { return .whole }
    guard let left = share(), let top = share(), let right = share(), let bottom = share(),
      left < right, top < bottom
    else { return nil }
    return Region(left: left, top: top, right: right, bottom: bottom)
  }

  /// A side of a region.
  private mutating func share() -> Double? {
    uint16().map { Double(Int16(bitPattern: $0)) / 1000 }
  }
}
