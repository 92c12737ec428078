/// What a picture's EXIF data says of how it is shown. Malformed metadata is treated as missing: it does not
/// make the picture damaged.
package struct EXIF {
  /// The turns that its segments ask for, each once, in their order. Most pictures have one at most.
  private(set) var turns: [Orientation] = []
  /// Whether it says where the picture was taken.
  package private(set) var hasLocation = false
  /// Where the small picture lies that comes with it, a JPEG.
  private(set) var thumbnail: Range<Int>?

  /// How a browser turns the picture.
  var orientation: Orientation { turns.first ?? .asStored }

  /// The most segments that are looked at.
  private static let maximumSegments = 16

  package init() {}

  /// Reads the EXIF data of a picture.
  init(of bytes: Span<UInt8>, format: ImageFormat) {
    let segments = Codecs.codec(for: format)?.exif(in: bytes) ?? []
    for tiff in segments.prefix(Self.maximumSegments) {
      read(bytes, in: tiff)
    }
    // Its decoder turns the picture, and asks no EXIF data.
    if format == .jxl { turns = [] }
  }

  /// What follows the header of EXIF data in a JPEG, and in some other files; `nil` where there is none.
  static func afterHeader(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
    guard range.count >= 6, bytes.has("Exif\0\0", at: range.lowerBound) else { return nil }
    return range.lowerBound + 6..<range.upperBound
  }

  /// Reads EXIF data that lies in `bounds`, where it begins with a TIFF's header.
  package mutating func read(_ bytes: Span<UInt8>, in bounds: Range<Int>) {
    guard let tags = TIFFTags(bytes, in: bounds) else { return }
    var turn: Orientation?
    var gps: Int?
    let second = tags.visit(bytes, directory: tags.first) { tag in
      switch tag.number {
      case 0x0112 where tag.type == 3 && tag.count == 1 && turn == nil:
        turn = tags.number(bytes, of: tag).flatMap { Orientation(rawValue: $0) }
      case 0x8825: gps = tags.number(bytes, of: tag)
      default: break
      }
      return true
    }
    if let gps {
      // Its second tag is the latitude.
      tags.visit(bytes, directory: gps) { tag in
        if tag.number == 2 { hasLocation = true }
        return !hasLocation
      }
    }
    if let turn, !turns.contains(turn) { turns.append(turn) }
    guard let second, thumbnail == nil else { return }
    var place: (offset: Int?, count: Int?)
    tags.visit(bytes, directory: second) { tag in
      if tag.number == 0x0201 { place.offset = tags.number(bytes, of: tag) }
      if tag.number == 0x0202 { place.count = tags.number(bytes, of: tag) }
      return true
    }
    if let offset = place.offset, let count = place.count {
      thumbnail = tags.range(offset: offset, count: count)
    }
  }
}
