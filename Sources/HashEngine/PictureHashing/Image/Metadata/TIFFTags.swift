/// The directories of a TIFF: what EXIF data consists of, and a TIFF picture too. Nothing in it is trusted.
struct TIFFTags {
  /// A tag of a directory.
  struct Tag {
    let number: Int
    /// 1 byte, 2 text, 3 short, 4 long; there are more.
    let type: Int
    let count: Int
    /// Where its value lies, or the offset of the value if that is longer than four bytes.
    fileprivate let position: Int
  }

  /// The most tags that are looked at in a directory.
  private static let maximumTags = 4096

  private let bounds: Range<Int>
  private let isLittle: Bool
  /// Where the first directory lies, counted from the TIFF's beginning.
  let first: Int

  /// - Parameter bounds: Where the TIFF lies in `bytes`.
  init?(_ bytes: Span<UInt8>, in bounds: Range<Int>) {
    guard bounds.count >= 8, bounds.lowerBound >= 0, bounds.upperBound <= bytes.count else {
      return nil
    }
    self.bounds = bounds
    isLittle = bytes.has("II", at: bounds.lowerBound)
    guard isLittle || bytes.has("MM", at: bounds.lowerBound) else { return nil }
    let (bounds, isLittle) = (self.bounds, self.isLittle)
    func number(at offset: Int, size: Int) -> Int {
      Self.number(bytes, in: bounds, isLittle: isLittle, at: offset, size: size) ?? 0
    }
    guard number(at: 2, size: 2) == 42 else { return nil }
    first = number(at: 4, size: 4)
  }

  /// Calls `body` with each tag of a directory, until it returns `false`.
  ///
  /// - Returns: Where the next directory lies; `nil` at the end, and after an early stop.
  @discardableResult
  func visit(_ bytes: Span<UInt8>, directory: Int, _ body: (Tag) -> Bool) -> Int? {
    guard let count = number(bytes, at: directory, size: 2) else { return nil }
    for index in 0..<min(count, Self.maximumTags) {
      let position = directory + 2 + 12 * index
      guard let tag = number(bytes, at: position, size: 2),
        let type = number(bytes, at: position + 2, size: 2),
        let values = number(bytes, at: position + 4, size: 4)
      else { return nil }
      guard body(Tag(number: tag, type: type, count: values, position: position + 8)) else {
        return nil
      }
    }
    let next = number(bytes, at: directory + 2 + 12 * count, size: 4)
    return next.flatMap { $0 > 0 ? $0 : nil }
  }

  /// The number that a tag holds: of its first value, a short or a long one.
  func number(_ bytes: Span<UInt8>, of tag: Tag) -> Int? {
    switch tag.type {
    case 3: number(bytes, at: tag.position, size: 2)
    case 4: number(bytes, at: tag.position, size: 4)
    default: nil
    }
  }

  /// Where the bytes of a tag's value lie, of types 1 and 7 (bytes); `nil` if they reach outside.
  func range(_ bytes: Span<UInt8>, of tag: Tag) -> Range<Int>? {
    guard [1, 7].contains(tag.type), tag.count > 4,
      let offset = number(bytes, at: tag.position, size: 4)
    else {
      return nil
    }
    return range(offset: offset, count: tag.count)
  }

  /// The number of four bytes at a place in `bytes`, in this TIFF's order.
  func long(_ bytes: Span<UInt8>, at place: Int) -> UInt32 {
    isLittle ? bytes.littleEndian32(at: place) : bytes.bigEndian32(at: place)
  }

  /// A part of the TIFF as a range of the bytes it lies in; `nil` if it reaches outside.
  func range(offset: Int, count: Int) -> Range<Int>? {
    guard offset >= 0, count > 0, offset <= bounds.count, count <= bounds.count - offset else {
      return nil
    }
    return bounds.lowerBound + offset..<bounds.lowerBound + offset + count
  }

  private func number(_ bytes: Span<UInt8>, at offset: Int, size: Int) -> Int? {
    Self.number(bytes, in: bounds, isLittle: isLittle, at: offset, size: size)
  }

  private static func number(
    _ bytes: Span<UInt8>, in bounds: Range<Int>, isLittle: Bool, at offset: Int, size: Int
  ) -> Int? {
    guard offset >= 0, offset <= bounds.count - size else { return nil }
    let start = bounds.lowerBound + offset
    return (0..<size).reduce(0) { $0 << 8 | Int(bytes[start + (isLittle ? size - 1 - $1 : $1)]) }
  }
}
