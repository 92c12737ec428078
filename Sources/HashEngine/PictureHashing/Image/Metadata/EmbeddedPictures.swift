/// A picture that lies within the file of another one.
struct EmbeddedPicture {
  let part: PicturePart
  let content: Range<Int>
}

/// What a file holds besides the picture that a browser shows: other pictures (of a camera with two lenses, a gain
/// map, a thumbnail), and what was put behind it.
struct EmbeddedPictures {
  private(set) var pictures: [EmbeddedPicture] = []
  /// The media type of what lies behind the picture and is no picture itself; `nil` for nothing.
  private(set) var trailing: String?

  /// The most pictures that are looked for.
  private static let maximum = 16

  /// - Parameter thumbnail: Where EXIF says that the thumbnail lies.
  init(in bytes: Span<UInt8>, format: ImageFormat, thumbnail: Range<Int>?) {
    var found = format == .jpeg ? Self.multiPictureFormat(bytes) : []
    let codec = Codecs.codec(for: format)
    if var end = codec?.end(of: bytes) {
      // Pictures one behind the other, and the places that the file names itself.
      while let start = Self.content(of: bytes, from: end) {
        let rest = bytes.extracting(start..<bytes.count)
        let named = found.first { $0.contains(start) }
        guard found.count < Self.maximum, let format = ImageFormat(sniffing: rest) else {
          guard let named else {
            trailing = Self.mediaType(of: rest)
            break
          }
          end = named.upperBound
          continue
        }
        let length = Codecs.codec(for: format)?.end(of: rest) ?? rest.count
        if named == nil { found.append(start..<start + length) }
        end = max(start + length, start + 1)
      }
    }
    let sorted = found.sorted { $0.lowerBound < $1.lowerBound }
    pictures = sorted.prefix(Self.maximum).enumerated().map {
      EmbeddedPicture(part: .picture($0.offset + 2), content: $0.element)
    }
    if let thumbnail { pictures.append(EmbeddedPicture(part: .thumbnail, content: thumbnail)) }
  }

  /// Where something begins behind the picture's end: padding is nothing.
  private static func content(of bytes: Span<UInt8>, from end: Int) -> Int? {
    guard end >= 0, end < bytes.count else { return nil }
    let start = (end..<bytes.count).first {
      ![0, 0xFF, 0x20, 0x0A, 0x0D].contains(bytes[$0]) || beginsJPEG(bytes, $0)
    }
    guard let start else { return nil }
    // Some formats begin with zeros, which look like padding.
    let earlier = (max(end, start - 4)..<start).first {
      ImageFormat(sniffing: bytes.extracting($0..<bytes.count)) != nil
    }
    return earlier ?? start
  }

  private static func beginsJPEG(_ bytes: Span<UInt8>, _ place: Int) -> Bool {
    bytes.has([0xFF, 0xD8, 0xFF], at: place)
  }

  /// Where a JPEG says that others lie: their places are counted from the index's own.
  ///
  /// Specification: CIPA DC-007, Multi-Picture Format.
  private static func multiPictureFormat(_ bytes: Span<UInt8>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    JPEGSegments.visit(bytes) { marker, content in
      guard marker == 0xE2, bytes.has("MPF\0", at: content.lowerBound) else { return true }
      let bounds = content.lowerBound + 4..<content.upperBound
      guard let tags = TIFFTags(bytes, in: bounds) else { return false }
      tags.visit(bytes, directory: tags.first) { tag in
        // A table of 16 bytes each: attributes, size, place, and two that depend on it.
        guard tag.number == 0xB002, let table = tags.range(bytes, of: tag) else { return true }
        for entry in stride(from: table.lowerBound, to: table.upperBound - 15, by: 16)
          .prefix(maximum)
        {
          let size = Int(tags.long(bytes, at: entry + 4))
          let place = Int(tags.long(bytes, at: entry + 8))
          let start = bounds.lowerBound + place
          // The first picture's place is 0.
          guard place > 0, start < bytes.count, beginsJPEG(bytes, start) else { continue }
          let range = start..<min(bytes.count, start + max(size, 1))
          if !found.contains(where: { $0.lowerBound == start }) { found.append(range) }
        }
        return false
      }
      return false
    }
    return found
  }

  /// How far behind padding the signature of a video may lie.
  private static let searched = 4096

  private static func mediaType(of bytes: Span<UInt8>) -> String {
    let types: [(StaticString, String)] = [
      ("PK", "application/zip"), ("Rar!", "application/vnd.rar"),
      ("7z", "application/x-7z-compressed"),
      ("%PDF", "application/pdf"), ("<", "text/html"), ("OggS", "application/ogg"),
      ("RIFF", "video/x-msvideo"),
    ]
    if let type = types.first(where: { bytes.has($0.0, at: 0) }) { return type.1 }
    if bytes.has([0x1A, 0x45, 0xDF, 0xA3], at: 0) { return "video/webm" }
    let places = 0..<min(searched, max(0, bytes.count - 8))
    if places.contains(where: { bytes.has("ftyp", at: $0) }) { return "video/mp4" }
    return "application/octet-stream"
  }
}
