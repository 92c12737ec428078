internal import CLCMS

/// Rows of pixels before their colours are converted.
package struct ColourForm: Hashable {
  package enum Channels: Hashable {
    case grey
    case rgb
    /// Inks as Adobe's files and browsers have them: 0 is all ink.
    case invertedCMYK
  }

  let channels: Channels
  let hasAlpha: Bool
  /// Whether a number has two bytes, in the machine's order, rather than one.
  let isWide: Bool

  package init(_ channels: Channels, hasAlpha: Bool = false, isWide: Bool = false) {
    self.channels = channels
    self.hasAlpha = hasAlpha
    self.isWide = isWide
  }

  /// Bytes a pixel.
  var stride: Int {
    let numbers =
      switch channels {
      case .grey: 1
      case .rgb: 3
      case .invertedCMYK: 4
      }
    return (numbers + (hasAlpha ? 1 : 0)) * (isWide ? 2 : 1)
  }

  fileprivate var code: cmsUInt32Number {
    switch (channels, hasAlpha, isWide) {
    case (.grey, false, false): clcms_grey_8
    case (.grey, true, false): clcms_grey_alpha_8
    case (.grey, false, true): clcms_grey_16
    case (.grey, true, true): clcms_grey_alpha_16
    case (.rgb, false, false): clcms_rgb_8
    case (.rgb, true, false): clcms_rgba_8
    case (.rgb, false, true): clcms_rgb_16
    case (.rgb, true, true): clcms_rgba_16
    case (.invertedCMYK, _, _): clcms_cmyk_8_inverted
    }
  }

  /// The same with red, green and blue for grey.
  fileprivate var inColour: ColourForm {
    ColourForm(channels == .grey ? .rgb : channels, hasAlpha: hasAlpha, isWide: isWide)
  }
}

/// Turns the numbers of a picture into those of sRGB, as browsers do before they show it.
package final class ColourConversion {
  private let profile: ColourProfile
  private let transform: cmsHTRANSFORM
  private let form: ColourForm
  /// Whether grey is spread to red, green and blue first.
  private let spreads: Bool

  /// - Parameter form: The pixels to convert; they become RGB, or RGBA, of a byte each. The profile must fit them.
  /// - Throws: ``ImageError`` `unsupported` for a profile that Little CMS cannot use.
  init(
    from profile: ColourProfile, _ form: ColourForm, isOptimised: Bool = true
  ) throws(ImageError) {
    spreads = form.channels == .grey && profile.space == .rgb
    self.form = form
    self.profile = profile
    let flags =
      cmsUInt32Number(cmsFLAGS_NOCACHE)
      | (form.hasAlpha ? cmsUInt32Number(cmsFLAGS_COPY_ALPHA) : 0)
      | (isOptimised ? 0 : cmsUInt32Number(cmsFLAGS_NOOPTIMIZE))
    guard let sRGB = ColourProfile.sRGB,
      let transform = cmsCreateTransform(
        profile.handle, (spreads ? form.inColour : form).code, sRGB.handle,
        form.hasAlpha ? clcms_rgba_8 : clcms_rgb_8, cmsUInt32Number(INTENT_PERCEPTUAL), flags)
    else { throw ImageError(.unsupported, "its colour profile cannot be used") }
    self.transform = transform
  }

  deinit { cmsDeleteTransform(transform) }

  /// The same conversion, for pixels of another form.
  ///
  /// - Throws: ``ImageError`` `unsupported`.
  func of(_ form: ColourForm) throws(ImageError) -> ColourConversion {
    form == self.form ? self : try ColourConversion(from: profile, form)
  }

  /// Converts whole pixels.
  ///
  /// - Parameter out: Replaced by as many pixels of sRGB.
  func convert(_ pixels: Span<UInt8>, into out: inout [UInt8]) {
    let count = pixels.count / form.stride
    let size = count * (form.hasAlpha ? 4 : 3)
    if out.count != size { out = [UInt8](repeating: 0, count: size) }
    guard spreads else { return run(pixels, count, &out) }
    let wide = spread(pixels, count)
    run(wide.span, count, &out)
  }

  /// Whole pixels, converted.
  package func converted(_ pixels: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    convert(pixels.span, into: &out)
    return out
  }

  private func run(_ pixels: Span<UInt8>, _ count: Int, _ out: inout [UInt8]) {
    pixels.withUnsafeBufferPointer { pixels in
      out.withUnsafeMutableBufferPointer { out in
        // `count` pixels lie in both.
        cmsDoTransform(transform, pixels.baseAddress, out.baseAddress, UInt32(count))
      }
    }
  }

  private func spread(_ pixels: Span<UInt8>, _ count: Int) -> [UInt8] {
    let size = form.isWide ? 2 : 1
    let stride = form.stride
    var wide: [UInt8] = []
    wide.reserveCapacity(count * (stride + 2 * size))
    for pixel in 0..<count {
      let start = pixel * stride
      for _ in 0..<2 {
        for byte in 0..<size { wide.append(pixels[start + byte]) }
      }
      for byte in 0..<stride { wide.append(pixels[start + byte]) }
    }
    return wide
  }
}

