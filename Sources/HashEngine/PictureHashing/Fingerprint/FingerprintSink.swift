/// Hashes frames as their rows arrive.
struct FingerprintSink: RowSink {
  private(set) var layout: PixelLayout?
  private(set) var frames: [FrameFingerprint] = []
  /// Frames of the main picture.
  private(set) var frameCount = 0
  /// Whether the picture says where it was taken.
  private(set) var hasLocation = false
  /// Which picture the frames that come are of, and the number of the last one of it.
  private var part: PicturePart
  private let isOfMain: Bool
  private var number = 0
  /// What was requested but not computed, because it would have cost too much; `nil` if nothing was left out.
  private(set) var omission: ImageError?

  private let views: ViewSet
  private let limits: DecodingLimits
  /// The turns that EXIF asks for, the one that counts first; empty for none.
  private let turns: [Orientation]
  private let orientation: Orientation
  private let backdrop: Backdrop
  /// Frames of the same picture over other backdrops: one like them is not hashed again.
  private let known: [FrameFingerprint]
  /// What frames look like of which views were hashed, of ``known`` ones as well.
  private(set) var looks: FrameLooks
  /// Why a browser would show the picture otherwise than its stored pixels say; empty if it would not.
  private(set) var differences: Set<ShownOtherwise> = []
  private var pdq: PDQHasher?
  private var lanczos: LanczosGrid?
  private var luma: LumaGridMaker?
  private var turned: TurnedPixels?
  /// Views hashed so far, of all frames, plus ``frameCost`` for each of these frames.
  private var viewCost = 0
  /// What it costs to make the small picture that a frame's views are taken from, counted in views.
  private static let frameCost = 24

  init(
    _ request: FingerprintRequest, turns: [Orientation], part: PicturePart = .main,
    over backdrop: Backdrop = .none, known: [FrameFingerprint] = [],
    looks: FrameLooks = FrameLooks()
  ) {
    self.part = part
    isOfMain = part == .main
    self.backdrop = backdrop
    self.known = known
    self.looks = looks
    views = request.views
    limits = request.limits
    self.turns = turns
    orientation = turns.first ?? .asStored
    turned = TurnedPixels(orientation)
    if request.kinds.contains(.pdq) { pdq = PDQHasher() }
    if request.kinds.contains(.phash64) { lanczos = LanczosGrid() }
    if views != .none, request.kinds.contains(.pdq) { luma = LumaGridMaker() }
  }

  /// PDQ's weights can be laid onto a reduced picture; Lanczos would give another hash.
  func takesReduced(width: Int, height: Int) -> Bool {
    lanczos == nil && max(width, height) <= StreamedGrid.longestSide
  }

  mutating func isShownOtherwise(_ why: ShownOtherwise) { differences.insert(why) }

  mutating func beginPart(_ part: PicturePart) {
    // The parts of a picture that is itself a part have no names of their own.
    guard isOfMain else { return }
    self.part = part
    number = 0
  }

  mutating func tellsLocation() { hasLocation = true }

  mutating func begin(_ layout: PixelLayout) {
    // Of several pictures, the size of the first is told.
    self.layout = self.layout ?? layout
    pdq?.begin(layout)
    lanczos?.begin(layout)
    luma?.begin(layout)
    turned?.begin(layout)
  }

  mutating func take(_ rows: Span<UInt8>) {
    pdq?.take(rows)
    lanczos?.take(rows)
    luma?.take(rows)
    turned?.take(rows)
  }

  mutating func end() throws(ImageError) {
    number += 1
    if part == .main { frameCount += 1 }
    let exact = self.pdq?.finish()
    let pdq = exact.map { exact in
      PDQFingerprint(
        exact.coefficients, quality: exact.quality, detail: exact.detail, shown: orientation,
        turned: turned?.finish())
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
    let views = try hashesOfViews(of: pdq, exact?.coefficients ?? .none, grid)
    if let grid { looks.append(grid) }
    frames.append(
      FrameFingerprint(
        number: number, part: part, backdrop: backdrop, pdq: pdq, phash64: phash64, views: views))
  }

  private mutating func omit() {
    omission =
      omission
      ?? ImageError(
        .overLimit,
        "too long: no views were hashed from frame \(number) on; a lower effort reaches farther")
  }

  private mutating func hashesOfViews(
    of picture: PDQFingerprint?, _ coefficients: PDQCoefficients, _ grid: LumaGrid?
  ) throws(ImageError) -> [ViewedHash] {
    guard views != .none, let picture else { return [] }
    guard let grid else {
      omit()
      return []
    }
    let hashes = try views.hashes(of: grid, picture, coefficients, turns: turns, limits: limits)
    viewCost += hashes.count + Self.frameCost
    // No more views will be hashed, so no more grids are needed.
    if viewCost >= limits.views { luma = nil }
    return hashes
  }
}
