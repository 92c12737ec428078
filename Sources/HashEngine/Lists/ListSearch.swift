extension ListStore {
  /// The entries near each query: within their list's radius, or within the one given in `options`. A digest
  /// matches only its equal. Lists and entries that are not in force are left out. All queries see one state
  /// of the lists and cost less than one by one; those of lower effort are looked up first.
  ///
  /// - Parameter isEnough: Whether the candidates so far end the search; called before each higher effort.
  /// - Throws: ``ListError`` `unknown-list`, `storage`.
  func search(
    for queries: [HashQuery], _ options: SearchOptions = SearchOptions(),
    isEnough: ([[Candidate]]) -> Bool = { _ in false }
  ) throws(ListError) -> SearchResult {
    try read("searching the lists") { lists in
      let searched = try lists.records(named: options.lists)
      var search = ListSearch(searched, options, queries: queries.count)
      for level in Effort.allCases {
        let places = queries.indices.filter { queries[$0].effort == level }
        guard !places.isEmpty else { continue }
        if level > .exact, isEnough(search.candidates) { break }
        try search.look(up: places.map { ($0, queries[$0].hash) }, level, in: lists)
      }
      var versions: [ListVersion] = []
      for (name, record) in searched {
        let isInForce = record.settings.isInForce(at: options.now)
        let canMatch =
          try isInForce && record.settings.meaning != .allow
          && forceCache.hasEntryInForce(record, at: options.now, in: lists)
        versions.append(
          ListVersion(
            name: name, serial: Int(record.serial), isInForce: isInForce,
            isExpired: record.settings.isEnabled && !isInForce, canMatch: canMatch,
            isStale: record.list(named: name).isStale(at: options.now),
            changes: Int(record.receipts)))
      }
      return SearchResult(
        candidates: search.candidates.map { found in
          found.sorted { ($0.distance, $0.list, $0.entry) < ($1.distance, $1.list, $1.entry) }
        },
        lists: versions,
        requirements: ListRequirements(
          kinds: try lists.kinds(), listsInForce: search.lists.values.map(\.settings)),
        lookups: search.lookups, isCut: search.isCut)
    }
  }

  /// What a picture is to be hashed for.
  ///
  /// - Throws: ``ListError`` `unknown-list`, `storage`.
  func requirements(of names: Set<String>? = nil) throws(ListError) -> ListRequirements {
    let now = Timestamp.now
    return try read("reading the lists") { lists in
      ListRequirements(
        kinds: try lists.kinds(),
        listsInForce: try lists.records(named: names).map(\.record.settings).filter {
          $0.isInForce(at: now)
        })
    }
  }
}

extension ListTransaction where Base: ~Copyable {
  /// The lists of these names, or all.
  ///
  /// - Throws: ``ListError`` `unknown-list`: a misspelt name must not read as "no match".
  fileprivate func records(
    named names: Set<String>?
  ) throws -> [(name: String, record: ListRecord)] {
    let all = try records()
    guard let names else { return all }
    if let missing = names.subtracting(all.map(\.name)).min() {
      throw ListError.unknownList(missing)
    }
    return all.filter { names.contains($0.name) }
  }
}

/// A search over the lists that are in force.
private struct ListSearch {
  let lists: [UInt32: (name: String, settings: ListSettings)]
  private(set) var candidates: [[Candidate]]
  private(set) var lookups = 0
  private(set) var isCut = false
  private let options: SearchOptions

  /// How many hashes are looked up between two checks of the deadline.
  private static let batch = 512

  init(
    _ searched: [(name: String, record: ListRecord)], _ options: SearchOptions, queries: Int
  ) {
    self.options = options
    lists = Dictionary(
      uniqueKeysWithValues: searched.filter { $1.settings.isInForce(at: options.now) }.map {
        ($1.id, ($0, $1.settings))
      })
    candidates = [[Candidate]](repeating: [], count: queries)
  }

  /// Looks up the hashes of the views of one effort.
  mutating func look(
    up queries: [(place: Int, hash: ListedHash)], _ level: Effort,
    in lists: borrowing ListReader
  ) throws(StorageError) {
    try search(queries, \.pdq, .pdq, level, in: lists) { hashes, radius throws(StorageError) in
      try lists.pdq.search(hashes, radius: radius).found
    }
    try search(queries, \.phash64, .phash64, level, in: lists) {
      hashes, radius throws(StorageError) in
      try lists.phash64.search(hashes, radius: radius).found
    }
    for (place, hash) in queries where hash.kind.isDigest {
      lookups += 1
      candidates[place] += try entries(with: hash, 0, level, in: lists)
    }
  }

