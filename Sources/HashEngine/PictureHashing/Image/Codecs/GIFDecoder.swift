internal import CGIF

/// GIF through giflib: each frame as a viewer shows it.
package enum GIFDecoder: PictureCodec {
  package static var format: ImageFormat { .gif }

  package static func begins(_ bytes: Span<UInt8>) -> Bool {
    bytes.has("GIF87a", at: 0) || bytes.has("GIF89a", at: 0)
  }

  package static func end(of bytes: Span<UInt8>) -> Int? {
    // Behind the header and the screen, a palette of as many colours as its flags say.
    func palette(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }
    guard bytes.count > 13 else { return nil }
    var position = 13 + palette(bytes[10])
    func passBlocks() {
      while bytes.indices.contains(position), bytes[position] > 0 {
        position += Int(bytes[position]) + 1
      }
      position += 1
    }
    while bytes.indices.contains(position) {
      switch bytes[position] {
      case 0x3B: return position + 1
      case 0x21:
        position += 2
        passBlocks()
      case 0x2C:
        guard position + 10 < bytes.count else { return nil }
        // A descriptor of ten bytes, a palette, and the size of codes.
        position += 10 + palette(bytes[position + 9]) + 1
        passBlocks()
      default: return nil
      }
    }
    return nil
  }

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
  package static func decode<Sink: RowSink>(
    _ bytes: UnsafeBufferPointer<UInt8>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    let source = Source(bytes)
    let file = try open(source)
    defer { _ = DGifCloseFile(file, nil) }
    return try withExtendedLifetime(source) { () throws(ImageError) in
      try decodeFrames(file, over: backdrop, limits: limits, into: &sink)
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

  private static func decodeFrames<Sink: RowSink>(
    _ file: UnsafeMutablePointer<GifFileType>, over backdrop: Backdrop, limits: DecodingLimits,
    into sink: inout Sink
  ) throws(ImageError) -> Completeness {
    var player: GIFPlayer?
    var most = 1
    var control = GraphicsControlBlock()
    control.TransparentColor = NO_TRANSPARENT_COLOR
    var count = 0
    // Pixels of the frames themselves, which may be larger than their canvas.
    var drawn = 0
    var problem: ImageError?
    do throws(ImageError) {
      while let type = try nextRecord(file, &control) {
        guard type == IMAGE_DESC_RECORD_TYPE else { continue }
        guard count < most, drawn <= limits.animationPixels else {
          return DecodingLimits.tooManyFrames(count)
        }
        try limits.checkTime()
        let frame = try readFrame(file, limits: limits)
        drawn += frame.indices.count
        problem = problem ?? frame.problem
        var now: GIFPlayer
        if let player {
          now = player
        } else {
          (now, most) = try start(file, with: frame.area, over: backdrop, limits: limits)
        }
        // Only one may hold the canvas while it is drawn on, or it would be copied.
        player = nil
        now.show(frame, control: control, isFirst: count == 0)
        if now.showsPage { sink.isShownOtherwise(.transparency) }
        try now.canvas.send(to: &sink, over: backdrop, tellsTransparency: false)
        player = now
        count += 1
        if let problem = frame.problem { return .partial(problem) }
        control = GraphicsControlBlock()
        control.TransparentColor = NO_TRANSPARENT_COLOR
      }
    } catch {
      // Frames decoded before the error are worth keeping.
      guard count > 0 else { throw error }
      problem = problem ?? error
    }
    guard count > 0 else { throw ImageError(.damaged, "damaged GIF: it has no frame") }
    return problem.map { .partial($0) } ?? .complete
  }

  /// The type of the next record; `nil` at the end. A graphics control extension is read into
  /// `control`.
  private static func nextRecord(
    _ file: UnsafeMutablePointer<GifFileType>, _ control: inout GraphicsControlBlock
  ) throws(ImageError) -> GifRecordType? {
    var type = UNDEFINED_RECORD_TYPE
    guard DGifGetRecordType(file, &type) == GIF_OK else {
      throw error(file.pointee.Error, "before its end")
    }
    switch type {
    case TERMINATE_RECORD_TYPE:
      return nil
    case EXTENSION_RECORD_TYPE:
      var function: CInt = 0
      var block: UnsafeMutablePointer<GifByteType>?
      guard DGifGetExtension(file, &function, &block) == GIF_OK else {
        throw error(file.pointee.Error, "in an extension")
      }
      // A block is its length and then its bytes, in giflib's own buffer.
      if function == GRAPHICS_EXT_FUNC_CODE, let block {
        DGifExtensionToGCB(Int(block[0]), block + 1, &control)
      }
      while block != nil {
        guard DGifGetExtensionNext(file, &block) == GIF_OK else {
          throw error(file.pointee.Error, "in an extension")
        }
      }
    default:
      break
    }
    return type
  }

  private static func readFrame(
    _ file: UnsafeMutablePointer<GifFileType>, limits: DecodingLimits
  ) throws(ImageError) -> GIFPlayer.Frame {
    guard DGifGetImageDesc(file) == GIF_OK else {
      throw error(file.pointee.Error, "in a frame's header")
    }
    let image = file.pointee.Image
    let (width, height) = (Int(image.Width), Int(image.Height))
    try limits.check(width: width, height: height)
    let size = try limits.bufferSize(width: width, height: height, channels: 1)
    var frame = GIFPlayer.Frame(
      area: Canvas.Rectangle(x: Int(image.Left), y: Int(image.Top), width: width, height: height),
      palette: palette(image.ColorMap ?? file.pointee.SColorMap),
      indices: [UInt8](repeating: 0, count: size))
    for row in rowOrder(height: height, interlaced: image.Interlace) {
      if frame.rows % 64 == 0 { try limits.checkTime() }
      let result = frame.indices.withUnsafeMutableBufferPointer { indices in
        DGifGetLine(file, indices.baseAddress.map { $0 + row * width }, CInt(width))
      }
      guard result == GIF_OK else {
        frame.problem = error(file.pointee.Error, "after row \(frame.rows) of \(height)")
        break
      }
      frame.rows += 1
    }
    return frame
  }

  /// A player whose canvas is the screen, or as much larger as the first frame needs: browsers do the same, and clip
  /// later frames.
  ///
  /// - Returns: The player, and how many frames may be decoded.
  private static func start(
    _ file: UnsafeMutablePointer<GifFileType>, with first: Canvas.Rectangle,
    over backdrop: Backdrop, limits: DecodingLimits
  ) throws(ImageError) -> (GIFPlayer, Int) {
    let width = max(Int(file.pointee.SWidth), first.x + first.width)
    let height = max(Int(file.pointee.SHeight), first.y + first.height)
    try limits.check(width: width, height: height)
    // The canvas, a copy of it to go back to, and a frame's indices.
    _ = try limits.bufferSize(width: width, height: height, channels: 9)
    let player = GIFPlayer(
      width: width, height: height,
      background: palette(file.pointee.SColorMap)[Int(file.pointee.SBackGroundColor) & 255],
      isOverPage: backdrop != .none)
    return (player, limits.frames(width: width, height: height))
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
      return (0...255).map { SIMD4(UInt8($0), UInt8($0), UInt8($0), 255) }
    }
    // giflib allocates ColorCount entries.
    let table = UnsafeBufferPointer(start: entries, count: Int(map.pointee.ColorCount))
    var colors = table.prefix(256).map { SIMD4($0.Red, $0.Green, $0.Blue, 255) }
    colors += repeatElement(SIMD4(0, 0, 0, 255), count: 256 - colors.count)
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
