/// The state of a list at the time of a search.
public struct ListVersion: Sendable, Hashable {
  public let name: String
  /// See ``HashList/serial``.
  public let serial: Int
  /// Whether its entries were matched: it is enabled and has not expired.
  public let isInForce: Bool
}

/// A hash that the lists are asked for.
public struct HashQuery: Sendable, Hashable {
  public let hash: ListedHash
  /// The effort that the view takes which the hash is of.
  public let effort: Effort

  public init(_ hash: ListedHash, effort: Effort = .exact) {
    self.hash = hash
    self.effort = effort
  }
}

/// What a search found, and in which lists.
public struct BlocklistAnswer: Sendable {
  /// The matches of each query, in their order, nearest first.
  public let matches: [[Match]]
  /// The lists that were asked, by name.
  public let lists: [ListVersion]
  /// What these lists want to be asked.
  public let demand: ListDemand
  /// Hashes that were looked up.
  public let asked: Int
  /// Whether time was up before all were.
  public let isCut: Bool
}

/// What lists want to be asked of a picture.
public struct ListDemand: Sendable, Hashable {
  /// The kinds of hash that some list has.
  public var kinds: Set<HashKind> = []
  /// The most that a list asks for. Allowlists ask for nothing: they only excuse.
  public var effort = Effort.exact

  init(kinds: Set<HashKind>, listsInForce: some Sequence<ListSettings>) {
    self.kinds = kinds
    effort = listsInForce.filter { $0.meaning != .allow }.map(\.effort).max() ?? .exact
  }
}

extension Blocklist {
  /// The entries near a hash, nearest first: within their list's radius, or within `radius` when it is given.
  /// A digest matches its equal only. Lists and entries that are not in force are left out.
  ///
  /// - Parameter now: Seconds since 1970, for what expires.
  public func matches(
    for hash: ListedHash, radius: Int? = nil, now: Int = Timestamp.now
  ) throws(StorageError) -> [Match] {
    try answer(
      for: [HashQuery(hash)], radii: radius.map { [hash.kind: $0] } ?? [:], now: now
    ).matches[0]
  }

  /// The same for several hashes, all of one state of the lists and for less than one by one. Those that take
  /// little effort are asked first.
  ///
  /// - Parameters:
  ///   - radii: By kind, what counts instead of the lists' own radii.
  ///   - effort: What counts instead of the lists' own efforts.
  ///   - lists: The names of the lists to look into; `nil` for all.
  ///   - deadline: When the search ends, done or not.
  ///   - isEnough: Whether what was found so far ends the search.
  public func answer(
    for queries: [HashQuery], radii: [HashKind: Int] = [:], effort: Effort? = nil,
    lists: Set<String>? = nil, now: Int = Timestamp.now,
    deadline: ContinuousClock.Instant? = nil, isEnough: ([[Match]]) -> Bool = { _ in false }
  ) throws(StorageError) -> BlocklistAnswer {
    let reading = try ReadTransaction(environment)
    let asked = try listRecords(in: reading).filter { name, _ in lists?.contains(name) ?? true }
    var search = MatchSearch(
      blocklist: self, radii: radii, effort: effort, now: now,
      lists: Dictionary(
        uniqueKeysWithValues: asked.filter { $1.settings.isInForce(at: now) }.map {
          ($1.id, ($0, $1.settings))
        }), count: queries.count, deadline: deadline)
    for level in Effort.allCases {
      let places = queries.indices.filter { queries[$0].effort == level }
      guard !places.isEmpty else { continue }
      if level > .exact, isEnough(search.matches) { break }
      try search.ask(places.map { ($0, queries[$0].hash) }, level, in: reading)
    }
    return BlocklistAnswer(
      matches: search.matches.map { found in
        found.sorted { ($0.distance, $0.list, $0.entry) < ($1.distance, $1.list, $1.entry) }
      },
      lists: asked.map { name, record in
        ListVersion(
          name: name, serial: Int(record.serial),
          isInForce: record.settings.isInForce(at: now))
      },
      demand: ListDemand(
        kinds: try kinds(in: reading), listsInForce: search.lists.values.map(\.settings)),
      asked: search.asked, isCut: search.isCut)
  }

  /// What the lists want to be asked.
  ///
  /// - Parameter lists: The names of the lists to look into; `nil` for all.
  public func demand(
    of lists: Set<String>? = nil, now: Int = Timestamp.now
  ) throws(StorageError) -> ListDemand {
    let reading = try ReadTransaction(environment)
    let asked = try listRecords(in: reading).filter { name, record in
      lists?.contains(name) ?? true && record.settings.isInForce(at: now)
    }
    return ListDemand(kinds: try kinds(in: reading), listsInForce: asked.map(\.1.settings))
  }
}

