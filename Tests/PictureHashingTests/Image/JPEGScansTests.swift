import SystemPackage
import TestSupport
import Testing

@testable import PictureHashing

@Suite struct JPEGScansTests {
  private let bytes: [UInt8]

  init() throws {
    bytes = try TestFiles.bytes(
      of: TestFiles.fixtures.appending("uploads/2026/11/fjord-grey-progressive.jpg"))
  }

  private func areOrderly(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBufferPointer { JPEGScans.areOrderly(in: $0) }
  }

  @Test func anEncodersScansAre() {
    #expect(areOrderly(bytes))
  }

  @Test func cutFilesAreNot() {
    for tenth in 0..<10 { #expect(!areOrderly(Array(bytes.prefix(bytes.count * tenth / 10)))) }
    #expect(!areOrderly(bytes + [0]))
  }

  /// A picture sent anew behind the first: a decoder would take it, and who had stopped early would
  /// not have seen it.
  @Test func aPictureSentTwiceIsNot() throws {
    let scan = try #require(bytes.firstRange(of: [0xFF, 0xDA]))
    // Tables stand between the frame's head and the scans.
    let second = bytes[scan.lowerBound...]
    #expect(!areOrderly(Array(bytes.dropLast(2)) + second))
    // Of another frame as well.
    #expect(!areOrderly(Array(bytes.dropLast(2)) + bytes.dropFirst(2)))
  }

  @Test func baselineFilesAreNot() throws {
    let baseline = try TestFiles.bytes(of: TestFiles.fixtures.appending("uploads/glacier.jpg"))
    #expect(!areOrderly(baseline))
  }

  @Test func anyBytesAreAnswered() {
    var random = SeededGenerator(seed: 14)
    for _ in 0..<2000 {
      var damaged = bytes
      for _ in 0..<5 {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      _ = areOrderly(damaged)
    }
    for bytes: [UInt8] in [[], [0xFF], [0xFF, 0xD9], [0xFF, 0xD8, 0xFF, 0xC2, 0xFF, 0xD9]] {
      #expect(!areOrderly(bytes))
    }
  }
}
