internal import CGIF

/// GIF through giflib: the first frame on its canvas. Transparency is dropped, as the reference
/// ecosystem does: a transparent pixel has its palette's colour.
enum GIFDecoder {
  /// What giflib reads from: the rest of the bytes.
  private final class Source {
    var rest: Slice<UnsafeBufferPointer<UInt8>>

    init(_ bytes: UnsafeBufferPointer<UInt8>) { rest = bytes[...] }

    func read(into out: UnsafeMutableBufferPointer<UInt8>) -> Int {
      let count = min(out.count, rest.count)
      _ = out.update(fromContentsOf: rest.prefix(count))
      rest = rest.dropFirst(count)
      return count
    }
  }

  /// `bytes` stay valid for the call, and so does `source`: giflib's file is closed within it.
  static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: DecodingLimits, into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    let source = Source(bytes)
    let file = try open(source)
    defer { _ = DGifCloseFile(file, nil) }
    return try withExtendedLifetime(source) { () throws(ImageError) in
      try skipToFirstFrame(file)
      return try decodeFrame(file, limits: limits, into: &sink)
    }
  }

  private static func open(
    _ source: Source
  ) throws(ImageError) -> UnsafeMutablePointer<GifFileType> {
    var code: CInt = 0
    let file = DGifOpen(
      Unmanaged.passUnretained(source).toOpaque(),
      { file, out, count in
        guard let file, let out, count > 0, let user = file.pointee.UserData else { return 0 }
        let source = Unmanaged<Source>.fromOpaque(user).takeUnretainedValue()
        return CInt(source.read(into: UnsafeMutableBufferPointer(start: out, count: Int(count))))
      }, &code)
    guard let file else { throw error(code, "no header") }
    return file
  }

  private static func skipToFirstFrame(
    _ file: UnsafeMutablePointer<GifFileType>
  ) throws(ImageError) {
    while true {
      var type = UNDEFINED_RECORD_TYPE
      guard DGifGetRecordType(file, &type) == GIF_OK else {
        throw error(file.pointee.Error, "no frame")
      }
      switch type {
      case IMAGE_DESC_RECORD_TYPE:
        guard DGifGetImageDesc(file) == GIF_OK else {
          throw error(file.pointee.Error, "no frame")
        }
        return
      case EXTENSION_RECORD_TYPE:
        var function: CInt = 0
        var block: UnsafeMutablePointer<GifByteType>?
        guard DGifGetExtension(file, &function, &block) == GIF_OK else {
          throw error(file.pointee.Error, "in an extension")
        }
        while block != nil {
          guard DGifGetExtensionNext(file, &block) == GIF_OK else {
            throw error(file.pointee.Error, "in an extension")
          }
        }
      case TERMINATE_RECORD_TYPE:
        throw ImageError(.damaged, "damaged GIF: it has no frame")
      default:
        throw ImageError(.damaged, "damaged GIF: unknown record")
      }
    }
  }

  private static func decodeFrame<Sink: RowSink>(
    _ file: UnsafeMutablePointer<GifFileType>, limits: DecodingLimits, into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    let (width, height) = (Int(file.pointee.SWidth), Int(file.pointee.SHeight))
    let frame = file.pointee.Image
    let (frameWidth, frameHeight) = (Int(frame.Width), Int(frame.Height))
    try limits.check(width: width, height: height)
    try limits.check(width: frameWidth, height: frameHeight)
    let size = try limits.bufferSize(width: frameWidth, height: frameHeight, channels: 1)

    var indices = [UInt8](repeating: 0, count: size)
    var done = 0
    for row in rowOrder(height: frameHeight, interlaced: frame.Interlace) {
      let result = indices.withUnsafeMutableBufferPointer { indices in
        DGifGetLine(file, indices.baseAddress.map { $0 + row * frameWidth }, CInt(frameWidth))
      }
      guard result == GIF_OK else { break }
      done += 1
    }

    let layout = PixelLayout(width: width, height: height, channels: 3, isLossless: true)
    sink.begin(layout)
    let colors = palette(frame.ColorMap ?? file.pointee.SColorMap)
    let background = palette(file.pointee.SColorMap)[Int(file.pointee.SBackGroundColor) & 255]
    let columns =
      max(
        0, Int(frame.Left))..<max(
        max(0, Int(frame.Left)), min(width, Int(frame.Left) + frameWidth))
    var canvasRow = [UInt8](repeating: 0, count: layout.stride)
    for y in 0..<height {
      for x in 0..<width {
        var color = background
        let frameRow = y - Int(frame.Top)
        if columns.contains(x), (0..<frameHeight).contains(frameRow) {
          color = colors[Int(indices[frameRow * frameWidth + x - Int(frame.Left)])]
        }
        canvasRow[x * 3] = color.x
        canvasRow[x * 3 + 1] = color.y
        canvasRow[x * 3 + 2] = color.z
      }
      sink.take(canvasRow.span)
    }

    if done < frameHeight {
      let cause = error(file.pointee.Error, "after row \(done) of \(frameHeight)")
      return .partial(cause)
    }
    guard Int(frame.Left) >= 0, Int(frame.Top) >= 0, Int(frame.Left) + frameWidth <= width,
      Int(frame.Top) + frameHeight <= height
    else {
      return .partial(
        ImageError(
          .damaged,
          "damaged GIF: a frame of \(frameWidth)×\(frameHeight) at \(frame.Left),\(frame.Top)"
            + " reaches outside its \(width)×\(height) canvas"))
    }
    return .complete
  }

  /// The rows of a frame in the order the file has them.
  private static func rowOrder(height: Int, interlaced: Bool) -> [Int] {
    guard interlaced else { return Array(0..<height) }
    return [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { start, step in
      Array(stride(from: start, to: height, by: step))
    }
  }

  /// 256 colours, black past the end of the table; without a table the indices are greys.
  private static func palette(_ map: UnsafeMutablePointer<ColorMapObject>?) -> [SIMD4<UInt8>] {
    guard let map, let entries = map.pointee.Colors else {
      return (0...255).map { SIMD4(UInt8($0), UInt8($0), UInt8($0), 0) }
    }
    // giflib allocates ColorCount entries.
    let table = UnsafeBufferPointer(start: entries, count: Int(map.pointee.ColorCount))
    var colors = table.prefix(256).map { SIMD4($0.Red, $0.Green, $0.Blue, 0) }
    colors += repeatElement(SIMD4(0, 0, 0, 0), count: 256 - colors.count)
    return colors
  }

  private static func error(_ code: CInt, _ place: String) -> ImageError {
    let text = GifErrorString(code).map { String(cString: $0) } ?? "error \(code)"
    switch code {
    case D_GIF_ERR_READ_FAILED, D_GIF_ERR_EOF_TOO_SOON:
      return ImageError(.truncated, "truncated \(place)")
    default:
      return ImageError(.damaged, "damaged GIF \(place): \(text)")
    }
  }
}
