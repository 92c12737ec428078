public import SystemPackage

/// What counts as a match, besides what the lists' settings say.
public struct MatchPolicy: Sendable, Hashable {
  /// Bits by which a PDQ hash may differ from a listed one, whatever its list says; `nil` for the list's own
  /// radius. Unrelated pictures lie at about 128.
  public var pdqRadius: Int?
  /// The same for 64-bit perceptual hashes.
  public var phash64Radius: Int?
  /// The lists that are asked, `nil` for all.
  public var lists: Set<String>?
  public var limits: DecodingLimits

  public init(
    pdqRadius: Int? = nil, phash64Radius: Int? = nil, lists: Set<String>? = nil,
    limits: DecodingLimits = DecodingLimits()
  ) {
    self.pdqRadius = pdqRadius
    self.phash64Radius = phash64Radius
    self.lists = lists
    self.limits = limits
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
      // What cannot be decoded may still be listed, to the byte.
      var found = FoundMatches()
      try find(Digests.of(bytes, kinds: kinds), &found)
      return Examination(
        verdict: found.nearestFirst.map { .match($0) } ?? .notScanned(error), fingerprint: nil)
    }
    return Examination(verdict: try verdict(on: fingerprint), fingerprint: fingerprint)
  }

  private func verdict(on fingerprint: Fingerprint) throws(StorageError) -> Verdict {
    var found = FoundMatches()
    try find(fingerprint.digests, &found)
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
      let matches = try blocklist.matches(
        for: asked.map(\.2), radius: radius, lists: policy.lists)
      for ((frame, orientation, _), new) in zip(asked, matches) {
        found.add(new, frame: frame, orientation)
      }
    }
    // A match of what came of a damaged picture counts; that nothing was found in it does not, nor that what
    // was found is excused by its look.
    if case .partial(let reason) = fingerprint.completeness, !found.isDecided {
      return .notScanned(reason)
    }
    return found.nearestFirst.map { .match($0) } ?? .noMatch
  }

  private func find(
    _ digests: [HashKind: [UInt8]], _ found: inout FoundMatches
  ) throws(StorageError) {
    let hashes = digests.compactMap { ListedHash(kind: $0, bytes: $1) }
    guard !hashes.isEmpty else { return }
    for matches in try blocklist.matches(for: hashes, lists: policy.lists) { found.add(matches) }
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
  /// Whether an allowlist has the picture's very bytes.
  private var isKnown = false

  /// Takes what one hash of the picture matches.
  ///
  /// Among these an entry of an allowlist excuses those it names that are no nearer than itself: a picture like
  /// the harmless one, not the listed picture that it resembles.
  mutating func add(
    _ new: [Match], frame: Int = 1, _ orientation: Orientation = .asStored
  ) {
    let allowing = new.filter { $0.meaning == .allow }
    if allowing.contains(where: \.kind.isDigest) { isKnown = true }
    for var match in new {
      match.isAllowed =
        match.meaning != .allow && !match.kind.isDigest
        && allowing.contains {
          $0.distance <= match.distance && $0.allows.contains(match.reference)
        }
      match.frame = frame
      match.orientation = orientation
      let key = Key(list: match.list, entry: match.entry, kind: match.kind)
      if let known = matches[key], order(known) <= order(match) { continue }
      matches[key] = match
    }
  }

  /// Whether a match counts, or the picture is known to the byte, whatever else is in it.
  var isDecided: Bool {
    isKnown || matches.values.contains { $0.meaning != .allow && !$0.isAllowed }
  }

  /// `nil` when there are none.
  var nearestFirst: [Match]? {
    guard !matches.isEmpty else { return nil }
    return matches.values.map { match in
      var match = match
      if isKnown, match.meaning != .allow { match.isAllowed = true }
      return match
    }.sorted {
      ($0.distance, $0.list, $0.entry, $0.kind.rawValue)
        < ($1.distance, $1.list, $1.entry, $1.kind.rawValue)
    }
  }

  /// What counts before what is excused; of equally near ones the earliest frame, as stored rather than
  /// turned.
  private func order(_ match: Match) -> (Int, Int, Int, Int) {
    (match.isAllowed ? 1 : 0, match.distance, match.frame, match.orientation.rawValue)
  }
}
