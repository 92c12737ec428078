/// What a HEIF or AVIF file says of its items: coded pictures, derived ones, metadata. Nothing in it is trusted.
///
/// Specification: ISO/IEC 14496-12, 8.11; ISO/IEC 23008-12, 9.3 for properties.
package struct MediaItems {
  /// The number of an item.
  package typealias ID = Int

  /// The most items, references and associations that are read.
  static let maximum = 1 << 16

  /// The item that is shown.
  package private(set) var primary: ID?
  private var types: [ID: FourBytes] = [:]
  private var references: [FourBytes: [ID: [ID]]] = [:]
  /// What is said of each item, in its order: types and where the contents lie.
  private var properties: [ID: [(type: FourBytes, content: Range<Int>)]] = [:]
  let locations: MediaLocations

  /// - Parameter bytes: The whole file.
  package init(in bytes: Span<UInt8>) {
    // Boxes with a version have four bytes of it and of flags.
    let meta = MediaBoxes.contents(of: "meta", in: bytes).first { $0.count > 4 }?.dropFirst(4)
    locations = MediaLocations(in: bytes, meta: meta)
    guard let meta else { return }
    if let box = MediaBoxes.box("pitm", in: meta, of: bytes) {
      var reader = MediaReader(bytes, box)
      let version = reader.version()
      primary = reader.number(bytes, version == 0 ? 2 : 4)
    }
    readTypes(bytes, meta)
    readReferences(bytes, meta)
    readProperties(bytes, meta)
  }

  /// An item's type: `av01`, `hvc1`, `grid`; `nil` for an item that is not declared.
  package func type(of id: ID) -> FourBytes? { types[id] }

  /// Items of a type.
  package func items(of type: FourBytes) -> [ID] {
    types.filter { $0.value == type }.map(\.key).sorted()
  }

  /// What a derived picture is made of.
  package func sources(of id: ID) -> [ID] { references["dimg"]?[id] ?? [] }

  /// The items that go with another: its alpha channel, its maps.
  package func auxiliary(of id: ID) -> [ID] {
    (references["auxl"] ?? [:]).filter { $0.value.contains(id) }.map(\.key).sorted()
  }

  /// Where the content of an item's first property of a type lies.
  package func property(_ type: FourBytes, of id: ID) -> Range<Int>? {
    properties[id]?.first { $0.type == type }?.content
  }

  private static let transformTypes: Set<FourBytes> = ["irot", "imir", "clap"]

  /// The turns and crops of an item, as bytes that can be compared.
  package func transforms(of id: ID, in bytes: Span<UInt8>) -> [[UInt8]] {
    (properties[id] ?? []).filter { Self.transformTypes.contains($0.type) }.map { property in
      bytes.extracting(property.content).withUnsafeBufferPointer {
        [UInt8](property.type) + $0.prefix(64)
      }
    }
  }

  // MARK: Reading

  private mutating func readTypes(_ bytes: Span<UInt8>, _ meta: Range<Int>) {
    guard let box = MediaBoxes.box("iinf", in: meta, of: bytes) else { return }
    var reader = MediaReader(bytes, box)
    let version = reader.version()
    _ = reader.number(bytes, version == 0 ? 2 : 4)
    for entry in MediaBoxes.contents(of: "infe", in: bytes, within: reader.rest).prefix(
      Self.maximum)
    {
      var reader = MediaReader(bytes, entry)
      // Older versions have no types.
      let version = reader.version()
      guard version >= 2 else { continue }
      let id = reader.number(bytes, version == 2 ? 2 : 4)
      _ = reader.number(bytes, 2)
      types[id] = FourBytes(UInt32(truncatingIfNeeded: reader.number(bytes, 4)))
    }
  }

  private mutating func readReferences(_ bytes: Span<UInt8>, _ meta: Range<Int>) {
    guard let box = MediaBoxes.box("iref", in: meta, of: bytes) else { return }
    var reader = MediaReader(bytes, box)
    let size = reader.version() == 0 ? 2 : 4
    var count = 0
    for type in ["dimg", "auxl"] as [FourBytes] {
      for entry in MediaBoxes.contents(of: type, in: bytes, within: reader.rest) {
        var reader = MediaReader(bytes, entry)
        let from = reader.number(bytes, size)
        for _ in 0..<reader.number(bytes, 2) where count < Self.maximum && !reader.rest.isEmpty {
          references[type, default: [:]][from, default: []].append(reader.number(bytes, size))
          count += 1
        }
      }
    }
  }

  private mutating func readProperties(_ bytes: Span<UInt8>, _ meta: Range<Int>) {
    guard let box = MediaBoxes.box("iprp", in: meta, of: bytes),
      let container = MediaBoxes.box("ipco", in: box, of: bytes)
    else { return }
    let known = MediaBoxes.all(in: bytes, within: container)
    for entry in MediaBoxes.contents(of: "ipma", in: bytes, within: box) {
      var reader = MediaReader(bytes, entry)
      let (version, flags) = reader.versionAndFlags(bytes)
      let size = flags & 1 != 0 ? 2 : 1
      var count = 0
      for _ in 0..<reader.number(bytes, 4) where !reader.rest.isEmpty && count < Self.maximum {
        let id = reader.number(bytes, version == 0 ? 2 : 4)
        for _ in 0..<reader.number(bytes, 1) where !reader.rest.isEmpty {
          count += 1
          // The highest bit says whether a reader must understand it.
          let index = reader.number(bytes, size) & (size == 1 ? 0x7F : 0x7FFF)
          guard known.indices.contains(index - 1) else { continue }
          let property = known[index - 1]
          properties[id, default: []].append((property.type, property.box.dropFirst(8)))
        }
      }
    }
  }
}

