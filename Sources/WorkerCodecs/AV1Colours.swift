internal import CDAV1D
internal import PictureHashing

/// What the coded pictures of an AVIF say of their colours. It counts where the file's boxes say nothing, and
/// libheif does not pass it on.
enum AV1Colours {
  /// How much of a picture is looked at: what it says of itself stands at its beginning.
  private static let longestHeader = 1024
  /// The most pictures that are looked at.
  private static let maximum = 64

  /// The colours of the first picture that are not a browser's own; else those of the first that names any.
  static func source(in file: Span<UInt8>) -> ColourSource? {
    var first: ColourSource?
    for item in MediaItems(in: file).starts(in: file, longestHeader, maximum: maximum) {
      guard let source = source(ofPicture: item) else { continue }
      if ColourConversion.isAsStored(source) {
        first = first ?? source
      } else {
        return source
      }
    }
    return first
  }

  private static func source(ofPicture bytes: [UInt8]) -> ColourSource? {
    guard let part = sequenceHeader(bytes) else { return nil }
    var header = Dav1dSequenceHeader()
    let status = part.withUnsafeBufferPointer {
      dav1d_parse_sequence_header(&header, $0.baseAddress, $0.count)
    }
    // Maps and alpha channels have no colours.
    guard status == 0, header.monochrome == 0, header.color_description_present != 0 else {
      return nil
    }
    return ColourSource(
      primaries: UInt8(clamping: header.pri.rawValue),
      transfer: UInt8(clamping: header.trc.rawValue))
  }

  /// The part of a picture that says what it is like: dav1d refuses bytes among which one part is cut.
  ///
  /// Specification: AV1 bitstream, 5.3 "OBU header syntax".
  private static func sequenceHeader(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
    var start = 0
    while start < bytes.count {
      let head = bytes[start]
      // A first bit that is always 0, four of a type, then whether one more byte follows, and a size.
      guard head < 0x80, head & 2 != 0 else { return nil }
      var position = start + (head & 4 != 0 ? 2 : 1)
      var size = 0
      for shift in stride(from: 0, to: 28, by: 7) where position < bytes.count {
        let byte = bytes[position]
        position += 1
        size |= Int(byte & 0x7F) << shift
        if byte < 0x80 { break }
      }
      guard position <= bytes.count, size <= bytes.count - position else { return nil }
      if head >> 3 == 1 { return bytes[start..<position + size] }
      start = position + size
    }
    return nil
  }
}
