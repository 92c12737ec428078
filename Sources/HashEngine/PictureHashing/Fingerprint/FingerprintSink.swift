/// Hashes frames as their rows arrive.
struct FingerprintSink: RowSink {
  private(set) var layout: PixelLayout?
  private(set) var frames: [FrameFingerprint] = []
  private(set) var frameCount = 0
  /// What was requested but not computed, because it would have cost too much; `nil` if nothing was left out.
  private(set) var omission: ImageError?

  private let views: ViewSet
  private let limits: DecodingLimits
  private let orientation: Orientation
  private let backdrop: Backdrop
  /// Frames of the same picture over other backdrops: one like them is not hashed again.
  private let known: [FrameFingerprint]
  /// What frames look like of which views were hashed, of ``known`` ones as well.
  private(set) var looks: FrameLooks
  /// Whether a browser would show the picture otherwise than its stored pixels say.
  private(set) var looksDifferent = false
  private var pdq: PDQHasher?
  private var lanczos: LanczosGrid?
  private var luma: LumaGridMaker?
  /// Views hashed so far, of all frames, plus ``frameCost`` for each of these frames.
  private var viewCost = 0
  /// What it costs to make the small picture that a frame's views are taken from, counted in views.
  private static let frameCost = 24

  init(
    _ request: FingerprintRequest, orientation: Orientation, over backdrop: Backdrop = .none,
    known: [FrameFingerprint] = [], looks: FrameLooks = FrameLooks()
  ) {
    self.backdrop = backdrop
    self.known = known
    self.looks = looks
    views = request.views
    limits = request.limits
    self.orientation = orientation
    if request.kinds.contains(.pdq) { pdq = PDQHasher() }
    if request.kinds.contains(.phash64) { lanczos = LanczosGrid() }
    if views != .none, request.kinds.contains(.pdq) { luma = LumaGridMaker() }
  }

  /// PDQ's weights can be laid onto a reduced picture; Lanczos would give another hash.
  func takesReduced(width: Int, height: Int) -> Bool {
    lanczos == nil && max(width, height) <= StreamedGrid.longestSide
  }

  mutating func isShownOtherwise() { looksDifferent = true }

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

  mutating func end() throws(ImageError) {
    frameCount += 1
    var pdq: PDQFingerprint?
    if let (coefficients, quality) = self.pdq?.finish() {
      pdq = PDQFingerprint(coefficients, quality: quality, shown: orientation)
    }
    let phash64 = lanczos.map { PerceptualFingerprint64($0.finish(), shown: orientation) }
    // A frame like an earlier one is not worth its time: one with the same hashes, and where there are views, the
    // same look.
    let isKnown = (known + frames).contains { $0.hasHashes(pdq, phash64) }
    let grid = luma?.finish()
    if isKnown {
      if let grid, looks.contains(grid) { return }
      if grid == nil {
        // Past what views may cost it cannot be seen whether it looks like an earlier one.
        if views != .none, viewCost >= limits.views { omit() }
        return
      }
    }
    let views = try hashesOfViews(of: pdq, grid)
    if let grid { looks.append(grid) }
    frames.append(
      FrameFingerprint(
        number: frameCount, backdrop: backdrop, pdq: pdq, phash64: phash64, views: views))
  }

  private mutating func omit() {
    omission =
      omission
      ?? ImageError(
        .overLimit, "too long: no views were hashed from frame \(frameCount) on")
  }

  private mutating func hashesOfViews(
    of picture: PDQFingerprint?, _ grid: LumaGrid?
  ) throws(ImageError) -> [ViewedHash] {
    guard views != .none, let picture else { return [] }
    guard let grid else {
      omit()
      return []
    }
    let hashes = try views.hashes(of: grid, picture, shown: orientation, limits: limits)
    viewCost += hashes.count + Self.frameCost
    // No more views will be hashed, so no more grids are needed.
    if viewCost >= limits.views { luma = nil }
    return hashes
  }
}
