#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A point in time, to the second, with the text forms that lists and journals use.
public struct Timestamp: Sendable, Hashable {
  /// Since 1970, in UTC.
  public let seconds: Int

  /// - Parameter seconds: Since 1970, in UTC.
  public init(seconds: Int) { self.seconds = seconds }

  /// The present moment.
  public static var now: Timestamp { Timestamp(seconds: time(nil)) }

  /// Reads ISO 8601 as sources write it (date, or date and time; fraction of a second and offset may
  /// follow; without an offset UTC), or a number of seconds. `nil` for anything else.
  public init?(_ text: some StringProtocol) {
    guard let seconds = Self.seconds(of: text) else { return nil }
    self.seconds = seconds
  }

  private static func seconds(of text: some StringProtocol) -> Int? {
    let bytes = Array(text.utf8)
    let isDate = bytes.count > 4 && bytes[4] == UInt8(ascii: "-")
    if !isDate, let number = Double(text) { return Int(exactly: number.rounded(.down)) }
    guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let day = number(bytes[8..<10]), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    var parts = tm()
    parts.tm_year = Int32(year - 1900)
    parts.tm_mon = Int32(month - 1)
    parts.tm_mday = Int32(day)
    guard isDay(parts) else { return nil }
    guard bytes.count > 10 else { return timegm(&parts) }
    guard bytes.count >= 19, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let hour = number(bytes[11..<13]), let minute = number(bytes[14..<16]),
      let second = number(bytes[17..<19]), hour < 24, minute < 60, second <= 60
    else { return nil }
    parts.tm_hour = Int32(hour)
    parts.tm_min = Int32(minute)
    parts.tm_sec = Int32(second)
    var rest = bytes[19...]
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst().drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
    guard let offset = offset(rest) else { return nil }
    return timegm(&parts) - offset
  }

  /// Whether there is such a day; the C library takes the 31st of November for the 1st of December.
  private static func isDay(_ parts: tm) -> Bool {
    var same = parts
    _ = timegm(&same)
    return same.tm_mday == parts.tm_mday && same.tm_mon == parts.tm_mon
  }

  /// Seconds ahead of UTC, from an empty text, `Z`, `UTC`, `+01`, `+0100` or `+01:00`; `nil` for anything else.
  private static func offset(_ text: ArraySlice<UInt8>) -> Int? {
    guard let sign = text.first, text != [UInt8(ascii: "Z")] else { return 0 }
    if [" UTC", " GMT", "UTC", "GMT", " Z"].contains(where: { text.elementsEqual($0.utf8) }) {
      return 0
    }
    var digits = text.dropFirst().filter { $0 != UInt8(ascii: ":") }
    // Databases write whole hours alone.
    if digits.count == 2 { digits += [UInt8(ascii: "0"), UInt8(ascii: "0")] }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), digits.count == 4,
      let hours = number(digits[0..<2]), let minutes = number(digits[2..<4])
    else { return nil }
    return (sign == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
  }
}

extension Timestamp: Comparable {
  public static func < (a: Timestamp, b: Timestamp) -> Bool { a.seconds < b.seconds }
}

extension Timestamp: CustomStringConvertible {
  /// As `2026-11-25T10:00:00Z`.
  public var description: String {
    Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601)
  }
}

extension Timestamp: Codable {
  /// From the text that ``description`` gives.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let time = Timestamp(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a time")
    }
    self = time
  }

  /// As ``description``.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
