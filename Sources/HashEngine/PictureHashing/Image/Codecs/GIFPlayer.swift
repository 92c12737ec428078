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
    /// Rows that were decoded.
    var rows = 0
    /// Why rows are missing; `nil` when none are.
    var problem: ImageError?
  }

  private(set) var canvas: Canvas
  /// Whether a page behind the animation shows through somewhere, or did in a frame before.
  private(set) var showsPage = false
  private let background: SIMD4<UInt8>
  private let isOverPage: Bool
  /// How to dispose of the last frame before the next is drawn: its area, its disposal mode, and the colour
  /// to clear to (its transparent colour, as in tools that drop alpha, or else the background).
  private var disposal: (area: Canvas.Rectangle, mode: CInt, color: SIMD4<UInt8>)?
  private var beforeLast: Canvas?

  /// - Parameters:
  ///   - background: The colour that the file names for where nothing is drawn.
  ///   - isOverPage: Whether nothing is drawn there, as browsers do it, so that a page shows through.
  init(width: Int, height: Int, background: SIMD4<UInt8>, isOverPage: Bool) {
    let background = isOverPage ? .zero : background
    self.background = background
    self.isOverPage = isOverPage
    canvas = Canvas(width: width, height: height)
    canvas.fill(
      Canvas.Rectangle(x: 0, y: 0, width: width, height: height), with: background)
  }

  /// Draws a frame. A transparent pixel shows what lies below; in the first frame, where nothing lies
  /// below, it gets its colour from the palette, as in tools that drop alpha.
  mutating func show(_ frame: Frame, control: GraphicsControlBlock, isFirst: Bool) {
    switch disposal?.mode {
    case DISPOSE_BACKGROUND: disposal.map { canvas.fill($0.area, with: $0.color) }
    case DISPOSE_PREVIOUS:
      if let disposal, let beforeLast { canvas.restore(disposal.area, from: beforeLast) }
    default: break
    }
    let hasTransparent = (0..<256).contains(control.TransparentColor)
    let nothing =
      hasTransparent && !isOverPage ? frame.palette[Int(control.TransparentColor)] : background
    // Browsers take 4, which the format does not know, as 3.
    let mode = control.DisposalMode == 4 ? DISPOSE_PREVIOUS : control.DisposalMode
    disposal = (frame.area, mode, nothing)
    beforeLast = mode == DISPOSE_PREVIOUS ? canvas : nil

    let transparent = isFirst && !isOverPage ? NO_TRANSPARENT_COLOR : control.TransparentColor
    let visible = canvas.clipped(frame.area)
    let coversAll = visible.width == canvas.width && visible.height == canvas.height
    if mode == DISPOSE_BACKGROUND
      || isFirst && !(coversAll && !hasTransparent)
    {
      showsPage = true
    }
    // A frame that lies outside the canvas shows nothing.
    guard visible.width > 0 else { return }
    for y in visible.y..<visible.y + visible.height {
      let start = (y - frame.area.y) * frame.area.width + visible.x - frame.area.x
      canvas.draw(
        frame.indices[start..<start + visible.width], palette: frame.palette,
        transparent: transparent, x: visible.x, y: y)
    }
  }
}
