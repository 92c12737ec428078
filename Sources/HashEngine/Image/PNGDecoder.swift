internal import CPNG

/// PNG through libpng's row reader; an animated PNG gives its default image.
enum PNGDecoder {
  /// Rows sent on at once.
  private static let batch = 16
  /// Memory of one ancillary chunk (an ICC profile, a text) once inflated.
  private static let chunkLimit = 8 << 20

  /// `bytes` stay valid for the call, which is as long as libpng holds them.
  static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: DecodingLimits, into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    guard let decoder = cpng_create(bytes.baseAddress, bytes.count, chunkLimit) else {
      throw ImageError(.overLimit, "out of memory")
    }
    defer { cpng_destroy(decoder) }

    func failure(_ place: String = "") -> ImageError {
      if cpng_ended_early(decoder) != 0 { return ImageError(.truncated, "truncated\(place)") }
      let text = String(cString: cpng_message(decoder))
      return ImageError(.damaged, "damaged PNG\(place): \(text)")
    }

    var header = cpng_header()
    guard cpng_read_header(decoder, &header) == 0 else { throw failure() }
    let (width, height) = (Int(header.width), Int(header.height))
    try limits.check(width: width, height: height)
    let layout = PixelLayout(
      width: width, height: height, channels: Int(header.channels), isLossless: true)
    // An interlaced picture is complete only after its last pass.
    let batch = header.passes == 1 ? min(batch, height) : height
    let size = try limits.bufferSize(width: width, height: batch, channels: layout.channels)
    sink.begin(layout)

    var rows = [UInt8](repeating: 0, count: size)
    func read(_ row: Int) -> Bool {
      rows.withUnsafeMutableBufferPointer { rows in
        cpng_read_row(decoder, rows.baseAddress.map { $0 + row * layout.stride }) == 0
      }
    }

    if header.passes > 1 {
      for pass in 1...Int(header.passes) {
        for row in 0..<height {
          guard read(row) else {
            sink.take(rows.span)
            return .partial(failure(" in pass \(pass) of \(header.passes)"))
          }
        }
      }
      sink.take(rows.span)
    } else {
      for row in 0..<height {
        guard read(row % batch) else {
          sink.take(rows.span.extracting(first: row % batch * layout.stride))
          sink.pad(rows: height - row, layout)
          return .partial(failure(" after row \(row) of \(height)"))
        }
        if row % batch == batch - 1 || row == height - 1 {
          sink.take(rows.span.extracting(first: (row % batch + 1) * layout.stride))
        }
      }
    }
    guard cpng_bad_checksum(decoder) == 0 else {
      return .partial(ImageError(.damaged, "damaged PNG: wrong checksum of its pixels"))
    }
    return .complete
  }
}
