import Testing

@testable import PictureHashing

/// What is read of a HEIF file's boxes, whatever they say.
@Suite struct MediaItemsTests {
  private static func number(_ value: Int, _ size: Int) -> [UInt8] {
    (0..<size).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  private static func box(_ type: String, _ content: [UInt8]) -> [UInt8] {
    number(8 + content.count, 4) + Array(type.utf8) + content
  }

  /// A file whose first item is a grid of the second, which is turned, in the box of metadata.
  private static let file: [UInt8] = {
    let version = [UInt8](repeating: 0, count: 4)
    func entry(_ id: Int, _ type: String) -> [UInt8] {
      box("infe", [2, 0, 0, 0] + number(id, 2) + [0, 0] + Array(type.utf8) + [0])
    }
    let locations =
      [1, 0, 0, 0, 0x44, 0x00] + number(2, 2)
      // In the box of metadata, from its third byte; and in the file, out of its bounds.
      + number(1, 2) + number(1, 2) + [0, 0] + number(1, 2) + number(2, 4) + number(3, 4)
      + number(2, 2) + number(0, 2) + [0, 0] + number(1, 2) + number(1 << 30, 4) + number(9, 4)
    let properties =
      box("ipco", box("ispe", [0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 9]) + box("irot", [1]))
      + box("ipma", version + number(1, 4) + number(2, 2) + [2, 0x81, 0x02])
    return box("ftyp", Array("avif".utf8) + [0, 0, 0, 0])
      + box(
        "meta",
        version + box("pitm", version + number(1, 2)) + box("iloc", locations)
          + box("iinf", version + number(2, 2) + entry(1, "grid") + entry(2, "av01"))
          + box("iref", version + box("dimg", number(1, 2) + number(1, 2) + number(2, 2)))
          + box("iprp", properties) + box("idat", [7, 8, 9, 10, 11]))
  }()

  @Test func itemsAreRead() {
    let items = MediaItems(in: Self.file.span)
    #expect(items.primary == 1 && items.type(of: 1) == "grid" && items.type(of: 2) == "av01")
    #expect(items.sources(of: 1) == [2] && items.sources(of: 2).isEmpty)
    #expect(items.transforms(of: 2, in: Self.file.span) == [Array("irot".utf8) + [1]])
    #expect(items.transforms(of: 1, in: Self.file.span).isEmpty)
    #expect(items.start(of: 1, in: Self.file.span, most: 100) == [9, 10, 11])
    #expect(items.start(of: 1, in: Self.file.span, most: 2) == [9, 10])
    #expect(items.start(of: 2, in: Self.file.span, most: 100).isEmpty)
  }

  /// No byte makes it read outside, or run on.
  @Test func anyByteAnother() {
    for place in Self.file.indices {
      for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
        var bytes = Self.file
        bytes[place] = value
        let items = MediaItems(in: bytes.span)
        for id in 0..<4 {
          #expect(items.start(of: id, in: bytes.span, most: 50).count <= 50)
          _ = items.transforms(of: id, in: bytes.span)
        }
        let cut = MediaItems(in: bytes.span.extracting(first: place))
        #expect(cut.sources(of: 1).count <= 1 << 16)
      }
    }
  }
}
