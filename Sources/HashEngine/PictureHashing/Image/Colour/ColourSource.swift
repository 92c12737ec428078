internal import CPNG

/// What a file says of its colours, before anybody has made sense of it.
package enum ColourSource: Hashable, Sendable {
  /// An ICC profile.
  case icc([UInt8])
  /// PNG's older way: the exponent by which light was encoded, and where the primary colours and white lie
  /// (x and y, in turn white, red, green, blue); sRGB's where there is none.
  case gamma(Double, primaries: [Double]?)
  /// Code points of ITU-T H.273: primaries, transfer characteristics.
  case codePoints(primaries: UInt8, transfer: UInt8)

  /// The most bytes that a profile may have; those of presses have some three million.
  package static let maximumProfile = 8 << 20

  /// The profile in a JPEG's APP2 segments, the first that is whole; `nil` when there is none, or its parts do not
  /// fit each other.
  ///
  /// Specification: ICC.1:2022, annex B.4.
  static func inJPEG(_ bytes: Span<UInt8>) -> ColourSource? {
    var parts: [UInt8: Range<Int>] = [:]
    var total: UInt8?
    JPEGSegments.visit(bytes) { marker, content in
      guard marker == 0xE2, content.count > 14, bytes.has("ICC_PROFILE\0", at: content.lowerBound)
      else { return true }
      let (number, count) = (bytes[content.lowerBound + 12], bytes[content.lowerBound + 13])
      guard total ?? count == count, (1...max(1, count)).contains(number), parts[number] == nil
      else {
        parts = [:]
        return false
      }
      total = count
      parts[number] = content.lowerBound + 14..<content.upperBound
      return parts.count < Int(count)
    }
    guard let total, total > 0, parts.count == Int(total) else { return nil }
    var profile: [UInt8] = []
    for number in parts.keys.sorted() {
      guard let range = parts[number] else { continue }
      bytes.extracting(range).withUnsafeBufferPointer { profile += $0 }
    }
    return .icc(profile)
  }

  /// The profile in a WebP that announces one. Browsers ignore an animation's.
  static func inWebP(_ bytes: Span<UInt8>) -> ColourSource? {
    // In the flags of the extended header: 0x20 a profile, 0x02 an animation.
    guard bytes.has("VP8X", at: 12), bytes.count > 20, bytes[20] & 0x22 == 0x20 else { return nil }
    var profile: ColourSource?
    RIFFChunks.visit(bytes) { type, data in
      guard type == "ICCP" else { return true }
      profile = .icc(bytes.extracting(data).withUnsafeBufferPointer { Array($0) })
      return false
    }
    return profile
  }

  /// What a PNG's chunks before its pixels say: of several, what the specification prefers.
  ///
  /// Specification: PNG, third edition, 4.3 "Color spaces".
  /// - Throws: ``ImageError`` `overLimit` for a profile that is too large.
  static func inPNG(_ bytes: Span<UInt8>) throws(ImageError) -> ColourSource? {
    var found: [FourBytes: Range<Int>] = [:]
    PNGChunks.visit(bytes) { type, data in
      switch type {
      case "IDAT": return false
      case "cICP", "iCCP", "sRGB", "gAMA", "cHRM":
        // Of two chunks the first counts.
        if found[type] == nil, PNGChunks.isWhole(bytes, data) { found[type] = data }
      default: break
      }
      return true
    }
    // Browsers pass over what they do not understand, to the next in this order.
    if let data = found["cICP"], let points = codePoints(bytes, data) { return points }
    if let data = found["iCCP"], let profile = try inflated(bytes, data),
      ColourProfile.isProfile(profile),
      // The kind of pixels, in the header: grey with alpha or without.
      !ColourProfile.isForOthers(profile, isGrey: [0, 4].contains(bytes.bigEndian32(at: 25) >> 24))
    {
      return .icc(profile)
    }
    if found["sRGB"] != nil { return nil }
    guard let data = found["gAMA"], data.count == 4,
      case let number = bytes.bigEndian32(at: data.lowerBound),
      number > 0
    else { return nil }
    var primaries: [Double]?
    // Browsers take these for sRGB's curve.
    if (43_182...47_727).contains(number), found["cHRM"] == nil { return nil }
    if let data = found["cHRM"], data.count == 32 {
      primaries = (0..<8).map {
        Double(bytes.bigEndian32(at: data.lowerBound + 4 * $0)) / 100_000
      }
    }
    return .gamma(Double(number) / 100_000, primaries: primaries)
  }

  /// Code points; `nil` for some that browsers do not know.
  package init?(primaries: UInt8, transfer: UInt8) {
    guard ColourProfile.knows(primaries: primaries, transfer: transfer) else { return nil }
    self = .codePoints(primaries: primaries, transfer: transfer)
  }

  /// Those of a `cICP` chunk that says red, green and blue in full range, and knows which.
  private static func codePoints(_ bytes: Span<UInt8>, _ data: Range<Int>) -> ColourSource? {
    guard data.count == 4, bytes[data.lowerBound + 2] == 0, bytes[data.lowerBound + 3] == 1 else {
      return nil
    }
    return ColourSource(primaries: bytes[data.lowerBound], transfer: bytes[data.lowerBound + 1])
  }

  /// The profile in an `iCCP` chunk, behind its name and the number of its compression.
  private static func inflated(
    _ bytes: Span<UInt8>, _ data: Range<Int>
  ) throws(ImageError) -> [UInt8]? {
    guard let end = data.prefix(81).first(where: { bytes[$0] == 0 }), end > data.lowerBound,
      end + 2 < data.upperBound, bytes[end + 1] == 0
    else { return nil }
    // Profiles shrink by a half or so; a small chunk that grows beyond measure is no profile.
    var size = 0
    var profile = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let outcome = bytes.extracting(end + 2..<data.upperBound).withUnsafeBufferPointer { packed in
        // Writes at most as many bytes as there is room for.
        cpng_inflate(packed.baseAddress, packed.count, &profile, profile.count, &size)
      }
      if outcome == CPNG_INFLATED { return Array(profile.prefix(size)) }
      guard outcome == CPNG_NO_ROOM else { return nil }
      guard profile.count < maximumProfile else {
        throw ImageError(.overLimit, "its colour profile is too large")
      }
      profile = [UInt8](repeating: 0, count: min(profile.count * 8, maximumProfile))
    }
  }
}
