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
}

/// Turns the numbers of a picture into those of sRGB, as browsers do before they show it.
package final class ColourConversion {
  private let profile: ColourProfile
  private let form: ColourForm
  /// `nil` for greys, which are looked up.
  private let transform: cmsHTRANSFORM?
  /// Red, green and blue of each grey; empty for colours.
  private let greys: [UInt8]

  /// - Parameters:
  ///   - form: The pixels to convert; they become RGB, or RGBA, of a byte each. The profile must fit them. Greys
  ///     have one byte.
  ///   - isOptimised: Whether Little CMS may prepare tables, which pays for many pixels only.
  /// - Throws: ``ImageError`` `unsupported` for a profile that Little CMS cannot use.
  init(
    from profile: ColourProfile, _ form: ColourForm, isOptimised: Bool = true
  ) throws(ImageError) {
    self.profile = profile
    self.form = form
    if form.channels == .grey {
      transform = nil
      greys = try Self.greys(of: profile)
    } else {
      // Tables of ours would smooth those of the profile, in which any colour may differ from its neighbours.
      transform = try Self.transform(
        from: profile, form, isOptimised: isOptimised && !profile.hasTables && !form.isWide)
      greys = []
    }
  }

  deinit { if let transform { cmsDeleteTransform(transform) } }

  private static func transform(
    from profile: ColourProfile, _ form: ColourForm, isOptimised: Bool
  ) throws(ImageError) -> cmsHTRANSFORM {
    let flags =
      (form.hasAlpha ? cmsUInt32Number(cmsFLAGS_COPY_ALPHA) : 0)
      | (isOptimised ? 0 : cmsUInt32Number(cmsFLAGS_NOOPTIMIZE))
    guard let sRGB = ColourProfile.sRGB,
      let transform = cmsCreateTransform(
        profile.handle, form.code, sRGB.handle, form.hasAlpha ? clcms_rgba_8 : clcms_rgb_8,
        profile.intent, flags)
    else { throw ImageError(.unsupported, "its colour profile cannot be used") }
    return transform
  }

  /// What each grey becomes; of a profile for colours, the one of equal parts.
  private static func greys(of profile: ColourProfile) throws(ImageError) -> [UInt8] {
    let form = ColourForm(profile.space == .rgb ? .rgb : .grey)
    let transform = try transform(from: profile, form, isOptimised: false)
    defer { cmsDeleteTransform(transform) }
    let tones = (UInt8.min...UInt8.max).flatMap { [UInt8](repeating: $0, count: form.stride) }
    var greys = [UInt8](repeating: 0, count: 3 * 256)
    // 256 pixels lie in both.
    cmsDoTransform(transform, tones, &greys, 256)
    return greys
  }

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
    let channels = form.hasAlpha ? 4 : 3
    if out.count != count * channels { out = [UInt8](repeating: 0, count: count * channels) }
    guard let transform else {
      for pixel in 0..<count {
        let grey = 3 * Int(pixels[pixel * form.stride])
        for channel in 0..<3 { out[pixel * channels + channel] = greys[grey + channel] }
        if form.hasAlpha { out[pixel * channels + 3] = pixels[pixel * form.stride + 1] }
      }
      return
    }
    pixels.withUnsafeBufferPointer { pixels in
      out.withUnsafeMutableBufferPointer { out in
        // `count` pixels lie in both.
        cmsDoTransform(transform, pixels.baseAddress, out.baseAddress, UInt32(count))
      }
    }
  }

  /// Whole pixels, converted.
  package func converted(_ pixels: [UInt8]) -> [UInt8] {
    var out: [UInt8] = []
    convert(pixels.span, into: &out)
    return out
  }
}

extension ColourConversion {
  /// Whether 16 bits make a difference: browsers cut them to 8, but for colours in tables.
  var usesWideNumbers: Bool { form.channels == .rgb && profile.isICC }

  /// How far a colour's luma may move before a picture is shown otherwise than it is stored.
  private static let tolerance = 9

  /// What came of a file's colours: most files' profiles are a few well-known ones.
  private enum Finding: Sendable {
    case asStored
    /// Greys keep their contrast, and colours move besides them by this share of their chroma.
    case shifted(ColourProfile, Double)
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
  /// A profile without tables is near sRGB if no tone of grey moves by more than nine of 255 levels of luma, nor
  /// the primary colours together, and no tone jumps away from its neighbours. One with tables never is. A picture of
  /// greys stays as it is for any gentle curve.
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
    switch found(source, space) {
    case .asStored: return nil
    case .shifted(let profile, _), .converted(let profile):
      return try ColourConversion(from: profile, form)
    case .failed(let error): throw error
    }
  }

  /// How far the luma of colours moves by a profile with a gentle curve, besides what greys do, as a share of their
  /// chroma (the sum of |Cb| and |Cr|); `nil` for other profiles. Display P3, in which telephones take pictures, and
  /// Adobe RGB are of this kind: only strong colours move.
  static func shift(by source: ColourSource?) -> Double? {
    guard let source, case .shifted(_, let shift) = found(source, .rgb) else { return nil }
    return shift
  }

