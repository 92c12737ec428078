internal import CDAV1D
internal import PictureHashing

/// What the coded picture of an AVIF says of its colours. It counts where the file's boxes say nothing, and libheif does
/// not pass it on.
enum AV1Colours {
  /// How much of a picture is looked at: what it says of itself stands at its beginning, behind padding at most.
  private static let longestHeader = 1 << 20

  /// The colours that a coded picture names; `nil` where it names none, or those that a browser takes it for anyway.
  ///
  /// - Parameter picture: An item of type `av01`.
  /// - Throws: ``ImageError`` `unsupported` when it is not where it should be: a browser may find it.
  static func source(
    of picture: MediaItems.ID, _ items: MediaItems, in file: Span<UInt8>
  ) throws(ImageError) -> ColourSource? {
    let bytes = items.start(of: picture, in: file, most: longestHeader)
    var header = Dav1dSequenceHeader()
    let status = sequenceHeader(bytes)?.withUnsafeBufferPointer {
      dav1d_parse_sequence_header(&header, $0.baseAddress, $0.count)
    }
    guard status == 0 else {
      throw ImageError(.unsupported, "unsupported AVIF: what it says of its colours is not found")
    }
    guard header.color_description_present != 0 else { return nil }
    return ColourSource(
      primaries: UInt8(clamping: header.pri.rawValue),
      transfer: UInt8(clamping: header.trc.rawValue))
  }

  /// The part of a picture that says what it is like: dav1d refuses bytes among which one part is cut.
  ///
  /// Specification: AV1 bitstream, 5.3 "OBU header syntax", 4.10.5 "leb128".
  private static func sequenceHeader(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
    var start = 0
    while start < bytes.count {
      let head = bytes[start]
      // A first bit that is always 0, four of a type, then whether one more byte follows, and a size.
      guard head < 0x80, head & 2 != 0 else { return nil }
      var position = start + (head & 4 != 0 ? 2 : 1)
      var size = 0
      for shift in stride(from: 0, to: 56, by: 7) where position < bytes.count {
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
