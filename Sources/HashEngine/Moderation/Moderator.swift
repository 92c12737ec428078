public import SystemPackage

/// What counts as a match, besides what the lists' settings say.
public struct MatchPolicy: Sendable, Hashable {
  /// Bits by which a PDQ hash may differ from a listed one, whatever its list says; `nil` for the list's own
  /// radius. Unrelated pictures lie at about 128.
  public var pdqRadius: Int?
  /// The same for 64-bit perceptual hashes.
  public var phash64Radius: Int?
  /// In which views pictures are asked, whatever a list says; `nil` for the lists' own efforts.
  public var effort: Effort?
  /// The lists that are asked, `nil` for all.
  public var lists: Set<String>?
  /// The kinds of hash that are asked for, `nil` for those that the lists have.
  public var kinds: Set<HashKind>?
  public var limits: DecodingLimits
  /// How long one picture may take, decoding and search together; `nil` for as long as it takes, or until the
  /// limits' deadline.
  public var timeLimit: Duration?
  /// Whether a search ends when it is certain that a picture is to be refused; what else it matches is not told
  /// then.
  public var endsEarly: Bool

  public init(
    pdqRadius: Int? = nil, phash64Radius: Int? = nil, effort: Effort? = nil,
    lists: Set<String>? = nil, kinds: Set<HashKind>? = nil,
    limits: DecodingLimits = DecodingLimits(), timeLimit: Duration? = nil,
    endsEarly: Bool = true
  ) {
    self.pdqRadius = pdqRadius
    self.phash64Radius = phash64Radius
    self.effort = effort
    self.lists = lists
    self.kinds = kinds
    self.limits = limits
    self.timeLimit = timeLimit
    self.endsEarly = endsEarly
  }

  /// The limits for a picture whose turn is now.
  fileprivate var limitsFromNow: DecodingLimits {
    var limits = limits
    if let timeLimit {
      limits.deadline = min(limits.deadline ?? .now + timeLimit, .now + timeLimit)
    }
    return limits
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
  private let fingerprinter: any Fingerprinter
  public let policy: MatchPolicy

  /// - Parameter fingerprinter: Decodes the pictures: in this process unless said, or confined.
  public init(
    blocklist: Blocklist, policy: MatchPolicy = MatchPolicy(),
    fingerprinter: any Fingerprinter = InProcessFingerprinter()
  ) {
    self.blocklist = blocklist
    self.policy = policy
    self.fingerprinter = fingerprinter
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
    var demand = try blocklist.demand(of: policy.lists)
    let limits = policy.limitsFromNow
    while true {
      let (examination, latest) = try examine(bytes, for: demand, limits)
      // A list may have got a new kind of hash meanwhile, or wants other views; the answer names that state
      // of it.
      if policy.kinds != nil || latest.kinds.isSubset(of: demand.kinds),
        policy.effort != nil || latest.effort <= demand.effort
      {
        return examination
      }
      demand.kinds.formUnion(latest.kinds)
      demand.effort = max(demand.effort, latest.effort)
    }
  }

  /// Examines hashes that somebody else has computed, each by itself.
  ///
  /// - Returns: What each matches, in their order, and the lists that were asked.
  /// - Throws: ``StorageError`` when the lists cannot be read.
  public func examine(
    _ hashes: [ListedHash]
  ) throws(StorageError) -> (results: [HashExamination], lists: [ListVersion]) {
    let answer = try blocklist.answer(
      for: hashes.map { HashQuery($0) }, radii: policy.radii, lists: policy.lists)
    let results = answer.matches.map { matches in
      var found = FoundMatches()
      found.add(matches)
      return HashExamination(matches: found.nearestFirst ?? [])
    }
    return (results, answer.lists)
  }

  private func examine(
    _ bytes: Span<UInt8>, for demand: ListDemand, _ limits: DecodingLimits
  ) throws(StorageError) -> (Examination, ListDemand) {
    let start = ContinuousClock.now
    // Quality is told of every picture, whatever the lists have.
    let kinds = policy.kinds ?? demand.kinds.union([.pdq])
    let effort = demand.kinds.contains(.pdq) ? policy.effort ?? demand.effort : .exact
    var fingerprint: Fingerprint?
    var problem: ImageError?
    do throws(ImageError) {
      fingerprint = try fingerprinter.fingerprint(
        of: bytes,
        FingerprintRequest(kinds: kinds, views: .upTo(effort), limits: limits))
    } catch {
      problem = error
    }
    let middle = ContinuousClock.now
    // What cannot be decoded may still be listed, to the byte.
    let asked = PictureQuery.all(
      of: fingerprint, digests: fingerprint?.digests ?? Digests.of(bytes, kinds: kinds))
    let answer = try blocklist.answer(
      for: asked.map(\.query), radii: policy.radii, effort: policy.effort, lists: policy.lists,
      deadline: limits.deadline
    ) { policy.endsEarly && FoundMatches(asked, $0).isCertain }
    let found = FoundMatches(asked, answer.matches)
    let verdict: Verdict
    // A match of what came of a damaged picture counts; that nothing was found in it does not, nor that what
    // was found is excused by its look.
    if case .partial(let reason) = fingerprint?.completeness, !found.isDecided {
      verdict = .notScanned(reason)
    } else if answer.isCut, !found.isDecided {
      verdict = .notScanned(DecodingLimits.outOfTime)
    } else if let matches = found.nearestFirst {
      verdict = .match(matches)
    } else {
      verdict = problem.map { .notScanned($0) } ?? .noMatch
    }
    let examination = Examination(
      verdict: verdict, fingerprint: fingerprint, lists: answer.lists, asked: answer.asked,
      timings: Examination.Timings(decoding: middle - start, lookup: .now - middle))
    return (examination, answer.demand)
  }
}
