/// What the rows of a picture look like.
public struct PixelLayout: Sendable, Hashable {
  /// Pixels of a row, as stored.
  public let width: Int
  /// Pixels of a column, as stored.
  public let height: Int
  /// Bytes a pixel: 1 grey, 3 RGB.
  public let channels: Int
  /// Whether any decoder would give these very pixels (PNG, GIF, lossless WebP), or whether they
  /// are one decoder's rounding (JPEG, lossy WebP).
  public let isLossless: Bool
  /// Pixels along either axis that one pixel of the rows stands for: 1, or more where the sink
  /// accepts reduced pictures (see ``RowSink/takesReduced(width:height:)``).
  public let reduction: Int

  /// A layout of rows that a decoder is about to send.
  public init(
    width: Int, height: Int, channels: Int, isLossless: Bool, reduction: Int = 1
  ) {
    self.width = width
    self.height = height
    self.channels = channels
    self.isLossless = isLossless
    self.reduction = reduction
  }

  /// Pixels of a row, as they come.
  public var columns: Int { (width + reduction - 1) / reduction }
  /// How many rows come.
  public var rows: Int { (height + reduction - 1) / reduction }

  /// Bytes a row.
  public var stride: Int { columns * channels }
}

/// Why a browser shows a picture otherwise than its stored pixels say.
public enum ShownOtherwise: Sendable, Hashable {
  /// A page shows through it.
  case transparency
  /// Its numbers mean other colours than sRGB's, or were decoded in a way that passes over some of them.
  case colour
}

/// Which of the pictures in a file.
public enum PicturePart: Sendable, Hashable {
  /// The one that a browser shows.
  case main
  /// Another one: the second of a camera's file, an icon of another size, a page. Counted from 2.
  case picture(Int)
  /// The small one that comes with EXIF data.
  case thumbnail
}

/// Where a decoder sends a picture: `begin`, all rows, top to bottom, and `end`; again for each
/// frame of an animation.
public protocol RowSink {
  /// Whether a picture of this size may arrive reduced, where that is faster to decode. `false` by
  /// default.
  func takesReduced(width: Int, height: Int) -> Bool

  /// Called before the frames of another picture in the same file; without it, frames are of the main one.
  mutating func beginPart(_ part: PicturePart)

  /// Called when the file says where the picture was taken, for formats of which only the decoder knows.
  mutating func tellsLocation()

  /// Called before a frame's first row.
  mutating func begin(_ layout: PixelLayout)

  /// Called before ``end()`` when a browser would show the picture otherwise than its stored pixels say.
  mutating func isShownOtherwise(_ why: ShownOtherwise)

  /// One or more whole rows, `PixelLayout.stride` bytes each, one behind the other.
  mutating func take(_ rows: Span<UInt8>)

  /// All rows of the picture, or of the frame, have come.
  ///
  /// - Throws: ``ImageError`` to end the decoding, when no time is left for more frames.
  mutating func end() throws(ImageError)
}

extension RowSink {
  public func takesReduced(width: Int, height: Int) -> Bool { false }
  /// Does nothing.
  public mutating func beginPart(_ part: PicturePart) {}
  /// Does nothing.
  public mutating func tellsLocation() {}
  /// Does nothing.
  public mutating func isShownOtherwise(_ why: ShownOtherwise) {}

  /// Black rows for what a damaged picture lacks, as viewers show it.
  mutating func pad(rows: Int, _ layout: PixelLayout) {
    guard rows > 0 else { return }
    let black = [UInt8](repeating: 0, count: layout.stride)
    for _ in 0..<rows { take(black.span) }
  }
}

/// Whether a picture was decoded and examined as a whole.
public enum Completeness: Sendable, Hashable {
  /// The whole picture was examined.
  case complete
  /// Some pixels are missing or wrong (the rows before them, or a coarser picture, are right), or some frames
  /// or views were left out.
  case partial(ImageError)
}
