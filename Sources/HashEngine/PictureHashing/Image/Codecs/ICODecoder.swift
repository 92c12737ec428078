/// ICO and CUR: each of their pictures, first the one that a browser shows.
package enum ICODecoder: PictureCodec {
  package static var format: ImageFormat { .ico }

  package static func begins(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.has([0, 0, 1, 0], at: 0) || bytes.has([0, 0, 2, 0], at: 0) else { return false }
    // Other files begin like this too, but not with a directory that points at pictures.
    let count = Int(bytes.littleEndian16(at: 4))
    return (0..<min(count, 64)).contains { number in
      let offset = Int(bytes.littleEndian32(at: directory + entrySize * number + 12))
      return offset >= directory + entrySize && offset < bytes.count
        && (PNGDecoder.begins(bytes.extracting(offset..<bytes.count))
          || BMPHeader.sizes.contains(Int(bytes.littleEndian32(at: offset))))
    }
  }

  package static func end(of bytes: Span<UInt8>) -> Int? {
    entries(of: bytes).map(\.content.upperBound).max()
  }

  /// The sizes of the header and of a directory's entry, in bytes.
  private static let (directory, entrySize) = (6, 16)

  private struct Entry {
    let number: Int
    let width: Int
    let height: Int
    let bits: Int
    let content: Range<Int>
  }

  package static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    let entries = entries(of: bytes.span)
    guard let shown = entries.first else {
      throw ImageError(.damaged, "damaged icon: it has no picture")
    }
    var problem: ImageError?
    var pixels = 0
    for (index, entry) in entries.enumerated() {
      guard index < limits.frames else {
        return .partial(
          ImageError(.overLimit, "too many pictures: only the first \(index) were examined"))
      }
      try limits.checkTime()
      // What an entry's own header says, however small the directory makes it.
      let size = size(of: bytes.span.extracting(entry.content))
      let (area, overflow) = size.width.multipliedReportingOverflow(by: size.height)
      guard !overflow, area <= limits.pixels - pixels else {
        throw ImageError(.overLimit, "too large: its pictures have too many pixels together")
      }
      pixels += area
      if entry.number != shown.number { sink.beginPart(.picture(index + 1)) }
      do throws(ImageError) {
        // An entry's file is read by itself, as a browser does it.
        let content = UnsafeBufferPointer(rebasing: bytes[entry.content])
        let result = try decode(content, entry, over: backdrop, limits: limits, into: &sink)
        if case .partial(let error) = result { problem = problem ?? error }
      } catch {
        guard index > 0, error.code != .timeLimit, error.code != .overLimit else { throw error }
        problem = problem ?? error
      }
    }
    return problem.map { .partial($0) } ?? .complete
  }

  /// The size that the header of a PNG or of a bitmap states.
  private static func size(of content: Span<UInt8>) -> (width: Int, height: Int) {
    if PNGDecoder.begins(content) {
      return (Int(content.bigEndian32(at: 16)), Int(content.bigEndian32(at: 20)))
    }
    func side(_ offset: Int) -> Int {
      Int(Int32(bitPattern: content.littleEndian32(at: offset)).magnitude)
    }
    return (side(4), side(8) / 2)
  }

  /// The entries: the largest first, of those the one with most bits, of those the first.
  private static func entries(of bytes: Span<UInt8>) -> [Entry] {
    let isCursor = bytes.count > 2 && bytes[2] == 2
    var entries: [Entry] = []
    for number in 0..<Int(bytes.littleEndian16(at: 4)) {
      let place = directory + entrySize * number
      guard place + entrySize <= bytes.count else { break }
      let offset = Int(bytes.littleEndian32(at: place + 12))
      guard offset < bytes.count else { continue }
      let size = min(Int(bytes.littleEndian32(at: place + 8)), bytes.count - offset)
      entries.append(
        Entry(
          number: number, width: bytes[place] == 0 ? 256 : Int(bytes[place]),
          height: bytes[place + 1] == 0 ? 256 : Int(bytes[place + 1]),
          // A cursor has its hot spot there.
          bits: isCursor ? 0 : Int(bytes.littleEndian16(at: place + 6)),
          content: offset..<offset + size))
    }
    return entries.sorted {
      ($1.width * $1.height, $1.bits, $0.number) < ($0.width * $0.height, $0.bits, $1.number)
    }
  }

  private static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, _ entry: Entry, over backdrop: Backdrop,
    limits: DecodingLimits, into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    if PNGDecoder.begins(bytes.span) {
      return try PNGDecoder.decode(bytes, over: backdrop, limits: limits, into: &sink)
    }
    let bytes = bytes.span
    let header = try BMPHeader(bytes, at: 0, isIcon: true, limits: limits)
    let bitmap = try BMPBitmap(bytes, header, limits: limits)
    if bitmap.hasAlpha(bytes) {
      return try BMPDecoder.send(
        bitmap, bytes, over: backdrop, nil, limits: limits, into: &sink)
    }
    // Without alpha, a mask of one bit a pixel follows: 1 is transparent. A missing one hides nothing.
    let start = header.pixels + header.height * bitmap.rowSize
    let stride = (header.width + 31) / 32 * 4
    let masks = bytes.withUnsafeBufferPointer { bytes in
      Array(bytes.dropFirst(max(0, start)).prefix(stride * header.height))
    }
    return try BMPDecoder.send(
      bitmap, bytes, over: backdrop, nil,
      mask: { x, y in
        let row = header.isTopDown ? y : header.height - 1 - y
        let place = row * stride + x / 8
        return place >= masks.count || masks[place] >> UInt8(7 - x % 8) & 1 == 0
      }, limits: limits, into: &sink)
  }
}
