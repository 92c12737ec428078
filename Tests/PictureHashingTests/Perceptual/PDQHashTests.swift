import TestSupport
import Testing

@testable import PictureHashing

@Suite struct PDQHashTests {
  private static let text = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"

  @Test func textComesBackAsItWas() throws {
    let hash = try #require(PDQHash(Self.text))
    #expect(hash.description == Self.text)
    #expect(PDQHash(Self.text.uppercased()) == hash)
    let bytes = hash.bytes
    let again = PDQHash(bytes: bytes.span)
    #expect(again == hash)
    #expect(hash.bytes.first == 0xF8 && hash.bytes.last == 0x22)
  }

  @Test(arguments: [
    "", "f8", text + "0", String(text.dropLast()), "f8f80x1fe0f4" + text.dropFirst(12),
    " " + text.dropFirst(), "-" + text.dropFirst(), "g" + text.dropFirst(), "é" + text.dropFirst(2),
  ])
  func parsingIsStrict(_ text: String) {
    #expect(PDQHash(text) == nil)
  }

  @Test func lowestBitIsTheLastDigit() throws {
    let hash = try #require(PDQHash(String(repeating: "0", count: 63) + "1"))
    #expect(hash.words == SIMD4(1, 0, 0, 0))
    #expect(hash.bitsSet == 1)
  }

  @Test func distanceCountsDifferingBits() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<100 {
      let (a, b) = (PDQHash.random(using: &random), PDQHash.random(using: &random))
      let expected = zip(a.bytes, b.bytes).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
      #expect(a.distance(to: b) == expected)
      #expect(b.distance(to: a) == expected)
      #expect(a.distance(to: a) == 0)
    }
  }

  @Test func ordinaryPicturesSetHalfTheBits() throws {
    let pixels = SyntheticPixels(kind: "lcg", width: 300, height: 200, channels: 3)
    let fingerprint = try #require(pixels.fingerprint)
    #expect(fingerprint.hash.bitsSet == 128)
    #expect(fingerprint.isListable)
  }

  @Test(arguments: [(4, 100), (100, 4), (1, 1), (1, 20_000)])
  func tinyPicturesHaveNoHash(_ width: Int, _ height: Int) throws {
    let pixels = [UInt8](repeating: 7, count: width * height)
    let fingerprint = try #require(hashed(pixels, width: width, height: height, channels: 1))
    #expect(fingerprint.quality == 0 && fingerprint.hash.bitsSet == 0)
    #expect(!fingerprint.isListable)
  }

  @Test func sizesThatDoNotFitAreRefused() {
    let pixels = [UInt8](repeating: 0, count: 100)
    #expect(hashed(pixels, width: 10, height: 11, channels: 1) == nil)
    #expect(hashed(pixels, width: 5, height: 10, channels: 2) == nil)
    #expect(hashed(pixels, width: -10, height: -10, channels: 1) == nil)
    #expect(hashed(pixels, width: .max, height: 2, channels: 3) == nil)
  }

  @Test func medianIsTheLowerOne() {
    var random = SeededGenerator(seed: 2)
    for count in [1, 2, 3, 16, 255, 256] {
      let values = (0..<count).map { _ in Float(Int.random(in: -20...20, using: &random)) }
      #expect(lowerMedian(values) == values.sorted()[(count - 1) / 2])
    }
  }
}
