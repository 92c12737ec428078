/// What to compute of a picture, and what that may cost.
public struct FingerprintRequest: Sendable, Hashable {
  /// The kinds of hash to compute, and no others.
  public var kinds: Set<HashKind>
  /// The views that PDQ is computed of, besides the picture itself.
  public var views: ViewSet
  /// What it may cost.
  public var limits: DecodingLimits

  /// By default PDQ of the picture itself, within the usual limits.
  public init(
    kinds: Set<HashKind> = [.pdq], views: ViewSet = .none,
    limits: DecodingLimits = DecodingLimits()
  ) {
    self.kinds = kinds
    self.views = views
    self.limits = limits
  }
}

/// Makes fingerprints from the bytes of pictures. Safe to use from any thread.
public protocol Fingerprinter: Sendable {
  /// Decodes and hashes a picture; takes as long as that does.
  ///
  /// - Throws: ``ImageError`` when there is no picture to hash. A picture that breaks off half way
  ///   does not throw: see ``Fingerprint/completeness``.
  func fingerprint(
    of bytes: Span<UInt8>, _ request: FingerprintRequest
  ) throws(ImageError) -> Fingerprint
}

/// Decodes in the caller's own process, with nothing between a codec's faults and the caller's memory.
public struct InProcessFingerprinter: Fingerprinter {
  /// It has no settings.
  public init() {}

  /// Decodes and hashes a picture here and now.
  ///
  /// - Throws: ``ImageError`` when there is no picture to hash.
  public func fingerprint(
    of bytes: Span<UInt8>, _ request: FingerprintRequest
  ) throws(ImageError) -> Fingerprint {
    try Fingerprint(of: bytes, request)
  }
}