  private static func found(_ source: ColourSource, _ space: ColourProfile.Space) -> Finding {
    let key = Key(source: source, space: space)
    if case .icc(let bytes) = source, bytes.count > maximumKey { return finding(key) }
    return findings.value(for: key) { finding($0) }
  }

  private static func finding(_ key: Key) -> Finding {
    do throws(ImageError) {
      // Browsers ignore a profile of another kind than the picture, but for greys in a colour's space.
      guard let profile = try ColourProfile.of(key.source),
        profile.space == key.space || key.space == .grey && profile.space == .rgb
      else { return .asStored }
      return try compared(profile, key.space)
    } catch {
      return .failed(error)
    }
  }

  /// Holds a profile against sRGB.
  private static func compared(
    _ profile: ColourProfile, _ space: ColourProfile.Space
  ) throws(ImageError) -> Finding {
    guard space != .cmyk, !profile.hasTables else { return .converted(profile) }
    let form = ColourForm(space == .grey ? .grey : .rgb)
    let conversion = try ColourConversion(from: profile, form, isOptimised: false)
    // All tones of grey, and of each primary colour.
    let ramps: [[UInt8]] =
      space == .grey ? [[1]] : [[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    var greys: [Int] = []
    var (greysMoved, primariesMoved) = (0, 0)
    for (index, ramp) in ramps.enumerated() {
      let tones = (UInt8.min...UInt8.max).flatMap { tone in ramp.map { $0 * tone } }
      let shown = lumas(conversion.converted(tones), channels: 3)
      guard shown.count == 256, isSteady(shown) else { return .converted(profile) }
      let most = zip(lumas(tones, channels: ramp.count), shown).map { abs($0 - $1) }.max() ?? 0
      if index == 0 {
        (greys, greysMoved) = (shown, most)
      } else {
        // Colours mixed of the three may move by what each of them does.
        primariesMoved += most
      }
    }
    if greysMoved <= tolerance, primariesMoved <= tolerance { return .asStored }
    guard isGentle(greys) else { return .converted(profile) }
    if space == .grey { return .asStored }
    let shifts = shifts(of: conversion, besides: greys)
    guard let most = shifts.last, most <= maximumShift else { return .converted(profile) }
    // What is hidden in a few colours is drowned by the contrast that hides it; nine in ten move no farther.
    return .shifted(profile, shifts[shifts.count * 9 / 10])
  }

  /// Whether no tone has a step of its own, up or down, which makes a picture of tones that hardly differ.
  private static func isSteady(_ curve: [Int]) -> Bool {
    zip(curve, curve.dropFirst()).allSatisfy { (-1...maximumStep).contains($1 - $0) }
  }

  /// Whether a curve changes contrast nowhere to more than twice, nor to less than three eighths but in the deepest
  /// black: a hash hardly notices that, as it does not notice another exponent.
  private static func isGentle(_ curve: [Int]) -> Bool {
    zip(curve, curve.dropFirst(8)).enumerated().allSatisfy { tone, pair in
      ((tone < 16 ? 0 : 3)...16).contains(pair.1 - pair.0)
    }
  }

  /// How far the luma of colours moves besides what greys as bright do, as shares of their chroma, in ascending order.
  private static func shifts(
    of conversion: ColourConversion, besides greys: [Int]
  ) -> [Double] {
    let tones = Array(stride(from: UInt8.min, through: UInt8.max, by: 17))
    let colours = tones.flatMap { red in
      tones.flatMap { green in tones.flatMap { [red, green, $0] } }
    }
    let (before, after) = (
      lumas(colours, channels: 3), lumas(conversion.converted(colours), channels: 3)
    )
    var shifts: [Double] = []
    for (pixel, (before, after)) in zip(before, after).enumerated() {
      // ITU-T T.871: how far blue and red are from the luma.
      let chroma =
        Double(abs(Int(colours[3 * pixel + 2]) - before)) / 1.772
        + Double(abs(Int(colours[3 * pixel]) - before)) / 1.402
      guard chroma > 8, greys.indices.contains(before) else { continue }
      shifts.append(Double(abs(after - greys[before])) / chroma)
    }
    return shifts.sorted()
  }

  /// Profiles that move colours by a larger share are not told from a sample of the chroma.
  private static let maximumShift = 0.8

  /// The most levels of luma between neighbouring tones.
  private static let maximumStep = 6

  /// The lumas of pixels, rounded.
  private static func lumas(_ pixels: [UInt8], channels: Int) -> [Int] {
    stride(from: 0, to: pixels.count - channels + 1, by: channels).map { start in
      guard channels == 3 else { return Int(pixels[start]) }
      let (red, green, blue) = (
        Int(pixels[start]), Int(pixels[start + 1]), Int(pixels[start + 2])
      )
      return (299 * red + 587 * green + 114 * blue + 500) / 1000
    }
  }
}
