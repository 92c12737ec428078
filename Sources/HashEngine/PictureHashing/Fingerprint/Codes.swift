// Numbers that stand for enumerations in binary forms. They never change, so that stored data stays readable.

/// A case's number is its place, counted from 1, in a list to which cases are only ever appended.
private func number<Value: Equatable>(of value: Value, in cases: [Value]) -> UInt8 {
  UInt8((cases.firstIndex(of: value) ?? -1) + 1)
}

private func value<Value>(_ number: UInt8, in cases: [Value]) -> Value? {
  number > 0 && number <= cases.count ? cases[Int(number) - 1] : nil
}

extension ImageFormat {
  private static let coded: [ImageFormat] = [
    .jpeg, .png, .webp, .gif, .bmp, .ico, .heif, .avif, .jxl, .tiff,
  ]

  package var code: UInt8 { number(of: self, in: Self.coded) }
  package init?(code: UInt8) {
    guard let format = value(code, in: Self.coded) else { return nil }
    self = format
  }
}

extension PicturePart {
  /// 0 for the main picture, the number of another one, and the largest for a thumbnail.
  package var code: UInt16 {
    switch self {
    case .main: 0
    case .picture(let number): UInt16(clamping: min(number, 0xFFFE))
    case .thumbnail: .max
    }
  }

  package init?(code: UInt16) {
    switch code {
    case 0: self = .main
    case 1: return nil
    case .max: self = .thumbnail
    default: self = .picture(Int(code))
    }
  }
}

extension Effort {
  private static let coded: [Effort] = [.exact, .standard, .thorough]

  package var code: UInt8 { number(of: self, in: Self.coded) }
  package init?(code: UInt8) {
    guard let effort = value(code, in: Self.coded) else { return nil }
    self = effort
  }
}

extension ImageError.Code {
  private static let coded: [ImageError.Code] = [
    .unreadable, .notAFile, .empty, .notAnImage, .unsupported, .overLimit, .timeLimit, .truncated,
    .damaged, .crashed, .noWorker, .trailingData,
  ]

  package var number: UInt8 { PictureHashing.number(of: self, in: Self.coded) }
  package init?(number: UInt8) {
    guard let code = value(number, in: Self.coded) else { return nil }
    self = code
  }
}

extension HashKind {
  // Called for every hash of an import, and therefore inlinable.
  @inlinable package var code: UInt8 {
    switch self {
    case .pdq: 1
    case .phash64: 2
    case .md5: 3
    case .sha1: 4
    case .sha256: 5
    }
  }

  @inlinable package init?(code: UInt8) {
    switch code {
    case 1: self = .pdq
    case 2: self = .phash64
    case 3: self = .md5
    case 4: self = .sha1
    case 5: self = .sha256
    default: return nil
    }
  }
}
