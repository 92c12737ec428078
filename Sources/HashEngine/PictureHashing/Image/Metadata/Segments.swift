internal import CPNG

// The parts that JPEG, PNG and WebP files consist of. Whatever does not fit ends the walk: what follows is
// for the decoders to judge.

/// The marker segments of a JPEG before its pixels.
enum JPEGSegments {
  /// Calls `body` with each segment's marker and with where its content lies, until it returns `false`.
  static func visit(
    _ bytes: Span<UInt8>, _ body: (_ marker: UInt8, _ content: Range<Int>) -> Bool
  ) {
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
      guard marker != 0xDA, marker != 0xD9 else { return }
      let end = position + 2 + (Int(bytes[position + 2]) << 8 | Int(bytes[position + 3]))
      guard end >= position + 4, end <= bytes.count else { return }
      guard body(marker, position + 4..<end) else { return }
      position = end
    }
  }
}

/// The chunks of a PNG.
enum PNGChunks {
  /// Calls `body` with each chunk's type and with where its data lies, until it returns `false`.
  ///
  /// - Returns: Where the last whole chunk that was visited ends.
  @discardableResult
  static func visit(
    _ bytes: Span<UInt8>, _ body: (_ type: FourBytes, _ data: Range<Int>) -> Bool
  ) -> Int {
    var position = 8
    while position + 12 <= bytes.count {
      let length = Int(bytes.bigEndian32(at: position))
      guard length <= bytes.count - position - 12 else { return position }
      let data = position + 8..<position + 8 + length
      let type = FourBytes(bytes.bigEndian32(at: position + 4))
      position = data.upperBound + 4
      guard body(type, data) else { return position }
    }
    return min(position, bytes.count)
  }
}

extension PNGChunks {
  /// Whether a chunk's checksum is right.
  static func isWhole(_ bytes: Span<UInt8>, _ data: Range<Int>) -> Bool {
    guard data.lowerBound >= 4, data.upperBound + 4 <= bytes.count else { return false }
    let body = bytes.extracting(data.lowerBound - 4..<data.upperBound)
    let sum = body.withUnsafeBufferPointer { cpng_checksum($0.baseAddress, $0.count) }
    return sum == bytes.bigEndian32(at: data.upperBound)
  }
}

/// The chunks of a RIFF file, which a WebP is.
enum RIFFChunks {
  /// Calls `body` with each chunk's type and with where its data lies, until it returns `false`.
  static func visit(
    _ bytes: Span<UInt8>, _ body: (_ type: FourBytes, _ data: Range<Int>) -> Bool
  ) {
    var position = 12
    while position + 8 <= bytes.count {
      let length = Int(bytes.bigEndian32(at: position + 4).byteSwapped)
      guard length <= bytes.count - position - 8 else { return }
      let data = position + 8..<position + 8 + length
      guard body(FourBytes(bytes.bigEndian32(at: position)), data) else { return }
      position = data.upperBound + length % 2
    }
  }
}

/// Four characters that name a chunk, a box or a brand.
package struct FourBytes: Hashable, ExpressibleByStringLiteral {
  let number: UInt32

  init(_ number: UInt32) { self.number = number }

  /// Only the first four bytes of the text count.
  package init(stringLiteral text: StaticString) {
    number = text.withUTF8Buffer { $0.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
  }
}

extension [UInt8] {
  /// The characters of a name.
  init(_ name: FourBytes) {
    self = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: name.number >> $0) }
  }
}

extension Span<UInt8> {
  /// The number at an offset; bytes past the end count as 0.
  package func bigEndian32(at offset: Int) -> UInt32 {
    var number: UInt32 = 0
    for index in offset..<offset + 4 {
      number = number << 8 | (indices.contains(index) ? UInt32(self[index]) : 0)
    }
    return number
  }

  /// The number at an offset in little-endian order; bytes past the end count as 0.
  func littleEndian32(at offset: Int) -> UInt32 { bigEndian32(at: offset).byteSwapped }

  /// The number at an offset in little-endian order; bytes past the end count as 0.
  func littleEndian16(at offset: Int) -> UInt16 {
    UInt16(truncatingIfNeeded: littleEndian32(at: offset))
  }

  /// Whether these very bytes lie at an offset.
  func has(_ text: StaticString, at offset: Int) -> Bool {
    text.withUTF8Buffer { has($0.span, at: offset) }
  }

  /// Whether these very bytes lie at an offset.
  func has(_ expected: [UInt8], at offset: Int) -> Bool { has(expected.span, at: offset) }

  private func has(_ expected: Span<UInt8>, at offset: Int) -> Bool {
    guard offset >= 0, expected.count <= count - offset else { return false }
    for index in expected.indices where self[offset + index] != expected[index] { return false }
    return true
  }
}
