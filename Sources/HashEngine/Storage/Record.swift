/// Puts a record together: fixed-width numbers in big-endian order (so that keys sort as numbers),
/// texts behind their length.
struct RecordWriter {
  /// Bytes of a text at the most.
  static let longestText = Int(UInt16.max)

  private(set) var bytes: [UInt8] = []

  init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

  /// Empties it, to be filled anew.
  mutating func clear() { bytes.removeAll(keepingCapacity: true) }

  mutating func append(_ number: some FixedWidthInteger & UnsignedInteger) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }

  /// A text of more than ``longestText`` bytes is cut.
  mutating func append(_ text: String) {
    let part = text.utf8.prefix(Self.longestText)
    append(UInt16(part.count))
    bytes.append(contentsOf: part)
  }

  mutating func append(raw: some Sequence<UInt8>) { bytes.append(contentsOf: raw) }
}

/// Takes a record apart; every part is `nil` once the bytes run out.
struct RecordReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: RawSpan) { rest = bytes.withUnsafeBytes { Array($0) }[...] }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func raw(_ count: Int) -> [UInt8]? {
    guard count >= 0, count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  mutating func uint8() -> UInt8? { number() }
  mutating func uint16() -> UInt16? { number() }
  mutating func uint32() -> UInt32? { number() }
  mutating func uint64() -> UInt64? { number() }

  mutating func text() -> String? {
    guard let count = uint16(), let bytes = raw(Int(count)) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func number<N: FixedWidthInteger>() -> N? {
    guard rest.count >= N.bitWidth / 8 else { return nil }
    defer { rest = rest.dropFirst(N.bitWidth / 8) }
    return rest.prefix(N.bitWidth / 8).reduce(0) { $0 << 8 | N(truncatingIfNeeded: $1) }
  }
}
