/// The most that a picture may cost. Sizes are checked once the header is read, before memory is allocated.
public struct DecodingLimits: Sendable, Hashable {
  /// Bytes of the encoded file.
  public var bytes = 256 << 20
  /// Pixels along either side.
  public var side = 65_535
  /// Pixels in all.
  public var pixels = 1 << 28
  /// Bytes a decoder may hold at once. Baseline JPEG and plain PNG need a few rows; WebP, GIF,
  /// progressive JPEG and interlaced PNG need the whole picture.
  public var memory = 1 << 29
  /// Frames of an animation; later ones are not decoded, and the picture counts as partial.
  public var frames = 1000
  /// Pixels of all frames of an animation together, each counted with its whole canvas.
  public var animationPixels = 1 << 29
  /// Views hashed of all frames of an animation together; each frame itself counts as 24 more. Later frames
  /// are hashed without views, and the picture counts as partial.
  public var views = 3 << 13
  /// Scans of a JPEG: each may cost a pass over the picture.
  public var scans = 100
  /// Pixels of all scans of a JPEG together, counted for each component of a scan.
  public var scanPixels = 3 << 28
  /// When decoding ends, finished or not; `nil` for no deadline. Checked between rows, scans and frames.
  public var deadline: ContinuousClock.Instant?

  /// The usual limits.
  public init() {}

  package func check(width: Int, height: Int) throws(ImageError) {
    guard width > 0, height > 0 else {
      throw ImageError(.damaged, "damaged: \(width)×\(height) pixels")
    }
    guard width <= side, height <= side else {
      throw ImageError(.overLimit, "too large: \(width)×\(height), the limit is \(side) a side")
    }
    let (count, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, count <= pixels else {
      throw ImageError(.overLimit, "too large: \(width)×\(height), the limit is \(pixels) pixels")
    }
  }

  /// - Throws: ``ImageError`` `time-limit` when there is no time left.
  package func checkTime() throws(ImageError) {
    if isOutOfTime { throw Self.outOfTime }
  }

  /// Whether there is no time left.
  package var isOutOfTime: Bool { deadline.map { ContinuousClock.now >= $0 } ?? false }

  /// Nanoseconds left, at least 1; 0 when there is no deadline.
  var nanosecondsLeft: Int64 {
    guard let deadline else { return 0 }
    let (seconds, attoseconds) = (deadline - .now).components
    return max(1, min(seconds, 1 << 32) * 1_000_000_000 + attoseconds / 1_000_000_000)
  }

  package static let outOfTime = ImageError(
    .timeLimit, "too slow: not finished within the time limit for a picture")

  /// How many frames of an animation with this canvas may be decoded; at least one.
  package func frames(width: Int, height: Int) -> Int {
    max(1, min(frames, animationPixels / max(1, width * height)))
  }

  /// The completeness of an animation with more frames than the limits allow, of which `seen` were decoded.
  package static func tooManyFrames(_ seen: Int) -> Completeness {
    .partial(
      ImageError(.overLimit, "too long: only the first \(seen) frames were examined"))
  }

  /// Bytes for a buffer of `height` rows; throws when they are over the memory limit.
  package func bufferSize(width: Int, height: Int, channels: Int) throws(ImageError) -> Int {
    let (row, rowOverflow) = width.multipliedReportingOverflow(by: channels)
    let (size, overflow) = row.multipliedReportingOverflow(by: height)
    guard !rowOverflow, !overflow, size <= memory else {
      throw ImageError(
        .overLimit,
        "too large: \(width)×\(height) needs over \(memory >> 20) MiB to decode")
    }
    return size
  }
}
