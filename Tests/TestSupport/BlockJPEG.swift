/// A grey JPEG whose blocks of 8×8 pixels have one tone each: as large as a test needs it, with the detail of a
/// picture that has a pixel for each block. Baseline, or progressive with all of its scans.
public struct BlockJPEG: Sendable {
  /// A tone for each block.
  public let tones: PaintedPicture

  public init(_ tones: PaintedPicture) { self.tones = tones }

  /// Pixels, eight times those of the tones.
  public var width: Int { 8 * tones.width }
  public var height: Int { 8 * tones.height }

  /// The file.
  public func bytes(isProgressive: Bool) -> [UInt8] {
    var bytes: [UInt8] = [0xFF, 0xD8]
    // A step of eight for the mean, so that a tone is one number; the others are never there.
    bytes += segment(0xDB, [0] + [8] + [UInt8](repeating: 1, count: 63))
    let size = [height >> 8, height & 255, width >> 8, width & 255].map { UInt8($0) }
    bytes += segment(isProgressive ? 0xC2 : 0xC0, [8] + size + [1, 1, 0x11, 0])
    // Twelve codes of four bits: how many bits a difference has.
    bytes += segment(
      0xC4, [0x00, 0, 0, 0, 12] + [UInt8](repeating: 0, count: 12) + (0..<12).map { UInt8($0) })
    // One code, the bit 0: the block ends here.
    bytes += segment(0xC4, [0x10, 1] + [UInt8](repeating: 0, count: 15) + [0x00])
    if isProgressive {
      bytes += segment(0xDA, [1, 1, 0, 0, 0, 0]) + entropy(endsBlocks: false)
      for band: (first: UInt8, last: UInt8) in [(1, 2), (3, 5), (6, 63)] {
        bytes += segment(0xDA, [1, 1, 0, band.first, band.last, 0])
        bytes += packed([UInt8](repeating: 0, count: tones.pixels.count))
      }
    } else {
      bytes += segment(0xDA, [1, 1, 0, 0, 63, 0]) + entropy(endsBlocks: true)
    }
    return bytes + [0xFF, 0xD9]
  }

  /// The tones as differences from block to block.
  private func entropy(endsBlocks: Bool) -> [UInt8] {
    var bits: [UInt8] = []
    var before = 0
    for tone in tones.pixels {
      let difference = Int(tone) - 128 - before
      before += difference
      let size = Int.bitWidth - abs(difference).leadingZeroBitCount
      for bit in [3, 2, 1, 0] { bits.append(UInt8(size >> bit & 1)) }
      // A negative one is written as one less, in as many bits.
      let value = difference < 0 ? difference + (1 << size) - 1 : difference
      for bit in (0..<size).reversed() { bits.append(UInt8(value >> bit & 1)) }
      if endsBlocks { bits.append(0) }
    }
    return packed(bits)
  }

  /// Bits as bytes, filled up with ones; a zero behind each byte of ones.
  private func packed(_ bits: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(bits.count / 8 + 1)
    for start in stride(from: 0, to: bits.count, by: 8) {
      var byte: UInt8 = 0
      for place in start..<start + 8 { byte = byte << 1 | (place < bits.count ? bits[place] : 1) }
      bytes.append(byte)
      if byte == 0xFF { bytes.append(0) }
    }
    return bytes
  }

  private func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
    let length = body.count + 2
    return [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + body
  }
}
