/// A hash compared by Hamming distance: how many bits differ.
public protocol BinaryHash: Hashable, Sendable, LosslessStringConvertible {
  /// Bits of the hash, a multiple of 64.
  static var bitCount: Int { get }

  /// Bits that differ, from 0 to ``bitCount``.
  func distance(to other: Self) -> Int

  /// The hash as `bitCount / 8` bytes, in the order of its text.
  var bytes: [UInt8] { get }

  /// - Parameter bytes: Exactly `bitCount / 8` of them, in the order of the text; else `nil`.
  init?(bytes: Span<UInt8>)
}

extension BinaryHash {
  /// Bytes of the hash.
  @inlinable public static var byteCount: Int { bitCount / 8 }

  /// Lower-case hexadecimal, two digits a byte.
  public var description: String { hexText(bytes) }

  /// Strict: exactly two hexadecimal digits a byte, either case, nothing else. (The reference's
  /// parser accepts blanks, signs and `0x`, and then reads a different hash from the one written.)
  public init?(_ description: String) {
    guard let bytes = hexBytes(description.utf8, count: Self.byteCount) else { return nil }
    self.init(bytes: bytes.span)
  }
}

/// Lower-case hexadecimal, two digits a byte.
package func hexText(_ bytes: some Collection<UInt8>) -> String {
  // Two bytes of room for each of `bytes`, and that many written.
  String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
    var end = 0
    for byte in bytes {
      text[end] = hexDigit(byte >> 4)
      text[end + 1] = hexDigit(byte & 15)
      end += 2
    }
    return end
  }
}

private func hexDigit(_ value: UInt8) -> UInt8 {
  value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

/// What a hexadecimal digit of either case stands for.
package func hexValue(_ digit: UInt8) -> UInt8? {
  switch digit {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
  default: nil
  }
}

/// The bytes a text of exactly `2 * bytes` hexadecimal digits stands for, eight to a word, the first
/// highest; else `nil`. At most 32 bytes.
package func hexWords(
  _ text: some Collection<UInt8>, bytes: Int
) -> (UInt64, UInt64, UInt64, UInt64)? {
  guard bytes <= 32, text.count == 2 * bytes else { return nil }
  if let words = text.withContiguousStorageIfAvailable({ hexWords(inBuffer: $0) }) { return words }
  return Array(text).withUnsafeBufferPointer { hexWords(inBuffer: $0) }
}

/// What each byte stands for as a hexadecimal digit, 0xFF for one that is none.
private let hexValues: [UInt8] = (0...255).map { hexValue($0) ?? 0xFF }

private func hexWords(
  inBuffer text: UnsafeBufferPointer<UInt8>
) -> (UInt64, UInt64, UInt64, UInt64)? {
  var isWrong: UInt8 = 0
  let values = hexValues
  func word(_ start: Int) -> UInt64 {
    var word: UInt64 = 0
    let end = min(start + 16, text.count)
    guard start < end else { return 0 }
    for position in start..<end {
      let value = values[Int(text[position])]
      isWrong |= value
      word = word << 4 | UInt64(value & 15)
    }
    return word << UInt64(4 * (start + 16 - end))
  }
  let words = (word(0), word(16), word(32), word(48))
  return isWrong < 16 ? words : nil
}

/// The bytes a text of exactly `2 * count` hexadecimal digits stands for, else `nil`.
package func hexBytes(_ text: some Collection<UInt8>, count: Int) -> [UInt8]? {
  guard text.count == 2 * count else { return nil }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count)
  var high: UInt8?
  for digit in text {
    guard let value = hexValue(digit) else { return nil }
    if let first = high {
      bytes.append(first << 4 | value)
      high = nil
    } else {
      high = value
    }
  }
  return bytes
}
