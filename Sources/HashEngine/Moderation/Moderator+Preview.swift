public import SystemPackage

extension Moderator {
  /// A moderator that searches only the given pictures, as if they were listed: a trial before a takedown.
  ///
  /// - Parameters:
  ///   - pictures: The pictures that are meant to be listed.
  ///   - list: The name of the list that they are meant for, whose settings count.
  ///   - store: Where that list is; `nil`, or a store without it, for the settings of a new list.
  ///   - policy: What counts as a match, besides the list's settings.
  ///   - fingerprinter: Decodes the pictures that are examined.
  /// - Throws: ``ListError`` `invalid-setting` for an allowlist; `storage`.
  public static func preview(
    of pictures: [Takedown], on list: String, in store: ListStore?,
    policy: MatchPolicy = MatchPolicy(),
    fingerprinter: any Fingerprinter = InProcessFingerprinter()
  ) throws(ListError) -> Moderator {
    let settings = try store?.lists().first { $0.name == list }?.settings ?? ListSettings()
    guard settings.meaning != .allow else {
      throw ListError(
        .invalidSetting, "list \(list) is an allowlist; pictures on it would be let through")
    }
    return Moderator(
      searching: TrialList(pictures, named: list, settings: settings), policy: policy,
      fingerprinter: fingerprinter)
  }

  /// The entries that an allowlist with this picture would have to excuse: those that the file matches now;
  /// none for a file that is not scanned.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `storage`.
  public func excusals(of file: FilePath) throws(ListError) -> [EntryReference] {
    var policy = policy
    policy.endsEarly = false
    let whole = Moderator(searching: lists, policy: policy, fingerprinter: fingerprinter)
    let verdict: Verdict
    do throws(ListError) {
      verdict = try whole.examine(file).verdict
    } catch  where error.code == .noListInForce {
      // Nothing is matched, so that there is nothing to excuse.
      return []
    }
    guard case .match(let matches) = verdict else { return [] }
    var entries: [EntryReference] = []
    for match in matches where match.meaning != .allow {
      let entry = EntryReference(list: match.list, entry: match.entry)
      if !entries.contains(entry) { entries.append(entry) }
    }
    return entries
  }
}

/// A list that is not stored: its pictures are compared one by one.
private struct TrialList: SearchableLists {
  private let name: String
  private let settings: ListSettings
  private let hashes: [(hash: ListedHash, picture: Takedown)]

  init(_ pictures: [Takedown], named name: String, settings: ListSettings) {
    self.name = name
    self.settings = settings
    hashes = pictures.flatMap { picture in picture.hashes.map { ($0, picture) } }
  }

  /// In force whatever the list is now: it is meant to be.
  private var version: ListVersion {
    ListVersion(
      name: name, serial: 0, isInForce: true, isExpired: false, canMatch: !hashes.isEmpty,
      isStale: false)
  }

  func requirements(of names: Set<String>?) -> ListRequirements {
    ListRequirements(kinds: Set(hashes.map(\.hash.kind)), listsInForce: [settings])
  }

  func search(
    for queries: [HashQuery], _ options: SearchOptions, isEnough: ([[Candidate]]) -> Bool
  ) -> SearchResult {
    var candidates = [[Candidate]](repeating: [], count: queries.count)
    var lookups = 0
    for level in Effort.allCases {
      if level > .exact, isEnough(candidates) { break }
      for (place, query) in queries.enumerated() where query.effort == level {
        candidates[place] = hashes.compactMap { candidate($0.hash, $0.picture, query, options) }
          .sorted { $0.distance < $1.distance }
        lookups += 1
      }
    }
    return SearchResult(
      candidates: candidates, lists: [version], requirements: requirements(of: nil),
      lookups: lookups, isCut: false)
  }

  private func candidate(
    _ hash: ListedHash, _ picture: Takedown, _ query: HashQuery, _ options: SearchOptions
  ) -> Candidate? {
    guard query.effort <= options.effort ?? settings.effort,
      let distance = query.hash.distance(to: hash)
    else { return nil }
    let kind = hash.kind
    let own = options.radii[kind] ?? settings.radius(of: kind)
    let widest =
      options.radii[kind] ?? (query.effort == .exact ? settings.widestRadius(of: kind) : own)
    guard distance <= widest else { return nil }
    let isNear = distance <= own
    return Candidate(
      list: name, entry: picture.id ?? "", label: nil,
      meaning: isNear ? settings.meaning : .review, kind: kind, distance: distance,
      radius: isNear ? own : widest, crop: picture.crops.first { $0.hash == hash }?.region)
  }
}
