internal import CPNG

/// The animation in a PNG. Debian's libpng does not support it, but each frame is a PNG in all but
/// its packaging: once repackaged, libpng decodes it.
///
/// Specification: PNG, third edition, `acTL`, `fcTL` and `fdAT`.
struct APNG {
  private struct Frame {
    var area: Canvas.Rectangle
    var disposal: UInt8
    var blend: UInt8
    /// The compressed pixels, chunk by chunk.
    var data: [[UInt8]] = []
  }

  private let width: Int
  private let height: Int
  /// `IHDR`'s data.
  private let header: [UInt8]
  /// The whole `PLTE` and `tRNS` chunks (palette and transparency), which every frame is decoded with.
  private var palette: [UInt8] = []
  private var transparency: [UInt8] = []
  private var frames: [Frame] = []
  /// Whether the default image is the first frame.
  private var beginsWithDefault = false
  private var problem: ImageError?

  /// `nil` for a PNG without any sign of an animation, or with one of a single frame that is the
  /// default image.
  ///
  /// - Throws: ``ImageError`` `time-limit`.
  init?(_ bytes: UnsafeBufferPointer<UInt8>, limits: DecodingLimits) throws(ImageError) {
    var chunks = Chunks(bytes)
    guard let first = chunks.next(), first.type == "IHDR", first.data.count == 13 else {
      return nil
    }
    header = Array(first.data)
    width = Self.number(header[0..<4])
    height = Self.number(header[4..<8])
    var announced: Int?
    var isPastDefault = false
    var sequence = 0
    var count = 0
    while problem == nil, let chunk = chunks.next() {
      count += 1
      if count % 1024 == 0 { try limits.checkTime() }
      switch chunk.type {
      case "acTL":
        guard announced == nil, !isPastDefault, chunk.data.count == 8 else {
          fail("its acTL chunk is invalid or out of place")
          break
        }
        announced = Self.number(Array(chunk.data)[0..<4])
      case "PLTE" where palette.isEmpty: palette = Array(chunk.whole)
      case "tRNS" where transparency.isEmpty: transparency = Array(chunk.whole)
      case "fcTL":
        guard let frame = Self.frame(chunk.data), Self.isNext(chunk.data, &sequence) else {
          fail("frame \(frames.count + 1)")
          break
        }
        if !isPastDefault { beginsWithDefault = true }
        frames.append(frame)
      case "IDAT":
        isPastDefault = true
        if beginsWithDefault { frames[0].data.append(Array(chunk.data)) }
      case "fdAT":
        // The pixels follow a sequence number of four bytes.
        guard chunk.data.count >= 4, !frames.isEmpty, chunk.isChecksumRight,
          Self.isNext(chunk.data, &sequence)
        else {
          fail("frame \(frames.count)")
          break
        }
        frames[frames.count - 1].data.append(Array(chunk.data.dropFirst(4)))
      default: break
      }
    }
    if problem == nil, announced ?? 0 != frames.count {
      fail("it announces \(announced ?? 0) frames but has \(frames.count)")
    }
    let isStill = frames.isEmpty || frames.count == 1 && beginsWithDefault
    if problem == nil, isStill { return nil }
  }

  private mutating func fail(_ what: String) {
    problem = ImageError(.damaged, "damaged PNG animation: \(what)")
  }

  /// Whether the sequence number at the front of a chunk is the expected one.
  private static func isNext(
    _ data: Slice<UnsafeBufferPointer<UInt8>>, _ sequence: inout Int
  ) -> Bool {
    defer { sequence += 1 }
    return data.prefix(4).reduce(0) { $0 << 8 | Int($1) } == sequence
  }

  /// Sends all frames to `sink`, except a first frame that is the default image: that was sent already.
  ///
  /// - Parameter conversion: From the frames' colours to those of sRGB; `nil` leaves them as stored.
  func play<Sink: RowSink>(
    over backdrop: Backdrop, conversion: ColourConversion? = nil, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    // The canvas, a copy of it to go back to, and a frame.
    _ = try limits.bufferSize(width: width, height: height, channels: 12)
    let most = limits.frames(width: width, height: height)
    var canvas = Canvas(width: width, height: height)
    for (index, frame) in frames.enumerated() {
      guard index < most else { return DecodingLimits.tooManyFrames(index) }
      try limits.checkTime()
      guard canvas.contains(frame.area),
        let pixels = try PNGDecoder.rgba(
          repackaged(frame), width: frame.area.width, height: frame.area.height,
          conversion: conversion, limits: limits)
      else {
        return .partial(ImageError(.damaged, "damaged PNG animation: frame \(index + 1)"))
      }
      let before = canvas
      draw(pixels, frame, on: &canvas)
      if index > 0 || !beginsWithDefault { try canvas.send(to: &sink, over: backdrop) }
      switch frame.disposal {
      case 1: canvas.fill(frame.area, with: .zero)
      // The first frame has nothing before it to go back to.
      case 2 where index == 0: canvas.fill(frame.area, with: .zero)
      case 2: canvas.restore(frame.area, from: before)
      default: break
      }
    }
    return problem.map { .partial($0) } ?? .complete
  }