  private mutating func search<Hash: ListableHash>(
    _ queries: [(place: Int, hash: ListedHash)], _ hash: (ListedHash) -> Hash?, _ kind: HashKind,
    _ level: Effort, in lists: borrowing ListReader,
    _ neighbors: ([Hash], _ radius: Int) throws(StorageError) -> [[Neighbor<Hash>]]
  ) throws(StorageError) {
    let queries = queries.compactMap { query in hash(query.hash).map { (query.place, $0) } }
    // One search with the widest radius serves all lists; each then applies its own.
    let radii = self.lists.values.compactMap { radius(of: kind, level, $0.settings)?.widest }
    guard !queries.isEmpty, let widest = radii.max() else { return }
    for start in stride(from: 0, to: queries.count, by: Self.batch) {
      if start > 0, let deadline = options.deadline, ContinuousClock.now >= deadline {
        isCut = true
        return
      }
      let batch = queries[start..<min(start + Self.batch, queries.count)]
      lookups += batch.count
      for (query, found) in zip(batch, try neighbors(batch.map(\.1), widest)) {
        for neighbor in found {
          candidates[query.0] += try entries(
            with: neighbor.hash.listed, neighbor.distance, level, in: lists)
        }
      }
    }
  }

  /// A list's own radius, and the wider one within which a match means `review`; `nil` when it does not
  /// compare views of this effort.
  private func radius(
    of kind: HashKind, _ level: Effort, _ settings: ListSettings
  ) -> (own: Int, widest: Int)? {
    // Allowlists have no effort of their own: they apply to every view that other lists need.
    guard settings.meaning == .allow || level <= options.effort ?? settings.effort else {
      return nil
    }
    if !kind.isDigest, let radius = options.radii[kind] { return (radius, radius) }
    let own = settings.radius(of: kind)
    return (own, level == .exact ? settings.widestRadius(of: kind) : own)
  }

  /// The entries with exactly this hash that are near enough for their list.
  private func entries(
    with hash: ListedHash, _ distance: Int, _ level: Effort, in lists: borrowing ListReader
  ) throws(StorageError) -> [Candidate] {
    var candidates: [Candidate] = []
    // Only few lookups find anything: then it may take some microseconds more.
    let isCommon = hash.pdq.map { CommonPictures.contain($0) } ?? false
    for number in try lists.postings(of: hash) {
      let read = try lists.entries.value(for: number) { bytes -> Candidate?? in
        var record = RecordReader(bytes)
        guard let front = EntryFront(&record) else { return nil }
        var candidate = candidate(front, hash.kind, distance, level, isCommon: isCommon)
        if front.hasCrops, candidate != nil {
          candidate?.crop = StoredEntry.region(of: hash, in: bytes)
        }
        return .some(candidate)
      }
      guard let read, let candidate = read else {
        throw lists.damaged("a posting without its entry")
      }
      if let candidate { candidates.append(candidate) }
    }
    return candidates
  }

  /// `nil` when the entry does not count.
  private func candidate(
    _ entry: EntryFront, _ kind: HashKind, _ distance: Int, _ level: Effort, isCommon: Bool
  ) -> Candidate? {
    guard let (name, settings) = lists[entry.list],
      let radius = radius(of: kind, level, settings), distance <= radius.widest,
      entry.state.isInForce(at: options.now, expiry: entry.details.expiresAt)
    else { return nil }
    let isNear = distance <= radius.own
    let isDoubtful = isCommon && settings.meaning == .block && settings.commonHashes == .review
    return Candidate(
      list: name, entry: entry.id, label: entry.details.label,
      meaning: isNear && !isDoubtful ? settings.meaning : .review, kind: kind, distance: distance,
      radius: isNear ? radius.own : radius.widest,
      allows: settings.meaning == .allow ? entry.details.allows : [])
  }
}

/// A perceptual hash that an index can search for and a list can hold.
private protocol ListableHash: BinaryHash {
  var listed: ListedHash { get }
}

extension PDQHash: ListableHash {
  fileprivate var listed: ListedHash { ListedHash(self) }
}

extension PerceptualHash64: ListableHash {
  fileprivate var listed: ListedHash { ListedHash(self) }
}
