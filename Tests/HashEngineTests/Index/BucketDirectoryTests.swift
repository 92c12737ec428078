import CKernels
import TestSupport
import Testing

@testable import HashEngine
@testable import PictureHashing

@Suite struct BucketDirectoryTests {
  /// The directory of a band names the buckets that are not empty, and what each holds.
  @Test(arguments: [1, 5, 6, 9])
  func aDirectoryHoldsWhatTheBucketsHold(_ bits: Int) throws {
    var random = SeededGenerator(seed: 27)
    let keys = (0..<200).map { _ in
      Int.random(in: 0..<1 << bits, using: &random) & Int.random(in: 0..<1 << bits, using: &random)
    }
    let numbers = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }.map { UInt32($0) }
    let starts = (0...1 << bits).map { bucket in UInt32(keys.count { $0 < bucket }) }
    let directory = BucketDirectory(starts, numbers)
    #expect(directory.groups.count == BucketDirectory.count(bits: bits))
    let last = try #require(directory.groups.last)
    let counts = BucketDirectory.counts(last)
    #expect(Int(counts.elements) == directory.elements.count)
    for kernels in Kernels.available {
      for key in 0..<1 << bits {
        var place: [UInt32] = [0, 0]
        let found = kernels.table.pointee.look_up(
          directory.groups, counts.buckets, UInt32(key), [0], 1, &place)
        let expected = numbers.filter { keys[Int($0)] == key }
        #expect(found == (expected.isEmpty ? 0 : 1))
        var held = [UInt32](repeating: 0, count: 200)
        let count = directory.elements.withUnsafeBufferPointer { elements in
          kernels.table.pointee.collect(
            [elements.baseAddress], 24, counts.buckets, counts.elements, place, found, 200, &held)
        }
        #expect(held.prefix(count) == expected[...])
      }
    }
  }
}
