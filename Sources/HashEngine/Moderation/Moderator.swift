public import SystemPackage

/// What counts as a match.
public struct MatchPolicy: Sendable, Hashable {
  /// Bits by which a PDQ hash may differ from a listed one. 31 is the reference's choice: unrelated
  /// pictures lie at about 128.
  public var pdqRadius: Int
  /// Bits by which a 64-bit perceptual hash may differ. At 8 and more, strangers begin to match.
  public var phash64Radius: Int
  public var limits: DecodingLimits

  public init(
    pdqRadius: Int = 31, phash64Radius: Int = 4, limits: DecodingLimits = DecodingLimits()
  ) {
    self.pdqRadius = pdqRadius
    self.phash64Radius = phash64Radius
    self.limits = limits
  }

  /// Bits by which a hash of this kind may differ.
  public func radius(of kind: HashKind) -> Int {
    switch kind {
    case .pdq: pdqRadius
    case .phash64: phash64Radius
    case .md5, .sha1, .sha256: 0
    }
  }
}

/// Answers whether a picture is on a list. Safe to use from any thread.
public struct Moderator: Sendable {
  private let blocklist: Blocklist
  public let policy: MatchPolicy

  public init(blocklist: Blocklist, policy: MatchPolicy = MatchPolicy()) {
    self.blocklist = blocklist
    self.policy = policy
  }

  /// Reads and examines a file. Whatever is wrong with it is the answer, not an error.
  ///
  /// - Throws: ``StorageError`` when the lists cannot be read.
  public func examine(_ file: FilePath) throws(StorageError) -> Examination {
    let bytes: [UInt8]
    do {
      bytes = try PictureFile.read(file, limits: policy.limits)
    } catch {
      return Examination(verdict: .notScanned(error), fingerprint: nil)
    }
    return try examine(bytes.span)
  }

  /// Examines a picture's bytes.
  ///
  /// - Throws: ``StorageError`` when the lists cannot be read.
  public func examine(_ bytes: Span<UInt8>) throws(StorageError) -> Examination {
    // Quality is told of every picture, whatever the lists have.
    let kinds = try blocklist.kinds().union([.pdq])
    let fingerprint: Fingerprint
    do {
      fingerprint = try Fingerprint(of: bytes, kinds: kinds, limits: policy.limits)
    } catch {
      return Examination(verdict: .notScanned(error), fingerprint: nil)
    }
    return Examination(verdict: try verdict(on: fingerprint), fingerprint: fingerprint)
  }

  private func verdict(on fingerprint: Fingerprint) throws(StorageError) -> Verdict {
    var found = FoundMatches()
    for (kind, bytes) in fingerprint.digests {
      guard let digest = ListedHash(kind: kind, bytes: bytes) else { continue }
      found.add(try blocklist.matches(for: digest, radius: 0))
    }
    // The stored pixels are what other tools hash; the picture as shown is what people share.
    let orientations = Set([.asStored, fingerprint.orientation])
    let views = fingerprint.frames.flatMap { frame in orientations.map { (frame, $0) } }
    let pdq = views.compactMap { frame, orientation in
      frame.pdq.flatMap { pdq in
        pdq.isUsable ? (frame.number, orientation, ListedHash(pdq.hash(orientation))) : nil
      }
    }
    let phash64 = views.compactMap { frame, orientation in
      frame.phash64?.hash(orientation).ifUsable.map { (frame.number, orientation, ListedHash($0)) }
    }
    for (asked, radius) in [(pdq, policy.pdqRadius), (phash64, policy.phash64Radius)]
    where !asked.isEmpty {
      let matches = try blocklist.matches(for: asked.map(\.2), radius: radius)
      for ((frame, orientation, _), new) in zip(asked, matches) {
        found.add(new, frame: frame, orientation)
      }
    }
    // A match of what came of a damaged picture counts; that nothing was found in it does not.
    if let matches = found.nearestFirst { return .match(matches) }
    if case .partial(let reason) = fingerprint.completeness { return .notScanned(reason) }
    return .noMatch
  }
}

/// The nearest match with each entry, by each kind of hash.
private struct FoundMatches {
  private struct Key: Hashable {
    let list: String
    let entry: String
    let kind: HashKind
  }

  private var matches: [Key: Match] = [:]

  mutating func add(
    _ new: [Match], frame: Int = 1, _ orientation: Orientation = .asStored
  ) {
    for var match in new {
      match.frame = frame
      match.orientation = orientation
      let key = Key(list: match.list, entry: match.entry, kind: match.kind)
      if let known = matches[key], order(known) <= order(match) { continue }
      matches[key] = match
    }
  }

  /// `nil` when there are none.
  var nearestFirst: [Match]? {
    guard !matches.isEmpty else { return nil }
    return matches.values.sorted {
      ($0.distance, $0.list, $0.entry, $0.kind.rawValue)
        < ($1.distance, $1.list, $1.entry, $1.kind.rawValue)
    }
  }

  /// Of equally near ones the earliest frame, as stored rather than turned.
  private func order(_ match: Match) -> (Int, Int, Int) {
    (match.distance, match.frame, match.orientation.rawValue)
  }
}
