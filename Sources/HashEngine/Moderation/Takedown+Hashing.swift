extension Takedown {
  /// Hashes a picture that is to be listed.
  ///
  /// - Parameters:
  ///   - bytes: The picture's file.
  ///   - includesPHash64: Whether to include 64-bit hashes. They match unrelated pictures too, so they are
  ///     meant for allowlists, which excuse only the entries they name.
  ///   - includesCrops: Whether to include hashes of parts of the picture, so that cropped copies match.
  ///   - limits: Limits on the picture and on decoding it.
  ///   - fingerprinter: Decodes it.
  /// - Throws: ``ImageError`` when there is no picture to hash.
  public init(
    of bytes: Span<UInt8>, includesPHash64: Bool = false, includesCrops: Bool = false,
    limits: DecodingLimits = DecodingLimits(),
    by fingerprinter: any Fingerprinter = InProcessFingerprinter()
  ) throws(ImageError) {
    let kinds: Set<HashKind> = includesPHash64 ? [.pdq, .sha256, .phash64] : [.pdq, .sha256]
    let fingerprint = try fingerprinter.fingerprint(
      of: bytes,
      FingerprintRequest(kinds: kinds, views: includesCrops ? .crops : .none, limits: limits))
    var hashes: [ListedHash] = []
    if let digest = fingerprint.digests[.sha256],
      let hash = ListedHash(kind: .sha256, bytes: digest)
    {
      hashes.append(hash)
    }
    // What is seen is listed: the stored pixels of a transparent picture may be another, harmless one, and so may
    // its thumbnail.
    let seen = fingerprint.frames.filter { frame in
      guard frame.part == .main else { return false }
      return frame.backdrop != .none
        || !fingerprint.frames.contains {
          $0.part == .main && $0.backdrop == .white && $0.number == frame.number
        }
    }
    for frame in seen {
      for hash in [false, true].flatMap({ frame.exactHashes(isShown: $0, toList: true) })
      where !hash.isDegenerate && !hashes.contains(hash) { hashes.append(hash) }
    }
    var crops: [CroppedHash] = []
    for viewed in seen.flatMap(\.views) {
      let hash = ListedHash(viewed.hash)
      guard hashes.count < StoredEntry.maximumHashes, !hash.isDegenerate, !hashes.contains(hash)
      else { continue }
      hashes.append(hash)
      crops.append(CroppedHash(hash, of: viewed.view.region))
    }
    self.init(hashes: hashes, crops: crops)
  }
}
