/// Puts a record together: fixed-width numbers in big-endian order (so that keys sort as numbers),
/// texts behind their length.
package struct RecordWriter {
  /// Bytes of a text at the most.
  @inlinable package static var longestText: Int { Int(UInt16.max) }

  @usableFromInline package internal(set) var bytes: [UInt8] = []

  @inlinable package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Empties it, to be filled anew.
  @inlinable package mutating func clear() { bytes.removeAll(keepingCapacity: true) }

  @inlinable package mutating func append(_ number: some FixedWidthInteger & UnsignedInteger) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// A text of more than ``longestText`` bytes is cut.
  @inlinable package mutating func append(_ text: String) {
    let part = text.utf8.prefix(Self.longestText)
    append(UInt16(part.count))
    bytes.append(contentsOf: part)
  }

  @inlinable package mutating func append(raw: some Sequence<UInt8>) {
    bytes.append(contentsOf: raw)
  }
}

/// Takes a record apart; every part is `nil` once the bytes run out.
package struct RecordReader {
  @usableFromInline internal var rest: ArraySlice<UInt8>

  @inlinable package init(_ bytes: RawSpan) {
    rest = bytes.withUnsafeBytes { Array($0) }[...]
  }

  @inlinable package var isAtEnd: Bool { rest.isEmpty }

  /// Bytes that are left.
  @inlinable package var count: Int { rest.count }

  @inlinable package mutating func raw(_ count: Int) -> [UInt8]? {
    guard count >= 0, count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  @inlinable package mutating func uint8() -> UInt8? { number() }
  @inlinable package mutating func uint16() -> UInt16? { number() }
  @inlinable package mutating func uint32() -> UInt32? { number() }
  @inlinable package mutating func uint64() -> UInt64? { number() }

  @inlinable package mutating func text() -> String? {
    guard let count = uint16(), let bytes = raw(Int(count)) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  @inlinable internal mutating func number<N: FixedWidthInteger>() -> N? {
    guard rest.count >= N.bitWidth / 8 else { return nil }
    defer { rest = rest.dropFirst(N.bitWidth / 8) }
    return rest.prefix(N.bitWidth / 8).reduce(0) { $0 << 8 | N(truncatingIfNeeded: $1) }
  }
}
