public import SystemPackage

/// Examines pictures and hashes against the lists; every verdict comes from here. Safe to use from any
/// thread.
public struct Moderator: Sendable {
  /// What is searched.
  let lists: any SearchableLists
  let fingerprinter: any Fingerprinter
  /// What counts as a match, besides what the lists' settings say.
  public let policy: MatchPolicy

  /// - Parameters:
  ///   - store: The lists that are searched.
  ///   - policy: What counts as a match, besides what the lists' settings say.
  ///   - fingerprinter: Decodes the pictures: in this process unless said, or confined.
  public init(
    _ store: ListStore, policy: MatchPolicy = MatchPolicy(),
    fingerprinter: any Fingerprinter = InProcessFingerprinter()
  ) {
    self.init(searching: store, policy: policy, fingerprinter: fingerprinter)
  }

  init(
    searching lists: any SearchableLists, policy: MatchPolicy, fingerprinter: any Fingerprinter
  ) {
    self.lists = lists
    self.policy = policy
    self.fingerprinter = fingerprinter
  }

  /// Makes sure that there is something to compare with, before there is a picture.
  ///
  /// - Returns: The lists that are searched.
  /// - Throws: ``ListError`` `unknown-list`, `no-lists`, `storage`.
  @discardableResult
  public func checkLists() throws(ListError) -> [ListVersion] {
    let found = try lists.search(for: [], policy.searchOptions())
    try requireMatchable(found)
    return found.lists
  }

  /// The lists that are searched, and whether a picture could match them now.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `storage`.
  public func searchedLists() throws(ListError) -> [ListVersion] {
    try lists.search(for: [], policy.searchOptions()).lists
  }

  /// Reads and examines a file. A problem with the file gives the verdict `notScanned`, not an error.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `no-lists`, `storage`.
  public func examine(_ file: FilePath) throws(ListError) -> Examination {
    try examine(WalkedFile(file, nil, followsLink: true))
  }

  /// Reads and examines a file that was found before. A problem with the file gives the verdict `notScanned`, not an
  /// error.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `no-lists`, `storage`.
  public func examine(_ file: WalkedFile) throws(ListError) -> Examination {
    let bytes: [UInt8]
    do {
      (bytes, _) = try PictureFile.readWhole(file, limits: policy.limits)
    } catch {
      return Examination(verdict: .notScanned(error), fingerprint: nil)
    }
    return try examine(bytes.span)
  }

  /// Examines a picture's bytes. A problem with them gives the verdict `notScanned`, not an error.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `no-lists`, `storage`.
  public func examine(_ bytes: Span<UInt8>) throws(ListError) -> Examination {
    var request = try self.request()
    let limits = policy.limitsFromNow
    while true {
      let picture = read(bytes, request, limits)
      let (examination, latest) = try examine(picture, until: limits.deadline)
      // Meanwhile a list may have got a new kind of hash or a higher effort, and the search used that state:
      // then the picture is hashed again for it.
      guard let more = self.request(latest).beyond(request) else { return examination }
      request = more
    }
  }

  /// Examines a fingerprint that was computed before. Kinds and views that it does not have are not looked
  /// up.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `no-lists`, `storage`.
  public func examine(_ fingerprint: Fingerprint) throws(ListError) -> Examination {
    try examine(
      ReadPicture(fingerprint: fingerprint, digests: fingerprint.digests),
      until: policy.limitsFromNow.deadline
    ).0
  }

  /// Looks up hashes that somebody else has computed, each by itself.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `no-lists`, `storage`.
  public func lookup(_ hashes: [ListedHash]) throws(ListError) -> HashLookup {
    let found = try lists.search(for: hashes.map { HashQuery($0) }, policy.searchOptions())
    try requireMatchable(found)
    return HashLookup(
      results: found.candidates.map { candidates in
        var matches = MatchSet()
        matches.add(candidates)
        return HashExamination(matches: matches.nearestFirst)
      }, lists: found.lists)
  }

  /// Throws where there is nothing to compare with: "no match" would mean nothing.
  private func requireMatchable(_ found: SearchResult) throws(ListError) {
    guard found.lists.contains(where: \.canMatch) else {
      throw ListError(
        .noListInForce,
        "no list is in force: no list blocks or wants a review, or each of those is"
          + " disabled, expired or empty")
    }
    if let kinds = policy.kinds, kinds.isDisjoint(with: found.requirements.kinds) {
      throw ListError(
        .noListInForce,
        "no list has hashes of the kinds asked for"
          + " (\(kinds.map(\.rawValue).sorted().joined(separator: ", ")))")
    }
  }

  /// Asks the lists of a picture that was read.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `no-lists`, `storage`.
  func examine(
    _ picture: ReadPicture, until deadline: ContinuousClock.Instant?
  ) throws(ListError) -> (Examination, ListRequirements) {
    let start = ContinuousClock.now
    let (fingerprint, problem) = (picture.fingerprint, picture.problem)
    let queries = PictureQuery.all(of: fingerprint, digests: picture.digests)
    let found = try lists.search(
      for: queries.map(\.query), policy.searchOptions(until: deadline)
    ) { policy.endsEarly && MatchSet(queries, $0).isCertain }
    try requireMatchable(found)
    let matches = MatchSet(queries, found.candidates)
    let nearest = matches.nearestFirst
    let verdict: Verdict
    // For a picture that was decoded only in part, a match counts. No match does not, nor a match that is
    // excused only because of a similar picture.
    if case .partial(let reason) = fingerprint?.completeness, !matches.isDecided {
      verdict = .notScanned(reason)
    } else if found.isCut, !matches.isDecided {
      verdict = .notScanned(DecodingLimits.outOfTime)
    } else if let trailing = fingerprint?.trailing, policy.trailingData == .notScanned,
      !matches.isDecided
    {
      verdict = .notScanned(
        ImageError(.trailingData, "something else lies behind the picture (\(trailing))"))
    } else if !nearest.isEmpty {
      verdict = .match(nearest)
    } else {
      verdict = problem.map { .notScanned($0) } ?? .noMatch
    }
    let examination = Examination(
      verdict: verdict, fingerprint: fingerprint, digests: picture.digests, lists: found.lists,
      lookups: found.lookups,
      timings: Examination.Timings(decoding: picture.time, lookup: .now - start))
    return (examination, found.requirements)
  }
}

/// Lists that a moderator searches: those of a ``ListStore``, or a trial list.
protocol SearchableLists: Sendable {
  /// See ``ListStore/search(for:_:isEnough:)``.
  func search(
    for queries: [HashQuery], _ options: SearchOptions, isEnough: ([[Candidate]]) -> Bool
  ) throws(ListError) -> SearchResult

  /// What a picture is to be hashed for. The names are those of the lists to search, `nil` for all.
  func requirements(of names: Set<String>?) throws(ListError) -> ListRequirements
}

extension SearchableLists {
  func search(
    for queries: [HashQuery], _ options: SearchOptions
  ) throws(ListError) -> SearchResult {
    try search(for: queries, options) { _ in false }
  }
}

extension ListStore: SearchableLists {}
