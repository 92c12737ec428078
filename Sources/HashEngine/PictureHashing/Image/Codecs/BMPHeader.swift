/// The header of a bitmap, in a BMP or in an icon. Nothing in it is trusted.
///
/// Format: Windows' BITMAPCOREHEADER, BITMAPINFOHEADER, BITMAPV4HEADER and BITMAPV5HEADER, and OS/2's.
struct BMPHeader {
  /// How pixels are stored.
  enum Storage {
    /// Indices or colours, row by row.
    case plain
    /// Runs of indices, of so many bits, or of colours of 24.
    case runs(bits: Int)
  }

  /// The sizes that a header may have.
  static let sizes: Set<Int> = Set(16...64).union([12, 108, 124])

  let width: Int
  let height: Int
  /// Whether the first row is the top one.
  let isTopDown: Bool
  let bits: Int
  let storage: Storage
  /// For 16 and 32 bits: which bits are red, green, blue and alpha; alpha's are 0 where it counts for nothing.
  let masks: [UInt32]
  /// The colours that indices stand for; empty for pixels that are colours.
  let palette: [SIMD4<UInt8>]
  /// Where the embedded colour profile lies.
  let profile: Range<Int>?
  /// Where the pixels lie: behind the header and the palette, unless the file says otherwise.
  var pixels: Int

  /// - Parameters:
  ///   - start: Where the header begins.
  ///   - isIcon: Whether it counts the rows of a mask, too.
  /// - Throws: ``ImageError``.
  init(
    _ bytes: Span<UInt8>, at start: Int, isIcon: Bool = false, limits: DecodingLimits
  ) throws(ImageError) {
    let size = Int(bytes.littleEndian32(at: start))
    guard Self.sizes.contains(size), start + size <= bytes.count else {
      throw ImageError(.truncated, "truncated: no whole bitmap header")
    }
    let isCore = size == 12
    func long(_ offset: Int) -> Int {
      offset + 4 <= size ? Int(Int32(bitPattern: bytes.littleEndian32(at: start + offset))) : 0
    }
    width = isCore ? Int(bytes.littleEndian16(at: start + 4)) : long(4)
    let rows = isCore ? Int(bytes.littleEndian16(at: start + 6)) : long(8)
    isTopDown = rows < 0
    height = isIcon ? abs(rows) / 2 : abs(rows)
    try limits.check(width: width, height: height)
    bits = Int(bytes.littleEndian16(at: start + (isCore ? 10 : 14)))
    let compression = isCore ? 0 : long(16)
    // OS/2's second header has codes of its own, and no masks.
    let isOS2 = size == 64 || size == 16 || size > 40 && size < 52
    storage = try Self.storage(compression, bits: bits, isOS2: isOS2)

    let hasMasks = !isOS2 && (compression == 3 || compression == 6)
    let isInHeader = size >= 52
    var place = start + size
    var masks: [UInt32] = bits == 16 ? [0x7C00, 0x3E0, 0x1F, 0] : [0xFF0000, 0xFF00, 0xFF, 0]
    if hasMasks {
      // Behind a short header, or in a long one at the same place.
      let count = isInHeader ? (size >= 56 ? 4 : 3) : compression == 6 ? 4 : 3
      for index in 0..<count { masks[index] = bytes.littleEndian32(at: start + 40 + 4 * index) }
      if !isInHeader { place += 4 * count }
    } else if size >= 108, bits == 32 {
      masks[3] = bytes.littleEndian32(at: start + 52)
    } else if isIcon, bits == 32 {
      masks[3] = 0xFF00_0000
    }
    self.masks = masks

    var palette: [SIMD4<UInt8>] = []
    if bits <= 8 {
      let most = 1 << bits
      let stated = long(32)
      let entry = isCore ? 3 : 4
      let count = stated > 0 && stated <= most ? stated : most
      for index in 0..<count {
        let color = place + index * entry
        guard color + 3 <= bytes.count else { break }
        palette.append(SIMD4(bytes[color + 2], bytes[color + 1], bytes[color], 255))
      }
      // An index past the palette is black.
      palette += repeatElement(SIMD4(0, 0, 0, 255), count: 256 - palette.count)
      place += count * entry
    }
    self.palette = palette
    pixels = place

    // The profile's place is counted from the header. 0x4D424544 says that it is embedded.
    let (offset, count) = (long(112), long(116))
    let begin = start + offset
    profile =
      size == 124 && long(56) == 0x4D42_4544 && offset > 0 && count > 0 && begin < bytes.count
        && count <= bytes.count - begin ? begin..<begin + count : nil
  }

  private static func storage(
    _ compression: Int, bits: Int, isOS2: Bool
  ) throws(ImageError) -> Storage {
    switch (compression, bits) {
    case (0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (0, 24), (0, 32): return .plain
    case (3, 16), (3, 32), (6, 16), (6, 32):
      if isOS2 { break }
      return .plain
    case (1, 8): return .runs(bits: 8)
    case (2, 4): return .runs(bits: 4)
    case (4, 24) where isOS2: return .runs(bits: 24)
    default: break
    }
    throw ImageError(
      .unsupported, "unsupported BMP: \(bits) bits a pixel, compression \(compression)")
  }
}
