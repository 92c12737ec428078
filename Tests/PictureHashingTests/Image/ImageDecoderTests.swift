import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import PictureHashing

/// Keeps all rows.
private struct Picture: RowSink {
  var layout: PixelLayout?
  var frames = 0
  var bytes: [UInt8] = []

  mutating func begin(_ layout: PixelLayout) { self.layout = layout }
  mutating func take(_ rows: Span<UInt8>) { rows.withUnsafeBufferPointer { bytes += $0 } }
  mutating func end() { frames += 1 }
}

private func decode(
  _ bytes: [UInt8], limits: DecodingLimits = DecodingLimits()
) throws(ImageError) -> (picture: Picture, completeness: Completeness) {
  var picture = Picture()
  let result = try ImageDecoder.decode(bytes.span, limits: limits, into: &picture)
  return (picture, result.completeness)
}

private func code(_ completeness: Completeness) -> ImageError.Code? {
  if case .partial(let error) = completeness { error.code } else { nil }
}

private let uploads = TestFiles.fixtures.appending("uploads")

@Suite struct ImageDecoderTests {
  private static let pictures = [
    "glacier.jpg", "heath.png", "island.webp", "jungle.gif", "kelp-cmyk.jpg",
    "lagoon-lossless.webp", "2026/10/canyon-128-colours.png",
    "2026/11/fjord-grey-progressive.jpg",
  ]

  @Test(arguments: pictures)
  func allRowsOfAWholePictureArrive(_ name: String) throws {
    let (picture, completeness) = try decode(try TestFiles.bytes(of: uploads.appending(name)))
    let layout = try #require(picture.layout)
    #expect(completeness == .complete && picture.frames == 1)
    #expect([200, 400].contains(layout.width) && [150, 300].contains(layout.height))
    #expect(picture.bytes.count == layout.stride * layout.height)
  }

  /// A cut picture gives all its rows and says so, or no picture at all; it is never whole.
  /// A single WebP picture is decoded in one go; its size bounds it.
  @Test(arguments: [
    "glacier.jpg", "2026/11/fjord-grey-progressive.jpg", "kelp-cmyk.jpg", "heath.png", "jungle.gif",
  ])
  func decodingEndsWhenItsTimeIsUp(_ name: String) throws {
    var limits = DecodingLimits()
    limits.deadline = .now - .seconds(1)
    let bytes = try TestFiles.bytes(of: uploads.appending(name))
    let found: ImageError.Code?
    do throws(ImageError) {
      found = code(try decode(bytes, limits: limits).completeness)
    } catch {
      found = error.code
    }
    #expect(found == .timeLimit)
    limits.deadline = .now + .seconds(3600)
    #expect(try decode(bytes, limits: limits).completeness == .complete)
  }

  @Test(arguments: pictures)
  func cutPicturesSayThatTheyAreCut(_ name: String) throws {
    let bytes = try TestFiles.bytes(of: uploads.appending(name))
    for tenth in 0..<10 {
      let cut = Array(bytes.prefix(bytes.count * tenth / 10))
      do {
        let (picture, completeness) = try decode(cut)
        let layout = try #require(picture.layout)
        #expect(code(completeness) == .truncated, "\(tenth)/10: \(completeness)")
        #expect(picture.bytes.count == layout.stride * layout.height)
      } catch let error as ImageError {
        #expect([.empty, .truncated].contains(error.code), "\(tenth)/10: \(error)")
      }
    }
  }

