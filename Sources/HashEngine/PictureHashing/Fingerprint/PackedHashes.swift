/// The perceptual hashes of a fingerprint in its binary form, read without the rest: for comparing millions.
package struct PackedHashes {
  package private(set) var pdq: [PDQHash] = []
  package private(set) var phash64: [PerceptualHash64] = []

  /// None.
  package init() {}

  /// Adds one.
  package mutating func append(_ hash: PDQHash) { pdq.append(hash) }

  /// `nil` when the bytes are not what ``Fingerprint/binary`` writes, as far as they are looked at.
  package init?(of binary: RawSpan) {
    var reader = SpanReader(binary)
    guard let frames = Self.skipToFrames(&reader) else { return nil }
    for _ in 0..<frames {
      guard reader.skip(7), let flags = reader.uint8() else { return nil }
      let isTurned = flags & 4 != 0
      if flags & 1 != 0 {
        guard let hash = reader.pdqHash(), let shown = isTurned ? reader.pdqHash() : hash,
          reader.skip(2)
        else { return nil }
        pdq.append(hash)
        if shown != hash { pdq.append(shown) }
      }
      if flags & 2 != 0 {
        guard let hash = reader.uint64(), let shown = isTurned ? reader.uint64() : hash else {
          return nil
        }
        phash64.append(PerceptualHash64(word: hash))
        if shown != hash { phash64.append(PerceptualHash64(word: shown)) }
      }
      guard let views = reader.uint16() else { return nil }
      for _ in 0..<views {
        guard let hash = reader.pdqHash(), reader.skip(1), let flags = reader.uint8(),
          reader.skip(
            (flags & 4 == 0 ? 0 : 16) + (flags & 16 == 0 ? 0 : 8) + (flags & 32 == 0 ? 0 : 8)
              + (flags & 64 == 0 ? 0 : 2))
        else { return nil }
        pdq.append(hash)
      }
    }
    guard reader.isAtEnd else { return nil }
  }

  /// Passes over what comes before the frames; returns how many they are.
  private static func skipToFrames(_ reader: inout SpanReader) -> Int? {
    guard reader.skip(4), reader.uint8() == Fingerprint.binaryVersion, reader.skip(14),
      let partial = reader.uint8()
    else { return nil }
    if partial != 0 {
      guard reader.skip(1), let text = reader.uint16(), reader.skip(Int(text)) else { return nil }
    }
    guard let marks = reader.uint8() else { return nil }
    if marks & 2 != 0 {
      guard let type = reader.uint16(), reader.skip(Int(type)) else { return nil }
    }
    guard let digests = reader.uint8() else { return nil }
    for _ in 0..<digests {
      guard let kind = reader.uint8().flatMap({ HashKind(code: $0) }), reader.skip(kind.byteCount)
      else { return nil }
    }
    return reader.uint32().map { Int($0) }
  }
}

/// Reads numbers where they lie, in big-endian order; `nil` once the bytes run out.
private struct SpanReader: ~Escapable {
  private let bytes: RawSpan
  private var position = 0

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.byteCount }

  mutating func skip(_ count: Int) -> Bool {
    guard count <= bytes.byteCount - position else { return false }
    position += count
    return true
  }

  mutating func uint8() -> UInt8? { number() }
  mutating func uint16() -> UInt16? { number() }
  mutating func uint32() -> UInt32? { number() }
  mutating func uint64() -> UInt64? { number() }

  mutating func pdqHash() -> PDQHash? {
    guard let first = uint64(), let second = uint64(), let third = uint64(),
      let fourth = uint64()
    else { return nil }
    return PDQHash(words: SIMD4(fourth, third, second, first))
  }

  private mutating func number<N: FixedWidthInteger & BitwiseCopyable>() -> N? {
    let start = position
    guard skip(N.bitWidth / 8) else { return nil }
    // Within the bytes, as was just checked; a number is good whatever its bits.
    return N(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start, as: N.self))
  }
}
