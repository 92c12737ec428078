/// The brands in the `ftyp` box that files of the ISO base media format begin with: HEIF, AVIF, MP4 and others.
struct FileBrands {
  private var brands: [FourBytes] = []

  /// The most brands that are looked at.
  private static let maximum = 32

  init(_ bytes: Span<UInt8>, at start: Int = 0) {
    guard bytes.has("ftyp", at: start + 4) else { return }
    let end = start + Int(bytes.bigEndian32(at: start))
    brands.append(FourBytes(bytes.bigEndian32(at: start + 8)))
    // The major brand, a version, and the compatible brands.
    for place in stride(from: start + 16, to: min(end, bytes.count), by: 4).prefix(Self.maximum) {
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
enum MediaBoxes {
  /// Where the last of the boxes that a picture has ends; a telephone puts its video into one of its own.
  static func end(of bytes: Span<UInt8>) -> Int? {
    let known: Set<FourBytes> = [
      "ftyp", "meta", "mdat", "moov", "free", "skip", "uuid", "idat", "wide", "styp", "pdin",
    ]
    var position = 0
    while position + 8 <= bytes.count,
      known.contains(FourBytes(bytes.bigEndian32(at: position + 4)))
    {
      var size = Int(bytes.bigEndian32(at: position))
      if size == 1 {
        // The size follows, in eight bytes.
        guard bytes.bigEndian32(at: position + 8) == 0 else { return nil }
        size = Int(bytes.bigEndian32(at: position + 12))
      }
      guard size >= 8, size <= bytes.count - position else { return nil }
      position += size
    }
    return position > 0 ? position : nil
  }
}
