internal import CLCMS

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// What a picture's numbers mean as colours, by Little CMS.
///
/// `@unchecked`: the handle is not changed after it was made, and Little CMS locks what it reads on demand.
final class ColourProfile: @unchecked Sendable {
  /// What its numbers stand for.
  enum Space: Sendable, Hashable {
    case grey
    case rgb
    case cmyk
  }

  let space: Space
  /// Whether it maps colours by tables, in which any colour may differ from its neighbours.
  let hasTables: Bool
  /// Which of its tables counts: the perceptual ones, or else the relative ones, before curves and primaries.
  let intent: UInt32
  /// Whether it came as a profile, and not as a few numbers.
  let isICC: Bool
  let handle: cmsHPROFILE

  private init?(_ handle: cmsHPROFILE?, isICC: Bool = false) {
    guard let handle else { return nil }
    switch cmsGetColorSpace(handle) {
    case cmsSigGrayData: space = .grey
    case cmsSigRgbData: space = .rgb
    case cmsSigCmykData: space = .cmyk
    default:
      cmsCloseProfile(handle)
      return nil
    }
    let hasPerceptual = cmsIsTag(handle, cmsSigAToB0Tag) != 0
    let hasRelative = cmsIsTag(handle, cmsSigAToB1Tag) != 0
    hasTables = hasPerceptual || hasRelative
    intent = UInt32(
      hasRelative && !hasPerceptual ? INTENT_RELATIVE_COLORIMETRIC : INTENT_PERCEPTUAL)
    self.handle = handle
    self.isICC = isICC
  }

  deinit { cmsCloseProfile(handle) }

  /// sRGB, which browsers show pictures in.
  static let sRGB: ColourProfile? = {
    let handle = cmsCreate_sRGBProfile()
    // For one of version 4 Little CMS moves the darkest colour to black, and takes number 0 for the darkest. Browsers do
    // neither.
    if let handle { cmsSetProfileVersion(handle, 2.1) }
    return ColourProfile(handle)
  }()

  /// The profile that a file means; `nil` for what browsers do not take for one either.
  ///
  /// - Throws: ``ImageError`` `unsupported` for one that browsers may understand and this program does not.
  static func of(_ source: ColourSource) throws(ImageError) -> ColourProfile? {
    switch source {
    case .icc(let bytes): return try profile(icc: bytes)
    case .gamma(let gamma, let primaries):
      return rgb(curve: cmsBuildGamma(nil, 1 / gamma), primaries)
    case .codePoints(let primaries, let transfer):
      return try profile(primaries: primaries, transfer: transfer)
    }
  }

  // MARK: ICC

  /// Whether browsers take these bytes for a profile. They ignore one that is cut, and of a version to come.
  static func isProfile(_ bytes: [UInt8]) -> Bool {
    // Its length, version and signature lie at 0, 8 and 36 of a header of 128 bytes; the number of tags follows.
    guard bytes.count >= 132, bytes.span.has("acsp", at: 36), bytes[8] <= 4 else { return false }
    // The light it is made for lies at 68: D50, or no browser takes it.
    let light = (0..<3).map {
      Double(Int32(bitPattern: bytes.span.bigEndian32(at: 68 + 4 * $0))) / 65536
    }
    return (132...bytes.count).contains(Int(bytes.span.bigEndian32(at: 0)))
      && zip(light, [0.9642, 1, 0.8249]).allSatisfy { abs($0 - $1) <= 0.01 }
  }

  /// Whether a profile is for greys only, or for inks: browsers ignore it in a picture of colours.
  static func isForOthers(_ bytes: [UInt8], isGrey: Bool) -> Bool {
    bytes.span.has("CMYK", at: 16) || !isGrey && bytes.span.has("GRAY", at: 16)
  }

  private static func profile(icc bytes: [UInt8]) throws(ImageError) -> ColourProfile? {
    guard bytes.count <= ColourSource.maximumProfile else {
      throw ImageError(.overLimit, "its colour profile is too large")
    }
    guard isProfile(bytes) else { return nil }
    let handle = bytes.withUnsafeBytes { bytes in
      // Little CMS copies the bytes.
      cmsOpenProfileFromMem(bytes.baseAddress, UInt32(bytes.count))
    }
    guard let profile = ColourProfile(handle, isICC: true) else {
      throw ImageError(.unsupported, "its colour profile cannot be read")
    }
    // Tables of a newer kind, which browsers do not know and Little CMS prefers.
    let newer = [cmsSigDToB0Tag, cmsSigDToB1Tag, cmsSigDToB2Tag, cmsSigDToB3Tag]
    guard !newer.contains(where: { cmsIsTag(profile.handle, $0) != 0 }) else {
      throw ImageError(.unsupported, "its colour profile has tables of a kind that is not used")
    }
    guard let (primaries, transfer) = codePoints(in: profile) else { return profile }
    return try self.profile(primaries: primaries, transfer: transfer)
  }

