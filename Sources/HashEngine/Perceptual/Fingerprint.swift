/// What one picture yields.
public struct Fingerprint: Sendable, Hashable {
  public let format: ImageFormat
  /// Pixels as stored; of an animation, of its canvas.
  public let width: Int
  public let height: Int
  /// How the stored pixels are to be turned to show the picture (EXIF).
  public let orientation: Orientation
  /// Frames that were decoded; 1 for a picture that is no animation.
  public let frameCount: Int
  /// Whether the picture decoded to its end; if not, the hashes are of what came.
  public let completeness: Completeness
  /// The frames whose hashes differ from those of all frames before; at least the first.
  public let frames: [FrameFingerprint]
  /// Of the file's bytes, for the kinds asked for.
  public let digests: [HashKind: [UInt8]]

  /// PDQ of the picture, or of the first frame; `nil` when not asked for.
  public var pdq: PDQFingerprint? { frames.first?.pdq }

  /// A digest in lower-case hexadecimal, `nil` when not asked for.
  public func digestText(_ kind: HashKind) -> String? { digests[kind].map { hexText($0) } }

  /// All digests as text; `nil` when there are none.
  package var digestTexts: [String: String]? {
    guard !digests.isEmpty else { return nil }
    return Dictionary(uniqueKeysWithValues: digests.map { ($0.rawValue, hexText($1)) })
  }

  /// Decodes and hashes a picture.
  ///
  /// - Parameters:
  ///   - kinds: What to compute; nothing else is.
  ///   - views: What PDQ is computed of besides the picture itself.
  /// - Throws: ``ImageError`` when there is no picture to hash. A picture that breaks off half way
  ///   does not throw: see ``completeness``.
  public init(
    of bytes: Span<UInt8>, kinds: Set<HashKind> = [.pdq], views: ViewSet = .none,
    limits: DecodingLimits = DecodingLimits()
  ) throws(ImageError) {
    var sink = FingerprintSink(kinds: kinds, views: views)
    let decoded = try ImageDecoder.decode(bytes, limits: limits, into: &sink)
    guard let layout = sink.layout, sink.frameCount > 0 else {
      throw ImageError(.damaged, "damaged: no pixels")
    }
    format = decoded.format
    completeness = decoded.completeness
    orientation = EXIF.orientation(of: bytes, format: decoded.format)
    width = layout.width
    height = layout.height
    frameCount = sink.frameCount
    frames = sink.frames
    digests = Digests.of(bytes, kinds: kinds)
  }
}

/// The hashes of one frame.
public struct FrameFingerprint: Sendable, Hashable {
  /// Counted from 1.
  public let number: Int
  public let pdq: PDQFingerprint?
  public let phash64: PerceptualFingerprint64?
  /// PDQ of its views, past the picture itself.
  public let views: [ViewedHash]

  /// Whether a frame with these hashes would be answered as this one is.
  fileprivate func hasHashes(
    _ otherPDQ: PDQFingerprint?, _ otherPHash64: PerceptualFingerprint64?
  ) -> Bool {
    pdq?.hash == otherPDQ?.hash && pdq?.isUsable == otherPDQ?.isUsable
      && phash64?.hash == otherPHash64?.hash
  }
}

/// Hashes frames as their rows arrive.
private struct FingerprintSink: RowSink {
  private(set) var layout: PixelLayout?
  private(set) var frames: [FrameFingerprint] = []
  private(set) var frameCount = 0
  private var pdq: PDQHasher?
  private var lanczos: LanczosGrid?
  private var luma: LumaGridMaker?
  private let views: ViewSet

  init(kinds: Set<HashKind>, views: ViewSet) {
    self.views = views
    if kinds.contains(.pdq) { pdq = PDQHasher() }
    if kinds.contains(.phash64) { lanczos = LanczosGrid() }
    if views != .none, kinds.contains(.pdq) { luma = LumaGridMaker() }
  }

  /// PDQ's weights can be laid onto a reduced picture; Lanczos would give another hash.
  func takesReduced(width: Int, height: Int) -> Bool {
    lanczos == nil && max(width, height) <= StreamedGrid.longestSide
  }

  mutating func begin(_ layout: PixelLayout) {
    self.layout = layout
    pdq?.begin(layout)
    lanczos?.begin(layout)
    luma?.begin(layout)
  }

  mutating func take(_ rows: Span<UInt8>) {
    pdq?.take(rows)
    lanczos?.take(rows)
    luma?.take(rows)
  }

  mutating func end() {
    frameCount += 1
    let (pdq, phash64) = (
      pdq?.finish(), lanczos.map { PerceptualFingerprint64($0.finish()) }
    )
    let luma = luma?.finish()
    // Views of a frame like an earlier one are not worth their time.
    guard !frames.contains(where: { $0.hasHashes(pdq, phash64) }) else { return }
    var views: [ViewedHash] = []
    if let luma, let pdq { views = self.views.hashes(of: luma, pdq) }
    frames.append(
      FrameFingerprint(number: frameCount, pdq: pdq, phash64: phash64, views: views))
  }
}