  private func draw(_ pixels: [UInt8], _ frame: Frame, on canvas: inout Canvas) {
    for y in 0..<frame.area.height {
      for x in 0..<frame.area.width {
        let start = (y * frame.area.width + x) * 4
        let source = SIMD4(
          pixels[start], pixels[start + 1], pixels[start + 2], pixels[start + 3])
        let (canvasX, canvasY) = (frame.area.x + x, frame.area.y + y)
        if frame.blend == 0 || source.w == 255 {
          canvas[canvasX, canvasY] = source
        } else if source.w > 0 {
          canvas[canvasX, canvasY] = Self.over(source, canvas[canvasX, canvasY])
        }
      }
    }
  }

  /// A translucent pixel over another.
  private static func over(_ source: SIMD4<UInt8>, _ below: SIMD4<UInt8>) -> SIMD4<UInt8> {
    let (alpha, belowAlpha) = (UInt32(source.w) * 255, UInt32(below.w) * (255 - UInt32(source.w)))
    let total = alpha + belowAlpha
    var result = SIMD4<UInt8>(0, 0, 0, UInt8((total + 127) / 255))
    for channel in 0..<3 {
      let sum = UInt32(source[channel]) * alpha + UInt32(below[channel]) * belowAlpha
      result[channel] = UInt8((sum + total / 2) / total)
    }
    return result
  }

  /// A frame as a PNG that stands alone.
  private func repackaged(_ frame: Frame) -> [UInt8] {
    var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let size = [frame.area.width, frame.area.height].flatMap { Self.bytes(UInt32($0)) }
    bytes += Self.chunk("IHDR", size + header[8...])
    bytes += palette + transparency
    for data in frame.data { bytes += Self.chunk("IDAT", data) }
    return bytes + Self.chunk("IEND", [])
  }

  private static func frame(_ data: Slice<UnsafeBufferPointer<UInt8>>) -> Frame? {
    guard data.count == 26 else { return nil }
    let bytes = Array(data)
    let area = Canvas.Rectangle(
      x: number(bytes[12..<16]), y: number(bytes[16..<20]), width: number(bytes[4..<8]),
      height: number(bytes[8..<12]))
    guard area.width > 0, area.height > 0, bytes[24] <= 2, bytes[25] <= 1 else { return nil }
    return Frame(area: area, disposal: bytes[24], blend: bytes[25])
  }

  private static func chunk(_ type: String, _ data: some Collection<UInt8>) -> [UInt8] {
    let body = Array(type.utf8) + data
    return bytes(UInt32(data.count)) + body + bytes(cpng_checksum(body, body.count))
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $0 << 8 | Int($1) }
  }

  private static func bytes(_ number: UInt32) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }
}

/// The chunks of a PNG, one by one, up to the first that is incomplete.
private struct Chunks: IteratorProtocol {
  struct Chunk {
    let type: String
    let data: Slice<UnsafeBufferPointer<UInt8>>
    /// Length, type, data and checksum.
    let whole: Slice<UnsafeBufferPointer<UInt8>>

    var isChecksumRight: Bool {
      let body = Array(whole.dropFirst(4).dropLast(4))
      return whole.suffix(4).reduce(0) { $0 << 8 | UInt32($1) } == cpng_checksum(body, body.count)
    }
  }

  private var rest: Slice<UnsafeBufferPointer<UInt8>>

  /// `bytes` must outlive the chunks.
  init(_ bytes: UnsafeBufferPointer<UInt8>) { rest = bytes.dropFirst(8) }

  mutating func next() -> Chunk? {
    guard rest.count >= 12 else { return nil }
    let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    guard length <= rest.count - 12 else { return nil }
    let whole = rest.prefix(length + 12)
    rest = rest.dropFirst(length + 12)
    return Chunk(
      type: String(decoding: whole.dropFirst(4).prefix(4), as: UTF8.self),
      data: whole.dropFirst(8).dropLast(4), whole: whole)
  }
}
