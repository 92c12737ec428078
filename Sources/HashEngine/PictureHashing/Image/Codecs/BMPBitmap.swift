/// The pixels of a bitmap.
struct BMPBitmap {
  let header: BMPHeader
  /// What is wrong with its runs; `nil` for nothing.
  private(set) var problem: ImageError?
  /// Of a bitmap in runs, RGBA from the top row down; empty for others.
  private var canvas: [UInt8] = []
  /// Where the channels of a pixel lie in its number, and how to make bytes of them.
  private let fields: [Field]

  /// A colour's bits in a pixel.
  private struct Field {
    let shift: Int
    let most: UInt32

    init(mask: UInt32) {
      shift = mask == 0 ? 0 : mask.trailingZeroBitCount
      most = mask >> UInt32(shift)
    }

    /// The colour of a pixel, 0 to 255, rounded.
    func byte(_ pixel: UInt32) -> UInt8 {
      guard most > 0 else { return 0 }
      let value = pixel >> UInt32(shift) & most
      return UInt8(truncatingIfNeeded: (UInt64(value) * 255 + UInt64(most) / 2) / UInt64(most))
    }
  }

  /// - Throws: ``ImageError`` `over-limit` and `time-limit`.
  init(_ bytes: Span<UInt8>, _ header: BMPHeader, limits: DecodingLimits) throws(ImageError) {
    self.header = header
    fields = header.masks.map { Field(mask: $0) }
    guard case .runs(let bits) = header.storage else { return }
    let size = try limits.bufferSize(width: header.width, height: header.height, channels: 4)
    // What no run draws is transparent.
    canvas = [UInt8](repeating: 0, count: size)
    problem = try drawRuns(bytes, bits: bits, limits: limits)
  }

  /// Whether any pixel is not fully transparent; reads all rows.
  func hasAlpha(_ bytes: Span<UInt8>) -> Bool {
    guard header.bits == 32, header.masks[3] != 0 else { return false }
    var row = [UInt8](repeating: 0, count: header.width * 4)
    return (0..<header.height).contains { y in
      read(bytes, row: y, into: &row)
        && stride(from: 3, to: row.count, by: 4).contains { row[$0] != 0 }
    }
  }

  /// Bytes of a stored row, which ends at a multiple of four.
  var rowSize: Int { (header.width * header.bits + 31) / 32 * 4 }

  /// Reads a row, counted from the top, as RGBA.
  ///
  /// - Returns: `false` when the bytes end before it does.
  func read(_ bytes: Span<UInt8>, row y: Int, into row: inout [UInt8]) -> Bool {
    let width = header.width
    if !canvas.isEmpty {
      row.replaceSubrange(row.indices, with: canvas[y * width * 4..<(y + 1) * width * 4])
      return true
    }
    let start = header.pixels + (header.isTopDown ? y : header.height - 1 - y) * rowSize
    // The padding of the last row may be missing.
    let needed = (width * header.bits + 7) / 8
    guard start >= 0, needed <= bytes.count - start else { return false }
    for x in 0..<width {
      let color = color(bytes, start, x)
      row[4 * x] = color.x
      row[4 * x + 1] = color.y
      row[4 * x + 2] = color.z
      row[4 * x + 3] = color.w
    }
    return true
  }

  private func color(_ bytes: Span<UInt8>, _ start: Int, _ x: Int) -> SIMD4<UInt8> {
    switch header.bits {
    case 24:
      let place = start + 3 * x
      return SIMD4(bytes[place + 2], bytes[place + 1], bytes[place], 255)
    case 16: return color(UInt32(bytes.littleEndian16(at: start + 2 * x)))
    case 32: return color(bytes.littleEndian32(at: start + 4 * x))
    case let bits:
      let place = x * bits
      let index = Int(bytes[start + place / 8]) >> (8 - bits - place % 8) & (1 << bits - 1)
      return header.palette[index]
    }
  }

  private func color(_ pixel: UInt32) -> SIMD4<UInt8> {
    SIMD4(
      fields[0].byte(pixel), fields[1].byte(pixel), fields[2].byte(pixel),
      header.masks[3] == 0 ? 255 : fields[3].byte(pixel))
  }

  // MARK: Runs

  /// Draws pairs of bytes: a count and what to repeat, or 0 and a command.
  private mutating func drawRuns(
    _ bytes: Span<UInt8>, bits: Int, limits: DecodingLimits
  ) throws(ImageError) -> ImageError? {
    var position = header.pixels
    var (x, y) = (0, 0)
    var steps = 0
    func next() -> Int? {
      guard bytes.indices.contains(position) else { return nil }
      defer { position += 1 }
      return Int(bytes[position])
    }
    func color(_ index: Int) -> SIMD4<UInt8> { header.palette[index & 255] }
    func direct(_ first: Int) -> SIMD4<UInt8>? {
      guard let green = next(), let red = next() else { return nil }
      return SIMD4(UInt8(red), UInt8(green), UInt8(first), 255)
    }
    let ended = ImageError(.truncated, "truncated: its runs end early")
    while y < header.height {
      steps += 1
      if steps % 4096 == 0 { try limits.checkTime() }
      guard let count = next(), let value = next() else { return ended }
      switch (count, value) {
      case (0, 0): (x, y) = (0, y + 1)
      case (0, 1): return nil
      case (0, 2):
        guard let right = next(), let up = next() else { return ended }
        (x, y) = (x + right, y + up)
      case (0, _):
        // As many pixels, one by one, up to a multiple of two bytes.
        let begin = position
        var packed = 0
        for index in 0..<value {
          if bits == 24 {
            guard let first = next(), let color = direct(first) else { return ended }
            draw(color, &x, y)
          } else {
            if bits == 8 || index % 2 == 0 {
              guard let byte = next() else { return ended }
              packed = byte
            }
            let shift = bits == 4 && index % 2 == 0 ? 4 : 0
            draw(color(bits == 4 ? packed >> shift & 15 : packed), &x, y)
          }
        }
        position += (position - begin) % 2
      default:
        if bits == 24 {
          guard let color = direct(value) else { return ended }
          for _ in 0..<count { draw(color, &x, y) }
        } else {
          for index in 0..<count {
            draw(color(bits == 4 ? (index % 2 == 0 ? value >> 4 : value & 15) : value), &x, y)
          }
        }
      }
    }
    return nil
  }

  private mutating func draw(_ color: SIMD4<UInt8>, _ x: inout Int, _ y: Int) {
    guard x < header.width, y < header.height else { return }
    let place = ((header.height - 1 - y) * header.width + x) * 4
    for channel in 0..<4 { canvas[place + channel] = color[channel] }
    x += 1
  }
}