  /// The code points that newer profiles name instead (`cicp`).
  private static func codePoints(
    in profile: ColourProfile
  ) -> (primaries: UInt8, transfer: UInt8)? {
    // Its type, four bytes of 0, and the points.
    var tag = [UInt8](repeating: 0, count: 12)
    let name = cmsTagSignature(rawValue: 0x6369_6370)
    guard cmsReadRawTag(profile.handle, name, &tag, UInt32(tag.count)) >= 10 else { return nil }
    return (tag[8], tag[9])
  }

  // MARK: PNG's own ways

  /// Where sRGB's white and primaries lie: x and y, in turn white, red, green, blue.
  private static let primariesOfSRGB = [0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06]

  /// - Parameter curve: From stored numbers to light; it is freed.
  private static func rgb(
    curve: OpaquePointer?, _ primaries: [Double]?
  ) -> ColourProfile? {
    guard let curve else { return nil }
    defer { cmsFreeToneCurve(curve) }
    let place = primaries ?? primariesOfSRGB
    guard place.count == 8 else { return nil }
    func point(_ index: Int) -> cmsCIExyY {
      cmsCIExyY(x: place[2 * index], y: place[2 * index + 1], Y: 1)
    }
    var white = point(0)
    var colours = cmsCIExyYTRIPLE(Red: point(1), Green: point(2), Blue: point(3))
    var curves: [OpaquePointer?] = [curve, curve, curve]
    return ColourProfile(cmsCreateRGBProfile(&white, &colours, &curves))
  }

  /// Primaries of ITU-T H.273, table 2, in the order of ``primariesOfSRGB``.
  private static func place(ofPrimaries code: UInt8) -> [Double]? {
    let d65 = [0.3127, 0.3290]
    switch code {
    case 1: return primariesOfSRGB
    case 4: return [0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08]
    case 5: return d65 + [0.64, 0.33, 0.29, 0.60, 0.15, 0.06]
    case 6, 7: return d65 + [0.630, 0.340, 0.310, 0.595, 0.155, 0.070]
    case 9: return d65 + [0.708, 0.292, 0.170, 0.797, 0.131, 0.046]
    case 11: return [0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060]
    case 12: return d65 + [0.680, 0.320, 0.265, 0.690, 0.150, 0.060]
    default: return nil
    }
  }

  /// Whether browsers know these code points.
  static func knows(primaries: UInt8, transfer: UInt8) -> Bool {
    place(ofPrimaries: primaries) != nil && (1...18).contains(transfer)
      && ![2, 3, 9, 10, 12].contains(transfer)
  }

  private static func profile(
    primaries: UInt8, transfer: UInt8
  ) throws(ImageError) -> ColourProfile? {
    // From numbers to light: exponent, and the line near black (see Little CMS on parametric curves).
    let curve: OpaquePointer?
    switch transfer {
    case 1, 6, 11, 14, 15:
      curve = cmsBuildParametricToneCurve(
        nil, 4, [1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081])
    case 13:
      curve = cmsBuildParametricToneCurve(
        nil, 4, [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045])
    case 4: curve = cmsBuildGamma(nil, 2.2)
    case 5: curve = cmsBuildGamma(nil, 2.8)
    case 7:
      curve = cmsBuildParametricToneCurve(
        nil, 4, [1 / 0.45, 1 / 1.1115, 0.1115 / 1.1115, 0.25, 0.0912])
    case 8: curve = cmsBuildGamma(nil, 1)
    case 16, 18:
      throw ImageError(.unsupported, "its colours are of high dynamic range (PQ or HLG)")
    default: curve = nil
    }
    guard let curve, let place = place(ofPrimaries: primaries) else {
      throw ImageError(.unsupported, "its colours are of an unknown kind")
    }
    return rgb(curve: curve, place)
  }
}
