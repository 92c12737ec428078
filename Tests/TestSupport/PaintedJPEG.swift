/// A progressive JPEG of greys that costs a decoder much and shows nothing: scan after scan goes over all of its
/// blocks without changing one.
public struct PaintedJPEG: Sendable {
  /// Pixels of a side, a multiple of 8.
  public let side: Int
  /// Scans after the first.
  public let scans: Int

  public init(side: Int, scans: Int) {
    self.side = side
    self.scans = scans
  }

  /// The file. Every coefficient comes once and is refined bit by bit, so that its scans are in order.
  public var bytes: [UInt8] {
    let blocks = side / 8 * (side / 8)
    var bytes: [UInt8] = [0xFF, 0xD8]
    bytes += Self.segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
    let size = [UInt8(side >> 8), UInt8(side & 255)]
    bytes += Self.segment(0xC2, [8] + size + size + [1, 1, 0x11, 0])
    // One code each, the bit 0: no difference; and an end of band that goes on for 2¹⁴ blocks and more.
    bytes += Self.segment(0xC4, [0x00, 1] + [UInt8](repeating: 0, count: 15) + [0x00])
    bytes += Self.segment(0xC4, [0x10, 1] + [UInt8](repeating: 0, count: 15) + [0xE0])
    bytes += Self.scan(first: 0, last: 0, before: 0, after: 13)
    bytes += [UInt8](repeating: 0, count: (blocks + 7) / 8)
    for index in 0..<scans {
      let (coefficient, step) = (UInt8(index / 14 % 63 + 1), UInt8(index % 14))
      bytes += Self.scan(
        first: coefficient, last: coefficient, before: step == 0 ? 0 : 14 - step, after: 13 - step)
      bytes += Self.emptyBlocks(blocks)
    }
    return bytes + [0xFF, 0xD9]
  }

  private static func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
    let length = body.count + 2
    return [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + body
  }

  private static func scan(first: UInt8, last: UInt8, before: UInt8, after: UInt8) -> [UInt8] {
    segment(0xDA, [1, 1, 0, first, last, before << 4 | after])
  }

  /// The code and 14 more bits for each run of blocks.
  private static func emptyBlocks(_ count: Int) -> [UInt8] {
    var bits: [UInt8] = []
    var left = count
    while left > 0 {
      let run = min(left, 32_767)
      // A shorter run than 2¹⁴ has no code here; a longer one harms nothing.
      let more = max(0, run - 16_384)
      bits.append(0)
      for bit in (0..<14).reversed() { bits.append(UInt8(more >> bit & 1)) }
      left -= max(run, 16_384)
    }
    while bits.count % 8 != 0 { bits.append(1) }
    var bytes: [UInt8] = []
    for start in stride(from: 0, to: bits.count, by: 8) {
      let byte = bits[start..<start + 8].reduce(0) { $0 << 1 | $1 }
      bytes += byte == 0xFF ? [0xFF, 0] : [byte]
    }
    return bytes
  }
}