extension ColourConversion {
  /// Whether 16 bits make a difference: browsers cut them to 8, but for colours in tables.
  var usesWideNumbers: Bool { form.channels == .rgb && profile.isICC }

  /// How far a colour's luma may move before a picture is shown otherwise than it is stored.
  private static let tolerance = 8

  /// What came of a file's colours: most files' profiles are a few well-known ones.
  private enum Finding: Sendable {
    case asStored
    case converted(ColourProfile)
    case failed(ImageError)
  }

  private struct Key: Hashable, Sendable {
    let source: ColourSource
    let space: ColourProfile.Space
  }

  private static let findings = Memo<Key, Finding>(maximum: 64)
  /// Profiles of more bytes are not remembered.
  private static let maximumKey = 1 << 14

  /// The conversion that a picture needs; `nil` when its numbers are sRGB's or near them.
  ///
  /// A profile without tables is near sRGB if no tone, and no step of any primary colour, moves by more than
  /// eight of 255 levels of luma. One with tables never is.
  /// - Throws: ``ImageError`` when a browser may show colours that this program does not understand.
  static func needed(
    by source: ColourSource?, _ form: ColourForm
  ) throws(ImageError) -> ColourConversion? {
    guard let source else { return nil }
    let space: ColourProfile.Space =
      switch form.channels {
      case .grey: .grey
      case .rgb: .rgb
      case .invertedCMYK: .cmyk
      }
    let key = Key(source: source, space: space)
    let found =
      if case .icc(let bytes) = source, bytes.count > maximumKey {
        finding(key)
      } else {
        findings.value(for: key) { finding($0) }
      }
    switch found {
    case .asStored: return nil
    case .converted(let profile): return try ColourConversion(from: profile, form)
    case .failed(let error): throw error
    }
  }

  private static func finding(_ key: Key) -> Finding {
    do throws(ImageError) {
      // Browsers ignore a profile of another kind than the picture, but for greys in a colour's space.
      guard let profile = try ColourProfile.of(key.source),
        profile.space == key.space || key.space == .grey && profile.space == .rgb
      else { return .asStored }
      return try isNearSRGB(profile, key.space) ? .asStored : .converted(profile)
    } catch {
      return .failed(error)
    }
  }

  private static func isNearSRGB(
    _ profile: ColourProfile, _ space: ColourProfile.Space
  ) throws(ImageError) -> Bool {
    guard space != .cmyk, !profile.hasTables else { return false }
    let form = ColourForm(space == .grey ? .grey : .rgb)
    let conversion = try ColourConversion(from: profile, form, isOptimised: false)
    var probes: [UInt8] = []
    for tone in UInt8.min...UInt8.max {
      if space == .grey {
        probes.append(tone)
      } else {
        probes += [tone, tone, tone, tone, 0, 0, 0, tone, 0, 0, 0, tone]
      }
    }
    var shown: [UInt8] = []
    conversion.convert(probes.span, into: &shown)
    let channels = space == .grey ? 1 : 3
    return (0..<shown.count / 3).allSatisfy { pixel in
      let stored = (0..<3).map { Int(probes[pixel * channels + $0 % channels]) }
      let seen = (0..<3).map { Int(shown[pixel * 3 + $0]) }
      return abs(luma(stored) - luma(seen)) <= tolerance
    }
  }

  private static func luma(_ rgb: [Int]) -> Int {
    (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000
  }
}
