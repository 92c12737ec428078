/// What one picture yields.
public struct Fingerprint: Sendable, Hashable {
  /// The format that its bytes announce.
  public let format: ImageFormat
  /// Pixels as stored; of an animation, of its canvas.
  public let width: Int
  /// As ``width``.
  public let height: Int
  /// How the stored pixels are to be turned to show the picture (EXIF).
  public let orientation: Orientation
  /// Frames that were decoded; 1 for a picture that is no animation.
  public let frameCount: Int
  /// Whether the picture decoded to its end and all that was asked for was computed; if not, the hashes are of
  /// what came.
  public let completeness: Completeness
  /// The frames whose hashes differ from those of all frames before; at least the first.
  public let frames: [FrameFingerprint]
  /// Of the file's bytes, for the kinds asked for.
  public package(set) var digests: [HashKind: [UInt8]]

  init(
    format: ImageFormat, width: Int, height: Int, orientation: Orientation, frameCount: Int,
    completeness: Completeness, frames: [FrameFingerprint], digests: [HashKind: [UInt8]]
  ) {
    self.format = format
    self.width = width
    self.height = height
    self.orientation = orientation
    self.frameCount = frameCount
    self.completeness = completeness
    self.frames = frames
    self.digests = digests
  }

  /// PDQ of the picture, or of the first frame; `nil` when not asked for.
  public var pdq: PDQFingerprint? { frames.first?.pdq }

  /// A digest in lower-case hexadecimal, `nil` when not asked for.
  public func digestText(_ kind: HashKind) -> String? { digests[kind].map { hexText($0) } }

  /// All digests as text; `nil` when there are none.
  package var digestTexts: [String: String]? {
    guard !digests.isEmpty else { return nil }
    return Dictionary(uniqueKeysWithValues: digests.map { ($0.rawValue, hexText($1)) })
  }

  /// Decodes and hashes a picture in this process. Hostile bytes are better left to a ``Fingerprinter`` that
  /// confines their decoder.
  ///
  /// - Throws: ``ImageError`` when there is no picture to hash. A picture that breaks off half way
  ///   does not throw: see ``completeness``.
  public init(of bytes: Span<UInt8>, _ request: FingerprintRequest) throws(ImageError) {
    let format = try ImageDecoder.format(of: bytes, limits: request.limits)
    let orientation = EXIF.orientation(of: bytes, format: format)
    var sink = FingerprintSink(request, orientation: orientation)
    var completeness: Completeness
    do throws(ImageError) {
      completeness = try ImageDecoder.decode(
        bytes, as: format, limits: request.limits, into: &sink)
    } catch {
      // What was found in the frames that came counts; that nothing was, does not.
      guard !sink.frames.isEmpty else { throw error }
      completeness = .partial(error)
    }
    guard let layout = sink.layout, !sink.frames.isEmpty else {
      throw ImageError(.damaged, "damaged: no pixels")
    }
    if completeness == .complete, let omission = sink.omission { completeness = .partial(omission) }
    self.init(
      format: format, width: layout.width, height: layout.height, orientation: orientation,
      frameCount: sink.frameCount, completeness: completeness, frames: sink.frames,
      digests: Digests.of(bytes, kinds: request.kinds))
  }

  /// The same, stated one by one.
  ///
  /// - Parameters:
  ///   - kinds: What to compute; nothing else is.
  ///   - views: What PDQ is computed of besides the picture itself.
  /// - Throws: as ``init(of:_:)``.
  public init(
    of bytes: Span<UInt8>, kinds: Set<HashKind> = [.pdq], views: ViewSet = .none,
    limits: DecodingLimits = DecodingLimits()
  ) throws(ImageError) {
    try self.init(of: bytes, FingerprintRequest(kinds: kinds, views: views, limits: limits))
  }
}

/// The hashes of one frame.
public struct FrameFingerprint: Sendable, Hashable {
  /// Counted from 1.
  public let number: Int
  /// `nil` when not asked for.
  public let pdq: PDQFingerprint?
  /// `nil` when not asked for.
  public let phash64: PerceptualFingerprint64?
  /// PDQ of its views, past the picture itself.
  public let views: [ViewedHash]

  /// Whether a frame with these hashes would be answered as this one is.
  func hasHashes(
    _ otherPDQ: PDQFingerprint?, _ otherPHash64: PerceptualFingerprint64?
  ) -> Bool {
    pdq?.hash == otherPDQ?.hash && pdq?.isUsable == otherPDQ?.isUsable
      && phash64?.hash == otherPHash64?.hash
  }
}
