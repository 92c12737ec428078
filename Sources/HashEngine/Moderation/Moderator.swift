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
  /// The kinds of hash that are asked for, `nil` for those that the lists have.
  public var kinds: Set<HashKind>?
  public var limits: DecodingLimits

  public init(
    pdqRadius: Int? = nil, phash64Radius: Int? = nil, lists: Set<String>? = nil,
    kinds: Set<HashKind>? = nil, limits: DecodingLimits = DecodingLimits()
  ) {
    self.pdqRadius = pdqRadius
    self.phash64Radius = phash64Radius
    self.lists = lists
    self.kinds = kinds
    self.limits = limits
  }

  fileprivate var radii: [HashKind: Int] {
    var radii: [HashKind: Int] = [:]
    radii[.pdq] = pdqRadius
    radii[.phash64] = phash64Radius
    return radii
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
    var kinds = if let kinds = policy.kinds { kinds } else { try blocklist.kinds().union([.pdq]) }
    while true {
      let (examination, listed) = try examine(bytes, for: kinds)
      // A list may have got a new kind of hash meanwhile; the answer names that state of it.
      if policy.kinds != nil || listed.isSubset(of: kinds) { return examination }
      kinds.formUnion(listed)
    }
  }

  /// Examines hashes that somebody else has computed, each by itself.
  ///
  /// - Returns: What each matches, in their order, and the lists that were asked.
  /// - Throws: ``StorageError`` when the lists cannot be read.
  public func examine(
    _ hashes: [ListedHash]
  ) throws(StorageError) -> (results: [HashExamination], lists: [ListVersion]) {
    let answer = try blocklist.answer(for: hashes, radii: policy.radii, lists: policy.lists)
    let results = answer.matches.map { matches in
      var found = FoundMatches()
      found.add(matches)
      return HashExamination(matches: found.nearestFirst ?? [])
    }
    return (results, answer.lists)
  }

  private func examine(
    _ bytes: Span<UInt8>, for kinds: Set<HashKind>
  ) throws(StorageError) -> (Examination, listed: Set<HashKind>) {
    let start = ContinuousClock.now
    var fingerprint: Fingerprint?
    var problem: ImageError?
    do throws(ImageError) {
      fingerprint = try Fingerprint(of: bytes, kinds: kinds, limits: policy.limits)
    } catch {
      problem = error
    }
    let middle = ContinuousClock.now
    // What cannot be decoded may still be listed, to the byte.
    let asked = Self.queries(
      fingerprint, digests: fingerprint?.digests ?? Digests.of(bytes, kinds: kinds))
    let answer = try blocklist.answer(
      for: asked.map(\.hash), radii: policy.radii, lists: policy.lists)
    var found = FoundMatches()
    // Digests first: they decide whether the very bytes are known. An entry excuses what is found with the
    // same hash, so each is taken by itself.
    for (query, matches) in zip(asked, answer.matches) {
      found.add(matches, frame: query.frame, query.orientation)
    }
    let verdict: Verdict
    // A match of what came of a damaged picture counts; that nothing was found in it does not, nor that what
    // was found is excused by its look.
    if case .partial(let reason) = fingerprint?.completeness, !found.isDecided {
      verdict = .notScanned(reason)
    } else if let matches = found.nearestFirst {
      verdict = .match(matches)
    } else {
      verdict = problem.map { .notScanned($0) } ?? .noMatch
    }
    let examination = Examination(
      verdict: verdict, fingerprint: fingerprint, lists: answer.lists,
      timings: Examination.Timings(decoding: middle - start, lookup: .now - middle))
    return (examination, answer.kinds)
  }

  /// A hash that the lists are asked for, and what of the picture it is of.
  private struct Query {
    let hash: ListedHash
    var frame = 1
    var orientation = Orientation.asStored
  }

  private static func queries(
    _ fingerprint: Fingerprint?, digests: [HashKind: [UInt8]]
  ) -> [Query] {
    var queries = digests.compactMap { ListedHash(kind: $0, bytes: $1).map { Query(hash: $0) } }
    guard let fingerprint else { return queries }
    // The stored pixels are what other tools hash; the picture as shown is what people share.
    let orientations = Set([.asStored, fingerprint.orientation])
    for frame in fingerprint.frames {
      for orientation in orientations {
        let pdq = frame.pdq.flatMap { $0.isUsable ? ListedHash($0.hash(orientation)) : nil }
        let phash64 = frame.phash64?.hash(orientation).ifUsable.map { ListedHash($0) }
        for hash in [pdq, phash64].compactMap({ $0 }) {
          queries.append(Query(hash: hash, frame: frame.number, orientation: orientation))
        }
      }
    }
    return queries
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
