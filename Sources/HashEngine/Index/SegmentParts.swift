/// The header of a segment. A segment holds the sealed hashes: they never change, and lie in the database
/// with a direct table of buckets for each band, read in place.
///
/// Table of a segment, by integer keys: 0 holds the header (see ``SegmentHeader``); all others are parts
/// of a generation (see ``SegmentPart``). Numbers in parts are in the machine's own order.
struct SegmentHeader: Equatable {
  /// Which parts are the segment's; parts of another generation belong to a sealing that is under way
  /// or was cut off.
  var generation: UInt32 = 0
  /// Hashes.
  var count: UInt32 = 0
  var bands: UInt16 = 0
  /// How bits are dealt to the bands.
  var order = BandLayout.Order.shuffled
  /// The generation that the next sealing takes.
  var nextGeneration: UInt32 = 1
  /// A checksum over all parts in the order of their keys.
  var checksum: [UInt8] = []

  init() {}

  /// Versions that know no order but the first see a number of bands that no segment has, and refuse it.
  private static let orderShift: UInt16 = 12

  init?(_ bytes: RawSpan) {
    var record = RecordReader(bytes)
    guard let generation = record.uint32(), let count = record.uint32(),
      let bands = record.uint16(), let next = record.uint32(), let length = record.uint8(),
      let checksum = record.raw(Int(length))
    else { return nil }
    self.generation = generation
    self.count = count
    guard let order = BandLayout.Order(rawValue: bands >> Self.orderShift) else { return nil }
    self.bands = bands & (1 << Self.orderShift - 1)
    self.order = order
    nextGeneration = next
    self.checksum = checksum
  }

  var bytes: [UInt8] {
    var record = RecordWriter()
    record.append(generation)
    record.append(count)
    record.append(bands | order.rawValue << Self.orderShift)
    record.append(nextGeneration)
    record.append(UInt8(clamping: checksum.count))
    record.append(raw: checksum)
    return record.bytes
  }
}

/// The key of a part: generation, array, and which chunk of the array.
struct SegmentPart: Hashable {
  enum Array: Hashable {
    /// The hashes, in chunks; not there when bands hold them (see ``BandContent``).
    case hashes
    /// Of a band, where each bucket starts, and where the last ends: one value of 2^bits + 1 numbers, or a
    /// ``BucketDirectory``.
    case starts(Int)
    /// Of a band, what is in its buckets, one behind the other, in chunks.
    case buckets(Int)
  }

  let generation: UInt32
  let array: Array
  let chunk: Int

  /// Numbers in a chunk of ids, and hashes in a chunk of hashes, as powers of two: 64 MiB, so that a
  /// sealing holds no more at once.
  static let idShift: UInt32 = 24
  static let hashShift: UInt32 = 21

  var key: UInt64 {
    let code: UInt64 =
      switch array {
      case .hashes: 0
      case .starts(let band): UInt64(2 * band + 1)
      case .buckets(let band): UInt64(2 * band + 2)
      }
    return UInt64(generation) << 32 | code << 16 | UInt64(chunk)
  }

  static func generation(ofKey key: UInt64) -> UInt32 { UInt32(key >> 32) }
}

/// What the buckets of a band hold.
enum BandContent {
  /// The numbers of the hashes, which lie elsewhere.
  case numbers
  /// The hashes themselves: with 64 bits they are hardly larger than numbers, and a bucket can be scanned in
  /// place.
  case hashes

  static func of(width: Int) -> BandContent { width == 64 ? .hashes : .numbers }
}
