/// The brands in the `ftyp` box that files of the ISO base media format begin with: HEIF, AVIF, MP4 and others.
struct FileBrands {
  private var brands: [FourBytes] = []

  /// The most brands that are looked at.
  private static let maximum = 32

  init(_ bytes: Span<UInt8>, at start: Int = 0) {
    guard bytes.has("ftyp", at: start + 4) else { return }
    // A size of 1 says that the size follows, in eight bytes; 0, that the box is all there is.
    let size = Int(bytes.bigEndian32(at: start))
    let isLong = size == 1
    let length = isLong ? Int(bytes.bigEndian32(at: start + 12)) : size == 0 ? bytes.count : size
    let major = start + (isLong ? 16 : 8)
    brands.append(FourBytes(bytes.bigEndian32(at: major)))
    // The major brand, a version, and the compatible brands.
    for place in stride(from: major + 8, to: min(start + length, bytes.count), by: 4)
      .prefix(Self.maximum)
    {
      brands.append(FourBytes(bytes.bigEndian32(at: place)))
    }
  }

  /// Whether there is such a box at all.
  var isMedia: Bool { !brands.isEmpty }

  /// The major brand.
  var major: FourBytes? { brands.first }

  func hasAny(_ wanted: Set<FourBytes>) -> Bool { brands.contains { wanted.contains($0) } }
}

/// The boxes that files of the ISO base media format consist of.
package enum MediaBoxes {
  /// Calls `body` with the type of each box and where it lies, until it returns `false`.
  ///
  /// - Parameter range: Where the boxes lie; `nil` for all of the bytes.
  private static func visit(
    _ bytes: Span<UInt8>, within range: Range<Int>? = nil,
    _ body: (_ type: FourBytes, _ box: Range<Int>) -> Bool
  ) {
    var position = range?.lowerBound ?? 0
    let end = range?.upperBound ?? bytes.count
    while position + 8 <= end {
      var size = Int(bytes.bigEndian32(at: position))
      // 1: the size follows, in eight bytes. 0: up to the end.
      if size == 1, bytes.bigEndian32(at: position + 8) == 0 {
        size = Int(bytes.bigEndian32(at: position + 12))
      } else if size == 0 {
        size = end - position
      }
      guard size >= 8, size <= end - position,
        body(FourBytes(bytes.bigEndian32(at: position + 4)), position..<position + size)
      else { return }
      position += size
    }
  }

  /// Where the contents of the boxes of a type lie.
  ///
  /// - Parameter range: Where the boxes lie; `nil` for all of the bytes.
  static func contents(
    of type: FourBytes, in bytes: Span<UInt8>, within range: Range<Int>? = nil
  ) -> [Range<Int>] {
    var found: [Range<Int>] = []
    visit(bytes, within: range) { other, box in
      if other == type, box.count > 8 { found.append(box.dropFirst(8)) }
      return true
    }
    return found
  }

  /// Where the contents of the first box of a type lie, inside another's.
  static func box(
    _ type: FourBytes, in parent: Range<Int>, of bytes: Span<UInt8>
  ) -> Range<Int>? {
    contents(of: type, in: bytes, within: parent).first
  }

  /// All boxes inside another, with their headers.
  static func all(
    in bytes: Span<UInt8>, within parent: Range<Int>
  ) -> [(type: FourBytes, box: Range<Int>)] {
    var found: [(type: FourBytes, box: Range<Int>)] = []
    visit(bytes, within: parent) { type, box in
      found.append((type, box))
      return found.count < MediaItems.maximum
    }
    return found
  }

  /// Where the boxes of some types that the file begins with end.
  static func end(of bytes: Span<UInt8>, among known: Set<FourBytes>) -> Int? {
    var end: Int?
    visit(bytes) { type, box in
      // A second beginning is that of another file.
      guard known.contains(type), type != "ftyp" || end.map({ $0 < 13 }) ?? true else {
        return false
      }
      end = box.upperBound
      return true
    }
    return end
  }

  /// The types of a file's boxes.
  package static func types(in bytes: Span<UInt8>) -> Set<FourBytes> {
    var types: Set<FourBytes> = []
    visit(bytes) { type, _ in
      types.insert(type)
      return true
    }
    return types
  }

  /// Where the last of the boxes that a picture has ends; a telephone puts its video into one of its own.
  package static func end(of bytes: Span<UInt8>) -> Int? {
    end(
      of: bytes,
      among: [
        "ftyp", "meta", "mdat", "moov", "free", "skip", "uuid", "idat", "wide", "styp", "pdin",
      ])
  }
}
