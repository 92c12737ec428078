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
  public static var byteCount: Int { bitCount / 8 }

  /// Lower-case hexadecimal, two digits a byte.
  public var description: String { hexText(bytes) }

  /// Strict: exactly two hexadecimal digits a byte, either case, nothing else. (The reference's
  /// parser lets blanks, signs and `0x` through and reads another hash than is written.)
  public init?(_ description: String) {
    guard let bytes = hexBytes(description.utf8, count: Self.byteCount) else { return nil }
    self.init(bytes: bytes.span)
  }
}

/// Lower-case hexadecimal, two digits a byte.
package func hexText(_ bytes: some Sequence<UInt8>) -> String {
  let digits = Array("0123456789abcdef".utf8)
  return String(
    decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}

/// The bytes a text of exactly `2 * count` hexadecimal digits stands for, else `nil`.
package func hexBytes(_ text: some Collection<UInt8>, count: Int) -> [UInt8]? {
  guard text.count == 2 * count else { return nil }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count)
  var high: UInt8?
  for character in text {
    let digit: UInt8
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = character - UInt8(ascii: "A") + 10
    default: return nil
    }
    if let first = high {
      bytes.append(first << 4 | digit)
      high = nil
    } else {
      high = digit
    }
  }
  return bytes
}
