/// Reads a picture's orientation from its metadata. Malformed metadata is treated as missing: it
/// does not make the picture damaged.
enum EXIF {
  /// The orientation of a picture, `.asStored` when it has none.
  static func orientation(of bytes: Span<UInt8>, format: ImageFormat) -> Orientation {
    let tiff: Range<Int>?
    switch format {
    case .jpeg: tiff = inJPEG(bytes)
    case .png: tiff = inPNG(bytes)
    case .webp: tiff = inWebP(bytes)
    case .gif: tiff = nil
    }
    guard let tiff else { return .asStored }
    return orientation(inTIFF: bytes.extracting(tiff)) ?? .asStored
  }

  /// Where "Exif" metadata lies in the marker segments before the pixels.
  private static func inJPEG(_ bytes: Span<UInt8>) -> Range<Int>? {
    var position = 2
    while position + 4 <= bytes.count, bytes[position] == 0xFF {
      let marker = bytes[position + 1]
      // In turn: fill bytes, markers that have no length, and the start of the pixels or the end.
      if marker == 0xFF {
        position += 1
        continue
      }
      if marker == 0x01 || (0xD0...0xD8).contains(marker) {
        position += 2
        continue
      }
      guard marker != 0xDA, marker != 0xD9 else { return nil }
      let end = position + 2 + (Int(bytes[position + 2]) << 8 | Int(bytes[position + 3]))
      guard end >= position + 4, end <= bytes.count else { return nil }
      if marker == 0xE1, let range = afterExifHeader(bytes, position + 4..<end) { return range }
      position = end
    }
    return nil
  }

  /// The `eXIf` chunk, before the pixels or behind them.
  private static func inPNG(_ bytes: Span<UInt8>) -> Range<Int>? {
    var position = 8
    while position + 12 <= bytes.count {
      let length = (0..<4).reduce(0) { $0 << 8 | Int(bytes[position + $1]) }
      guard length <= bytes.count - position - 12 else { return nil }
      let start = position + 8
      if matches(bytes, at: position + 4, "eXIf") { return start..<start + length }
      position = start + length + 4
    }
    return nil
  }

  /// The `EXIF` chunk; some writers put a JPEG's "Exif" header in front.
  private static func inWebP(_ bytes: Span<UInt8>) -> Range<Int>? {
    var position = 12
    while position + 8 <= bytes.count {
      let length = (0..<4).reversed().reduce(0) { $0 << 8 | Int(bytes[position + 4 + $1]) }
      guard length <= bytes.count - position - 8 else { return nil }
      let range = position + 8..<position + 8 + length
      if matches(bytes, at: position, "EXIF") { return afterExifHeader(bytes, range) ?? range }
      position = range.upperBound + length % 2
    }
    return nil
  }

  private static func afterExifHeader(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
    guard range.count >= 6, matches(bytes, at: range.lowerBound, "Exif\0\0") else { return nil }
    return range.lowerBound + 6..<range.upperBound
  }

  private static func matches(_ bytes: Span<UInt8>, at offset: Int, _ text: String) -> Bool {
    let text = Array(text.utf8)
    guard offset + text.count <= bytes.count else { return false }
    return text.indices.allSatisfy { bytes[offset + $0] == text[$0] }
  }

  /// Tag 0x0112 of the first directory.
  private static func orientation(inTIFF tiff: Span<UInt8>) -> Orientation? {
    guard tiff.count >= 8 else { return nil }
    let isLittle: Bool
    switch (tiff[0], tiff[1]) {
    case (0x49, 0x49): isLittle = true
    case (0x4D, 0x4D): isLittle = false
    default: return nil
    }
    func number(_ offset: Int, _ size: Int) -> Int? {
      guard offset >= 0, offset <= tiff.count - size else { return nil }
      return (0..<size).reduce(0) {
        $0 << 8 | Int(tiff[offset + (isLittle ? size - 1 - $1 : $1)])
      }
    }
    guard number(2, 2) == 42, let directory = number(4, 4), let count = number(directory, 2)
    else { return nil }
    for index in 0..<count {
      let entry = directory + 2 + 12 * index
      guard let tag = number(entry, 2) else { return nil }
      if tag == 0x0112, number(entry + 2, 2) == 3 {
        return number(entry + 8, 2).flatMap { Orientation(rawValue: $0) }
      }
    }
    return nil
  }
}
