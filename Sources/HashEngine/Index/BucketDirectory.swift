/// Where the buckets of a band are, in two bits for each: small enough to stay in the cache while many buckets are looked at,
/// most of which are empty.
///
/// Buckets are taken in groups of 32. For each group, and once more at the end, there is a number of 64 bits: its low half
/// says which buckets of the group are not empty, its high half how many such buckets lie before the group. Elements are one
/// for each of these buckets, in their order, and the rest. A bucket with one number has it in its element. One with several
/// has, marked, where in the rest they begin, and the last of them is marked. The low half of the last number is how many
/// elements there are in all.
struct BucketDirectory {
  /// Buckets of a group.
  static let groupSize = 32
  /// What elements are marked with; so numbers are less than this.
  static let mark: UInt32 = 1 << 31

  private(set) var groups: [UInt64] = []
  private(set) var elements: [UInt32] = []

  /// Numbers of the directory of a band of so many bits.
  static func count(bits: Int) -> Int { ((1 << bits) + groupSize - 1) / groupSize + 1 }

  /// - Parameters:
  ///   - starts: Where each bucket starts among the numbers, and where the last ends.
  ///   - numbers: Those of the hashes, bucket by bucket.
  init(_ starts: [UInt32], _ numbers: [UInt32]) {
    let buckets = starts.count - 1
    var rest: [UInt32] = []
    groups.reserveCapacity((buckets + Self.groupSize - 1) / Self.groupSize + 1)
    elements.reserveCapacity(numbers.count)
    for first in stride(from: 0, to: buckets, by: Self.groupSize) {
      var group = UInt64(elements.count) << 32
      for bucket in first..<min(first + Self.groupSize, buckets) {
        let held = Int(starts[bucket])..<Int(starts[bucket + 1])
        guard !held.isEmpty else { continue }
        group |= 1 << UInt64(bucket - first)
        if held.count == 1 {
          elements.append(numbers[held.lowerBound])
        } else {
          elements.append(UInt32(rest.count) | Self.mark)
          rest += numbers[held]
          rest[rest.count - 1] |= Self.mark
        }
      }
      groups.append(group)
    }
    let count = elements.count
    elements += rest
    groups.append(UInt64(count) << 32 | UInt64(elements.count))
  }

  /// What the last number of a directory says: how many buckets are not empty, and how many elements there are.
  static func counts(_ last: UInt64) -> (buckets: UInt32, elements: UInt32) {
    (UInt32(truncatingIfNeeded: last >> 32), UInt32(truncatingIfNeeded: last))
  }
}
