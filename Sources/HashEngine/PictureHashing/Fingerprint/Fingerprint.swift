/// All that is computed of one picture.
public struct Fingerprint: Sendable, Hashable {
  /// The format that its bytes announce.
  public let format: ImageFormat
  /// The width in pixels, as stored; for an animation, the width of its canvas.
  public let width: Int
  /// The height in pixels, as ``width``.
  public let height: Int
  /// How the stored pixels are to be turned to show the picture (EXIF).
  public let orientation: Orientation
  /// Frames that were decoded; 1 for a picture that is no animation.
  public let frameCount: Int
  /// Whether the whole picture was decoded and everything requested was computed; if not, the hashes are of
  /// the part that was decoded.
  public let completeness: Completeness
  /// The frames that differ from all frames before, in their hashes or in what their views see; at least the first.
  /// They come again over a white page, and those of a transparent picture over a black one, where they look
  /// different. Those of other pictures in the file follow the main one's.
  public let frames: [FrameFingerprint]
  /// What lies behind the picture and is no part of it, as a media type: `video/mp4` for a Motion Photo, or
  /// `application/octet-stream`; `nil` for nothing.
  public let trailing: String?
  /// Whether the file says where the picture was taken (EXIF or XMP).
  public let hasLocation: Bool
  /// Digests of the file's bytes, for the kinds requested.
  public package(set) var digests: [HashKind: [UInt8]]

  /// The version of the hashes and views, apart from the form in which they are written. It is raised whenever the same
  /// bytes give others than before: what was kept of earlier versions is then no longer complete.
  public static let version: UInt16 = 1

  init(
    format: ImageFormat, width: Int, height: Int, orientation: Orientation, frameCount: Int,
    completeness: Completeness, frames: [FrameFingerprint], trailing: String? = nil,
    hasLocation: Bool = false, digests: [HashKind: [UInt8]]
  ) {
    self.format = format
    self.width = width
    self.height = height
    self.orientation = orientation
    self.frameCount = frameCount
    self.completeness = completeness
    self.frames = frames.sorted { $0.place < $1.place }
    self.trailing = trailing
    self.hasLocation = hasLocation
    self.digests = digests
  }

  /// PDQ of the picture, or of the first frame; `nil` when not requested.
  public var pdq: PDQFingerprint? { frames.first?.pdq }

