/// Puts a record together: fixed-width numbers in big-endian order (so that keys sort as numbers),
/// texts behind their length.
///
/// One function for each width, none of them generic: imports write hundreds of millions of numbers, and only what is
/// not generic is fast when it is called from another module.
package struct RecordWriter {
  /// The most bytes that a text may have.
  package static let longestText = Int(UInt16.max)

  package private(set) var bytes: [UInt8] = []

  package init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Empties it, to be filled anew.
  package mutating func clear() { bytes.removeAll(keepingCapacity: true) }

  package mutating func append(_ number: UInt8) { bytes.append(number) }
  package mutating func append(_ number: UInt16) { append(bigEndian: number) }
  package mutating func append(_ number: UInt32) { append(bigEndian: number) }
  package mutating func append(_ number: UInt64) { append(bigEndian: number) }

  private mutating func append(bigEndian number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// A text of more than ``longestText`` bytes is cut.
  package mutating func append(_ text: String) {
    let part = text.utf8.prefix(Self.longestText)
    append(UInt16(part.count))
    bytes.append(contentsOf: part)
  }

  package mutating func append(raw: [UInt8]) { bytes.append(contentsOf: raw) }
  package mutating func append(raw: String.UTF8View) { bytes.append(contentsOf: raw) }
}

/// Takes a record apart; every part is `nil` once the bytes run out.
package struct RecordReader {
  private var rest: ArraySlice<UInt8>

  package init(_ bytes: RawSpan) {
    rest = bytes.withUnsafeBytes { Array($0) }[...]
  }

  package var isAtEnd: Bool { rest.isEmpty }

  /// Bytes that are left.
  package var count: Int { rest.count }

  package mutating func raw(_ count: Int) -> [UInt8]? {
    guard count >= 0, count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  package mutating func uint8() -> UInt8? { number() }
  package mutating func uint16() -> UInt16? { number() }
  package mutating func uint32() -> UInt32? { number() }
  package mutating func uint64() -> UInt64? { number() }

  package mutating func text() -> String? {
    guard let count = uint16(), let bytes = raw(Int(count)) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func number<N: FixedWidthInteger>() -> N? {
    guard rest.count >= N.bitWidth / 8 else { return nil }
    defer { rest = rest.dropFirst(N.bitWidth / 8) }
    return rest.prefix(N.bitWidth / 8).reduce(0) { $0 << 8 | N(truncatingIfNeeded: $1) }
  }
}
