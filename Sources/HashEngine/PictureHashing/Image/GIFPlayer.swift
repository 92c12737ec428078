internal import CGIF

/// Draws a GIF's frames over each other as viewers do.
struct GIFPlayer {
  /// A frame as the file has it.
  struct Frame {
    let area: Canvas.Rectangle
    /// 256 colours.
    let palette: [SIMD4<UInt8>]
    /// One byte a pixel.
    var indices: [UInt8]
    /// Rows that came.
    var rows = 0
    /// Why not all of them.
    var problem: ImageError?
  }

  private(set) var canvas: Canvas
  private let background: SIMD4<UInt8>
  /// What is to be done before the next frame: where, how the last frame asked to be disposed of,
  /// and the colour of nothing: its transparent one, as tools that drop alpha see it.
  private var disposal: (area: Canvas.Rectangle, mode: CInt, color: SIMD4<UInt8>)?
  private var beforeLast: Canvas?

  init(width: Int, height: Int, background: SIMD4<UInt8>) {
    self.background = background
    canvas = Canvas(width: width, height: height)
    canvas.fill(
      Canvas.Rectangle(x: 0, y: 0, width: width, height: height), with: background)
  }

  /// Draws a frame. A transparent pixel shows what lies below; in the first frame, where nothing
  /// does, it has its palette's colour, as tools that drop alpha give it.
  mutating func show(_ frame: Frame, control: GraphicsControlBlock, isFirst: Bool) {
    switch disposal?.mode {
    case DISPOSE_BACKGROUND: disposal.map { canvas.fill($0.area, with: $0.color) }
    case DISPOSE_PREVIOUS:
      if let disposal, let beforeLast { canvas.restore(disposal.area, from: beforeLast) }
    default: break
    }
    let hasTransparent = (0..<256).contains(control.TransparentColor)
    let nothing = hasTransparent ? frame.palette[Int(control.TransparentColor)] : background
    disposal = (frame.area, control.DisposalMode, nothing)
    beforeLast = control.DisposalMode == DISPOSE_PREVIOUS ? canvas : nil

    let transparent = isFirst ? NO_TRANSPARENT_COLOR : control.TransparentColor
    let visible = canvas.clipped(frame.area)
    // A frame beside the canvas shows nothing, and its rows have no part to take.
    guard visible.width > 0 else { return }
    for y in visible.y..<visible.y + visible.height {
      let start = (y - frame.area.y) * frame.area.width + visible.x - frame.area.x
      canvas.draw(
        frame.indices[start..<start + visible.width], palette: frame.palette,
        transparent: transparent, x: visible.x, y: y)
    }
  }
}