/// Reads numbers in big-endian order, one after the other; past the end they are 0.
struct MediaReader {
  /// What is left.
  private(set) var rest: Range<Int>
  private let bytesVersion: UInt8

  init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    rest = range
    bytesVersion = range.isEmpty ? 0 : bytes[range.lowerBound]
  }

  /// The version that a box begins with; skips the flags behind it.
  mutating func version() -> UInt8 {
    rest = rest.dropFirst(4)
    return bytesVersion
  }

  mutating func versionAndFlags(_ bytes: Span<UInt8>) -> (version: UInt8, flags: Int) {
    let number = number(bytes, 4)
    return (bytesVersion, number & 0xFF_FFFF)
  }

  /// The next number of up to eight bytes; 0 for one that has no place in an `Int`.
  mutating func number(_ bytes: Span<UInt8>, _ size: Int) -> Int {
    var number: UInt64 = 0
    for offset in 0..<size {
      let place = rest.lowerBound + offset
      number =
        number << 8 | (place < rest.upperBound && place < bytes.count ? UInt64(bytes[place]) : 0)
    }
    rest = rest.dropFirst(size)
    return Int(exactly: number) ?? 0
  }
}

/// Where a HEIF or AVIF file keeps the data of its items.
///
/// Specification: ISO/IEC 14496-12, 8.11.3 "The Item Location Box".
struct MediaLocations {
  private struct Location {
    let method: Int
    /// Offsets and lengths; a length of 0 means up to the end.
    var extents: [(offset: Int, count: Int)]
  }

  private var locations: [MediaItems.ID: Location] = [:]
  /// Where the data of items lies that are kept in the box of metadata.
  private var inner: Range<Int>?

  init(in bytes: Span<UInt8>, meta: Range<Int>?) {
    guard let meta, let box = MediaBoxes.box("iloc", in: meta, of: bytes) else { return }
    inner = MediaBoxes.box("idat", in: meta, of: bytes)
    var reader = MediaReader(bytes, box)
    let version = reader.version()
    let sizes = reader.number(bytes, 2)
    let (offsetSize, lengthSize) = (sizes >> 12, sizes >> 8 & 15)
    let (baseSize, indexSize) = (sizes >> 4 & 15, version > 0 ? sizes & 15 : 0)
    guard [offsetSize, lengthSize, baseSize, indexSize].allSatisfy({ [0, 4, 8].contains($0) })
    else { return }
    var extents = 0
    for _ in 0..<reader.number(bytes, version < 2 ? 2 : 4) where !reader.rest.isEmpty {
      let id = reader.number(bytes, version < 2 ? 2 : 4)
      let method = version > 0 ? reader.number(bytes, 2) & 15 : 0
      _ = reader.number(bytes, 2)
      let base = reader.number(bytes, baseSize)
      var location = Location(method: method, extents: [])
      for _ in 0..<reader.number(bytes, 2) where !reader.rest.isEmpty {
        guard extents < MediaItems.maximum else { return }
        extents += 1
        _ = reader.number(bytes, indexSize)
        let (offset, count) = (reader.number(bytes, offsetSize), reader.number(bytes, lengthSize))
        let (place, overflow) = base.addingReportingOverflow(offset)
        if !overflow { location.extents.append((place, count)) }
      }
      locations[id] = location
    }
  }

  /// The first bytes of an item's data.
  ///
  /// - Parameters:
  ///   - bytes: The whole file.
  ///   - most: How many.
  func start(of id: MediaItems.ID, in bytes: Span<UInt8>, most: Int) -> [UInt8] {
    guard let location = locations[id],
      // 0: offsets in the file. 1: in the box of metadata.
      let room = location.method == 0 ? bytes.indices : location.method == 1 ? inner : nil
    else { return [] }
    var start: [UInt8] = []
    for (offset, count) in location.extents where start.count < most {
      guard offset >= 0, offset < room.count else { continue }
      let place = room.lowerBound + offset
      let wanted = most - start.count
      let end = min(room.upperBound, place + min(wanted, count > 0 ? count : wanted))
      bytes.extracting(place..<end).withUnsafeBufferPointer { start += $0 }
    }
    return start
  }
}

extension MediaItems {
  /// The first bytes of an item's data; see ``MediaLocations/start(of:in:most:)``.
  package func start(of id: ID, in bytes: Span<UInt8>, most: Int) -> [UInt8] {
    locations.start(of: id, in: bytes, most: most)
  }
}