/// A search over the lists that are in force.
private struct MatchSearch {
  typealias Query = (place: Int, hash: ListedHash)

  let blocklist: Blocklist
  let radii: [HashKind: Int]
  let effort: Effort?
  let now: Int
  let lists: [UInt32: (name: String, settings: ListSettings)]
  private(set) var matches: [[Match]]
  /// Hashes that were looked up.
  private(set) var asked = 0
  /// Whether time was up before all were.
  private(set) var isCut = false
  private let deadline: ContinuousClock.Instant?

  /// Hashes looked up at once, between two looks at the clock.
  private static let batch = 512

  init(
    blocklist: Blocklist, radii: [HashKind: Int], effort: Effort?, now: Int,
    lists: [UInt32: (name: String, settings: ListSettings)], count: Int,
    deadline: ContinuousClock.Instant?
  ) {
    self.deadline = deadline
    self.blocklist = blocklist
    self.radii = radii
    self.effort = effort
    self.now = now
    self.lists = lists
    matches = [[Match]](repeating: [], count: count)
  }

  /// Asks for the hashes of views that take some effort.
  mutating func ask(
    _ queries: [Query], _ level: Effort, in transaction: borrowing ReadTransaction
  ) throws(StorageError) {
    let tables = blocklist.tables
    try search(
      tables.pdq, queries.compactMap { place, hash in hash.pdq.map { (place, $0) } }, .pdq, level,
      in: transaction)
    try search(
      tables.phash64, queries.compactMap { place, hash in hash.phash64.map { (place, $0) } },
      .phash64,
      level, in: transaction)
    for (place, hash) in queries where hash.kind.isDigest {
      asked += 1
      matches[place] += try found(hash, 0, level, in: transaction)
    }
  }

  private mutating func search<Hash: ListableHash>(
    _ index: HammingIndex<Hash>, _ queries: [(place: Int, hash: Hash)], _ kind: HashKind,
    _ level: Effort, in transaction: borrowing ReadTransaction
  ) throws(StorageError) {
    // The widest of the lists' radii finds what any of them wants.
    guard !queries.isEmpty,
      let widest = lists.values.compactMap({ radius(of: kind, level, $0.settings)?.widest }).max()
    else { return }
    for start in stride(from: 0, to: queries.count, by: Self.batch) {
      if start > 0, let deadline, ContinuousClock.now >= deadline {
        isCut = true
        return
      }
      let batch = queries[start..<min(start + Self.batch, queries.count)]
      asked += batch.count
      let found = try index.search(batch.map(\.hash), radius: widest, in: transaction).found
      for (query, neighbors) in zip(batch, found) {
        for neighbor in neighbors {
          matches[query.place] += try self.found(
            neighbor.hash.listed, neighbor.distance, level, in: transaction)
        }
      }
    }
  }

  /// Within how many bits a list matches, and at all; `nil` when it does not ask for such views.
  private func radius(
    of kind: HashKind, _ level: Effort, _ settings: ListSettings
  ) -> (own: Int, widest: Int)? {
    // An allowlist excuses whatever is asked on behalf of others.
    guard settings.meaning == .allow || level <= effort ?? settings.effort else { return nil }
    if !kind.isDigest, let radius = radii[kind] { return (radius, radius) }
    let own = settings.radius(of: kind)
    return (own, level == .exact ? settings.widestRadius(of: kind) : own)
  }

  /// The entries with exactly this hash that are near enough for their list.
  private func found(
    _ hash: ListedHash, _ distance: Int, _ level: Effort, in transaction: borrowing ReadTransaction
  ) throws(StorageError) -> [Match] {
    var matches: [Match] = []
    for number in try blocklist.postings(of: hash, in: transaction) {
      guard let stored = try blocklist.storedEntry(number, in: transaction) else {
        throw blocklist.damaged("a posting without its entry")
      }
      guard let (name, settings) = lists[stored.list],
        let radius = radius(of: hash.kind, level, settings), distance <= radius.widest,
        stored.entry.isInForce(at: now)
      else { continue }
      let isNear = distance <= radius.own
      let details = stored.entry.details
      var match = Match(
        list: name, entry: stored.entry.id, label: details.label,
        meaning: isNear ? settings.meaning : .review, kind: hash.kind, distance: distance,
        radius: isNear ? radius.own : radius.widest,
        allows: settings.meaning == .allow ? details.allows : [])
      match.crop = details.crops.first { $0.hash == hash }?.region
      matches.append(match)
    }
    return matches
  }
}

/// A hash that the index finds and a list can have.
private protocol ListableHash: BinaryHash {
  var listed: ListedHash { get }
}

extension PDQHash: ListableHash {
  fileprivate var listed: ListedHash { ListedHash(self) }
}

extension PerceptualHash64: ListableHash {
  fileprivate var listed: ListedHash { ListedHash(self) }
}