  /// A digest in lower-case hexadecimal; `nil` when not requested.
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
    let exif = EXIF(of: bytes, format: format)
    let orientation = exif.orientation
    var sink = FingerprintSink(request, turns: exif.turns)
    var completeness: Completeness
    do throws(ImageError) {
      completeness = try ImageDecoder.decode(
        bytes, as: format, limits: request.limits, into: &sink)
    } catch {
      // Frames decoded before the error are worth keeping; without any, there is only the error.
      guard !sink.frames.isEmpty else { throw error }
      completeness = .partial(error)
    }
    guard let layout = sink.layout, !sink.frames.isEmpty else {
      throw ImageError(.damaged, "damaged: no pixels")
    }
    if completeness == .complete, let omission = sink.omission { completeness = .partial(omission) }
    var frames = sink.frames
    if !sink.differences.isEmpty {
      let pages = Self.overPages(bytes, format, request, sink, exif.turns)
      frames += pages.frames
      if completeness == .complete { completeness = pages.completeness }
    }
    let others = EmbeddedPictures(in: bytes, format: format, thumbnail: exif.thumbnail)
    for other in others.pictures {
      guard completeness == .complete else { break }
      completeness = Self.add(other, of: bytes, request, to: &frames)
    }
    self.init(
      format: format, width: layout.width, height: layout.height, orientation: orientation,
      frameCount: max(1, sink.frameCount), completeness: completeness, frames: frames,
      trailing: others.trailing,
      hasLocation: exif.hasLocation || sink.hasLocation || XMP.hasLocation(bytes, format),
      digests: Digests.of(bytes, kinds: request.kinds))
  }

  /// Hashes a picture that lies within the file of another one: the frames that differ from those so far.
  ///
  /// - Returns: Whether all of it was hashed. One that cannot be decoded is none.
  private static func add(
    _ picture: EmbeddedPicture, of bytes: Span<UInt8>, _ request: FingerprintRequest,
    to frames: inout [FrameFingerprint]
  ) -> Completeness {
    let content = bytes.extracting(picture.content)
    var request = request
    // A thumbnail is small, and there is nothing to be won by editing it.
    if picture.part == .thumbnail { request.views = .none }
    guard let format = try? ImageDecoder.format(of: content, limits: request.limits) else {
      return .complete
    }
    let turns = EXIF(of: content, format: format).turns
    for backdrop in [Backdrop.none, .white] {
      var sink = FingerprintSink(
        request, turns: turns, part: picture.part, over: backdrop, known: frames)
      do throws(ImageError) {
        _ = try ImageDecoder.decode(
          content, as: format, over: backdrop, limits: request.limits, into: &sink)
      } catch {
        if error.code == .timeLimit || error.code == .overLimit { return .partial(error) }
      }
      frames += sink.frames
      if let omission = sink.omission { return .partial(omission) }
      if sink.differences.isEmpty { break }
    }
    return .complete
  }

  /// The frames as a browser shows them on a white page, and of a transparent picture on a black one too, where
  /// they look different. Other views are hashed of the white page only.
  private static func overPages(
    _ bytes: Span<UInt8>, _ format: ImageFormat, _ request: FingerprintRequest,
    _ stored: FingerprintSink, _ turns: [Orientation]
  ) -> (frames: [FrameFingerprint], completeness: Completeness) {
    var frames: [FrameFingerprint] = []
    var completeness = Completeness.complete
    var request = request
    if stored.frameCount > 1, let layout = stored.layout {
      // All frames over all pages together cost no more than an animation may.
      let used = stored.frameCount * layout.width * layout.height
      request.limits.animationPixels = max(0, request.limits.animationPixels - used) / 2
    }
    for backdrop in stored.differences.contains(.transparency)
      ? [Backdrop.white, .black] : [.white]
    {
      var request = request
      if backdrop == .black { request.views = .none }
      var sink = FingerprintSink(
        request, turns: turns, over: backdrop, known: stored.frames + frames,
        looks: stored.looks)
      do throws(ImageError) {
        let result = try ImageDecoder.decode(
          bytes, as: format, over: backdrop, limits: request.limits, into: &sink)
        if completeness == .complete { completeness = result }
      } catch {
        if completeness == .complete { completeness = .partial(error) }
      }
      if completeness == .complete, let omission = sink.omission {
        completeness = .partial(omission)
      }
      frames += sink.frames
    }
    return (frames, completeness)
  }

  /// The same, with the parts of a ``FingerprintRequest`` as separate arguments.
  ///
  /// - Parameters:
  ///   - kinds: The kinds of hash to compute, and no others.
  ///   - views: The views that PDQ is computed of, besides the picture itself.
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
  /// Which of the pictures in the file it is of.
  public let part: PicturePart
  /// What shows through its transparent pixels.
  public let backdrop: Backdrop
  /// `nil` when not requested.
  public let pdq: PDQFingerprint?
  /// `nil` when not requested.
  public let phash64: PerceptualFingerprint64?
  /// PDQ of the frame's views, besides the frame itself.
  public let views: [ViewedHash]

  init(
    number: Int, part: PicturePart = .main, backdrop: Backdrop, pdq: PDQFingerprint?,
    phash64: PerceptualFingerprint64?, views: [ViewedHash]
  ) {
    self.number = number
    self.part = part
    self.backdrop = backdrop
    self.pdq = pdq
    self.phash64 = phash64
    self.views = views
  }

  /// Sorts frames: by picture, then by what shows through, then by number.
  var place: (UInt16, UInt8, Int) { (part.code, backdrop.rawValue, number) }

  /// Whether a frame with these hashes would have the same matches as this one.
  func hasHashes(
    _ otherPDQ: PDQFingerprint?, _ otherPHash64: PerceptualFingerprint64?
  ) -> Bool {
    pdq?.hash == otherPDQ?.hash && pdq?.isComparable == otherPDQ?.isComparable
      && pdq?.isListable == otherPDQ?.isListable
      && phash64?.hash == otherPHash64?.hash
  }
}
