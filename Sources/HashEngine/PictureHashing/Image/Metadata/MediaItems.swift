/// Where a HEIF or AVIF file keeps its items: coded pictures, metadata and others. Nothing in it is trusted.
///
/// Specification: ISO/IEC 14496-12, 8.11.3 "The Item Location Box".
package struct MediaItems {
  /// Where the box lies, behind its version and flags.
  private let table: Range<Int>?
  private let version: UInt8
  /// Where the data of items lie that are kept in the box of metadata.
  private let inner: Range<Int>?

  /// - Parameter bytes: The whole file.
  package init(in bytes: Span<UInt8>) {
    // Boxes that have a version are `meta` and `iloc`: four bytes.
    let meta = MediaBoxes.contents(of: "meta", in: bytes).first { $0.count > 4 }.map {
      $0.dropFirst(4)
    }
    let location = Self.box("iloc", in: meta, of: bytes).flatMap { $0.count > 4 ? $0 : nil }
    table = location.map { $0.dropFirst(4) }
    version = location.map { bytes[$0.lowerBound] } ?? 0
    inner = Self.box("idat", in: meta, of: bytes)
  }

  private static func box(
    _ type: FourBytes, in parent: Range<Int>?, of bytes: Span<UInt8>
  ) -> Range<Int>? {
    guard let parent else { return nil }
    let found = MediaBoxes.contents(of: type, in: bytes.extracting(parent)).first
    return found.map { parent.lowerBound + $0.lowerBound..<parent.lowerBound + $0.upperBound }
  }

  /// The first bytes of each item.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - length: The most bytes of one.
  ///   - maximum: The most items.
  package func starts(
    in bytes: Span<UInt8>, _ length: Int, maximum: Int
  ) -> [[UInt8]] {
    guard let table else { return [] }
    let rows = bytes.extracting(table)
    var position = 0
    /// The next number of up to eight bytes; 0 past the end, and for one that has no place in an `Int`.
    func next(_ size: Int) -> Int {
      var number: UInt64 = 0
      for _ in 0..<size {
        number = number << 8 | (position < rows.count ? UInt64(rows[position]) : 0)
        position += 1
      }
      return Int(exactly: number) ?? 0
    }
    let sizes = next(2)
    let (offsetSize, lengthSize) = (sizes >> 12, sizes >> 8 & 15)
    let (baseSize, indexSize) = (sizes >> 4 & 15, version > 0 ? sizes & 15 : 0)
    guard [offsetSize, lengthSize, baseSize, indexSize].allSatisfy({ [0, 4, 8].contains($0) })
    else { return [] }
    let items = next(version < 2 ? 2 : 4)
    var found: [[UInt8]] = []
    for _ in 0..<min(items, maximum) where position < rows.count {
      _ = next(version < 2 ? 2 : 4)
      let method = version > 0 ? next(2) & 15 : 0
      _ = next(2)
      let base = next(baseSize)
      var start: [UInt8] = []
      for _ in 0..<next(2) where position < rows.count {
        _ = next(indexSize)
        let (offset, extent) = (next(offsetSize), next(lengthSize))
        start += part(bytes, method, base, offset, extent, most: length - start.count)
      }
      found.append(start)
    }
    return found
  }

  /// A part of an item; nothing if it lies outside.
  private func part(
    _ bytes: Span<UInt8>, _ method: Int, _ base: Int, _ offset: Int, _ count: Int, most: Int
  ) -> [UInt8] {
    // 0: offsets in the file. 1: in the box of metadata.
    guard let room = method == 0 ? bytes.indices : method == 1 ? inner : nil else { return [] }
    let (place, overflow) = base.addingReportingOverflow(offset)
    guard !overflow, place >= 0, place < room.count, most > 0 else { return [] }
    let start = room.lowerBound + place
    // A length of 0 means up to the end.
    let end = min(room.upperBound, start + min(most, count > 0 ? count : most))
    return bytes.extracting(start..<end).withUnsafeBufferPointer { Array($0) }
  }
}