  /// Arithmetic decoding goes on past the end, and warns of nothing.
  @Test func aCutArithmeticJPEGSaysThatItIsCut() throws {
    let whole = try #require(
      Data(
        base64Encoded: """
          /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABQODxIPDRQSEBIXFRQYHjIhHhwcHj0sLiQySUBMS0dARkVQWnNiUFVtVkVGZIhl\
          bXd7gYKBTmCNl4x9lnN+gXz/yQALCABAAEABAREA/8wABgAQEAX/2gAIAQEAAD8A/wBy/wBywDN+d4ytNEfReSgj5eO4ncVh\
          abXOMWAyUI3gIbM2eeLst4/rZ7bwuo9dKA536lUbDgSsI/mtN9By4lPAHczw2GNAc+j67CpGRu2Rd7giHKpxTz41hqpioFMR\
          lAGqRrGx4bUw41twzP4378/fWCR/eujlS9kSa3o9XzEqItXN0P/Z
          """))
    #expect(try decode(Array(whole)).completeness == .complete)
    let header = try #require(whole.firstRange(of: [0xFF, 0xDA])).upperBound + 8
    for length in header..<whole.count - 2 {
      let (_, completeness) = try decode(Array(whole.prefix(length)))
      #expect(code(completeness) == .truncated, "\(length)")
    }
  }

  @Test func reasonsNameTheRow() throws {
    let bytes = try TestFiles.bytes(of: uploads.appending("broken/cut-off.jpg"))
    let (_, completeness) = try decode(bytes)
    guard case .partial(let error) = completeness else {
      Issue.record("not partial")
      return
    }
    #expect(error.description.hasPrefix("truncated after row "))
    #expect(error.description.hasSuffix(" of 300"))
  }

  @Test func theFormatIsFoundFromTheBytes() throws {
    for (name, format) in [
      ("glacier.jpg", ImageFormat.jpeg), ("heath.png", .png), ("island.webp", .webp),
      ("jungle.gif", .gif),
    ] {
      let bytes = try TestFiles.bytes(of: uploads.appending(name))
      #expect(ImageFormat(sniffing: bytes.span) == format)
    }
    let text = try TestFiles.bytes(of: uploads.appending("broken/a-text.jpg"))
    #expect(throws: ImageError(.notAnImage, "not a picture")) {
      try decode(text)
    }
    #expect(throws: ImageError(.empty, "empty file")) { try decode([]) }
  }

  @Test(arguments: ["heath.png", "2026/10/canyon-128-colours.png"])
  func aWrongChecksumIsTold(_ name: String) throws {
    var bytes = try TestFiles.bytes(of: uploads.appending(name))
    let idat = try #require(bytes.firstRange(of: Array("IDAT".utf8)))
    let length = bytes[idat.lowerBound - 4..<idat.lowerBound].reduce(0) { $0 << 8 | Int($1) }
    bytes[idat.upperBound + length] ^= 1
    let (_, completeness) = try decode(bytes)
    #expect(code(completeness) == .damaged)
  }

  @Test func aWebPWithALyingSizeIsTruncated() throws {
    var bytes = try TestFiles.bytes(of: uploads.appending("island.webp"))
    // RIFF's size and the chunk's, both little-endian: larger than the file.
    bytes[6] = 0x7F
    bytes[18] = 0x7F
    let (_, completeness) = try decode(bytes)
    #expect(code(completeness) == .truncated)
  }

  /// As browsers do it.
  @Test func aFirstFrameBesideTheCanvasOfAGIFMakesItLarger() throws {
    var bytes = try TestFiles.bytes(of: uploads.appending("jungle.gif"))
    // The first image descriptor: 0x2C, left, top, width, height.
    let descriptor = try #require(bytes.firstRange(of: [0x2C, 0, 0, 0, 0, 200, 0, 150, 0]))
    bytes[descriptor.lowerBound + 1] = 100
    let (picture, completeness) = try decode(bytes)
    #expect(code(completeness) == nil)
    #expect(picture.bytes.count == 300 * 150 * 3)
  }

  /// A header of 60000×60000 in a file of 1 kB is refused before memory is taken.
  @Test func hugeHeadersAreRefused() throws {
    let size: [UInt8] = [0, 0, 0xEA, 0x60]
    var png = try TestFiles.bytes(of: uploads.appending("heath.png"))
    png.replaceSubrange(16..<24, with: size + size)
    png.replaceSubrange(29..<33, with: crc32(png[12..<29]))
    var jpeg = try TestFiles.bytes(of: uploads.appending("glacier.jpg"))
    let frame = try #require(jpeg.firstRange(of: [0xFF, 0xC0]))
    jpeg.replaceSubrange(
      frame.lowerBound + 5..<frame.lowerBound + 9, with: [0xEA, 0x60, 0xEA, 0x60])
    var gif = try TestFiles.bytes(of: uploads.appending("jungle.gif"))
    gif.replaceSubrange(6..<10, with: [0x60, 0xEA, 0x60, 0xEA])
    for bytes in [png, jpeg, gif] {
      var picture = Picture()
      let error = #expect(throws: ImageError.self) {
        try ImageDecoder.decode(Array(bytes.prefix(1000)).span, into: &picture)
      }
      #expect(error?.code == .overLimit)
      #expect(picture.layout == nil)
    }
  }

  @Test func limitsAreKept() throws {
    for name in Self.pictures {
      let bytes = try TestFiles.bytes(of: uploads.appending(name))
      var limits = DecodingLimits()
      limits.pixels = 1000
      #expect(throws: ImageError.self) { try decode(bytes, limits: limits) }
      limits = DecodingLimits()
      limits.side = 100
      #expect(throws: ImageError.self) { try decode(bytes, limits: limits) }
      limits = DecodingLimits()
      limits.bytes = 100
      let error = #expect(throws: ImageError.self) { try decode(bytes, limits: limits) }
      #expect(error?.code == .overLimit)
    }
  }

  @Test func tooLittleMemoryIsRefused() throws {
    var limits = DecodingLimits()
    limits.memory = 10_000
    for name in ["island.webp", "2026/11/fjord-grey-progressive.jpg", "jungle.gif"] {
      let bytes = try TestFiles.bytes(of: uploads.appending(name))
      let error = #expect(throws: ImageError.self) { try decode(bytes, limits: limits) }
      #expect(error?.code == .overLimit, "\(name)")
    }
  }

  /// Whatever the bytes: an answer, and never more rows than were announced.
  @Test(arguments: pictures)
  func flippedBytesNeverCrash(_ name: String) throws {
    let bytes = try TestFiles.bytes(of: uploads.appending(name))
    var random = SeededGenerator(seed: 3)
    for _ in 0..<60 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...20, using: &random) {
        damaged[Int.random(in: 0..<damaged.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      var limits = DecodingLimits()
      limits.pixels = 1 << 20
      var picture = Picture()
      if (try? ImageDecoder.decode(damaged.span, limits: limits, into: &picture)) != nil {
        let layout = try #require(picture.layout)
        #expect(picture.bytes.count == layout.stride * layout.height * picture.frames)
      }
    }
  }

  /// An ICC profile of 10 MB is passed over, whether it is one or not.
  @Test func hugeProfilesArePassedOver() throws {
    var png = try TestFiles.bytes(of: uploads.appending("heath.png"))
    let body = Array("iCCPx\0\0".utf8) + [UInt8](repeating: 0x78, count: 10_000_000)
    let length = withUnsafeBytes(of: UInt32(body.count - 4).bigEndian) { Array($0) }
    png.insert(contentsOf: length + body + crc32(body[...]), at: 33)
    var jpeg = try TestFiles.bytes(of: uploads.appending("glacier.jpg"))
    let segment: [UInt8] = [0xFF, 0xE2, 0xFF, 0xFF] + [UInt8](repeating: 1, count: 65_533)
    jpeg.insert(contentsOf: (0..<150).flatMap { _ in segment }, at: 2)
    for bytes in [png, jpeg] { #expect(try decode(bytes).completeness == .complete) }
  }

  @Test(
    .enabled(if: TestFiles.hasShared, "the shared pictures are not beside this checkout"),
    arguments: ["images/png", "images/webp"])
  func conformanceSuitesDecode(_ folder: String) throws {
    for file in TestFiles.files(below: TestFiles.shared.appending(folder)) {
      guard let format = file.extension, ["png", "webp"].contains(format) else { continue }
      let name = try #require(file.lastComponent?.string)
      // PngSuite's deliberately broken files begin with x; libwebp's set has one that is cut.
      let isBroken = format == "png" ? name.hasPrefix("x") : name == "lossless4.webp"
      let completeness = try? decode(try TestFiles.bytes(of: file)).completeness
      #expect((completeness == .complete) != isBroken, "\(name)")
    }
  }

  @Test(.enabled(if: TestFiles.hasShared, "the shared pictures are not beside this checkout"))
  func hostileFilesAreAnswered() throws {
    let files = TestFiles.files(below: TestFiles.shared.appending("images/hostile"))
    #expect(files.count > 1000)
    for file in files {
      guard let bytes = try? PictureFile.read(file) else { continue }
      _ = try? Fingerprint(of: bytes.span)
    }
  }
}

/// The checksum of a PNG chunk, most significant byte first.
private func crc32(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
  var crc: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
  }
  return withUnsafeBytes(of: (crc ^ 0xFFFF_FFFF).bigEndian) { Array($0) }
}
