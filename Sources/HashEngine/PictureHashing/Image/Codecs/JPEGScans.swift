#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Looks over the scans of a progressive JPEG without decoding them.
///
/// Stopping at an early scan is safe only if later scans merely refine it: decoders accept scans
/// that send a different picture, and a viewer would show that one.
enum JPEGScans {
  /// Whether each coefficient of the first component comes once, is refined bit by bit, and the file
  /// ends with its end marker.
  static func areOrderly(in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count > 4, bytes[bytes.count - 2] == 0xFF, bytes[bytes.count - 1] == 0xD9 else {
      return false
    }
    /// For each coefficient, how many low bits are still to come; `nil` before its first scan.
    var missing = [UInt8?](repeating: nil, count: 64)
    var firstComponent: UInt8?
    var position = 2
    while let marker = nextMarker(in: bytes, from: &position) {
      if marker == 0xD9 { return firstComponent != nil }
      guard position + 2 <= bytes.count else { return false }
      let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
      let end = position + length
      guard length >= 2, end <= bytes.count else { return false }
      switch marker {
      case 0xC2:
        // A second frame, or one without components, is out of order.
        guard firstComponent == nil, length >= 11 else { return false }
        firstComponent = bytes[position + 8]
      case 0xC0, 0xC1, 0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
        return false
      case 0xDA:
        guard let firstComponent,
          apply(scan: bytes[position + 2..<end], of: firstComponent, to: &missing)
        else { return false }
      default:
        break
      }
      position = end
    }
    return false
  }

  /// Where the end marker of the first picture ends; `nil` when there is none.
  static func end(of bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    var position = 2
    while let marker = nextMarker(in: bytes, from: &position) {
      if marker == 0xD9 { return position }
      guard position + 2 <= bytes.count else { return nil }
      let length = Int(bytes[position]) << 8 | Int(bytes[position + 1])
      guard length >= 2, length <= bytes.count - position else { return nil }
      position += length
    }
    return nil
  }

  /// Takes a scan's header into account; `false` when the scan is out of order.
  private static func apply(
    scan: Slice<UnsafeBufferPointer<UInt8>>, of component: UInt8, to missing: inout [UInt8?]
  ) -> Bool {
    let head = Array(scan)
    guard let count = head.first.map({ Int($0) }), head.count == 4 + 2 * count else {
      return false
    }
    let components = (0..<count).map { head[1 + 2 * $0] }
    guard components.contains(component) else { return true }
    let (first, last) = (Int(head[1 + 2 * count]), Int(head[2 + 2 * count]))
    let (before, after) = (head[3 + 2 * count] >> 4, head[3 + 2 * count] & 15)
    guard first <= last, last < 64 else { return false }
    for coefficient in first...last {
      let isFirst = missing[coefficient] == nil && before == 0
      let isNext = before > 0 && missing[coefficient] == before && after == before - 1
      guard isFirst || isNext else { return false }
      missing[coefficient] = after
    }
    return true
  }

  /// The next marker that is neither stuffing, fill nor a restart; `position` is then behind it.
  private static func nextMarker(
    in bytes: UnsafeBufferPointer<UInt8>, from position: inout Int
  ) -> UInt8? {
    guard let base = bytes.baseAddress else { return nil }
    while position + 1 < bytes.count {
      // The search ends at the last byte at the latest.
      guard let found = memchr(base + position, 0xFF, bytes.count - position) else { return nil }
      position = UnsafeRawPointer(base).distance(to: found) + 1
      guard position < bytes.count else { return nil }
      let marker = bytes[position]
      if marker == 0xFF { continue }
      position += 1
      if marker == 0x00 || marker == 0x01 || (0xD0...0xD8).contains(marker) { continue }
      return marker
    }
    return nil
  }
}
