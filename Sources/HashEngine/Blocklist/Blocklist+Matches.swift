/// The state of a list at the time of a search.
public struct ListVersion: Sendable, Hashable {
  public let name: String
  /// See ``HashList/serial``.
  public let serial: Int
  /// Whether its entries were matched: it is enabled and has not expired.
  public let isInForce: Bool
}

/// What a search found, and in which lists.
public struct BlocklistAnswer: Sendable {
  /// The matches of each hash, in the order of the hashes, nearest first.
  public let matches: [[Match]]
  /// The lists that were asked, by name.
  public let lists: [ListVersion]
  /// The kinds of hash that some list has.
  public let kinds: Set<HashKind>
}

extension Blocklist {
  /// The entries near a hash, nearest first: within their list's radius, or within `radius` when it is given.
  /// A digest matches its equal only. Lists and entries that are not in force are left out.
  ///
  /// - Parameter now: Seconds since 1970, for what expires.
  public func matches(
    for hash: ListedHash, radius: Int? = nil, now: Int = Timestamp.now
  ) throws(StorageError) -> [Match] {
    try answer(for: [hash], radii: radius.map { [hash.kind: $0] } ?? [:], now: now).matches[0]
  }

  /// The same for several hashes, all of one state of the lists and for less than one by one.
  ///
  /// - Parameters:
  ///   - radii: By kind, what counts instead of the lists' own radii.
  ///   - lists: The names of the lists to look into; `nil` for all.
  public func answer(
    for hashes: [ListedHash], radii: [HashKind: Int] = [:], lists: Set<String>? = nil,
    now: Int = Timestamp.now
  ) throws(StorageError) -> BlocklistAnswer {
    let reading = try ReadTransaction(environment)
    let asked = try listRecords(in: reading).filter { name, _ in lists?.contains(name) ?? true }
    let search = MatchSearch(
      blocklist: self, radii: radii, now: now,
      lists: Dictionary(
        uniqueKeysWithValues: asked.filter { $1.settings.isInForce(at: now) }.map {
          ($1.id, ($0, $1.settings))
        }))
    return BlocklistAnswer(
      matches: try search.matches(for: hashes, in: reading),
      lists: asked.map { name, record in
        ListVersion(
          name: name, serial: Int(record.serial),
          isInForce: record.settings.isInForce(at: now))
      },
      kinds: try kinds(in: reading))
  }
}

/// A search over the lists that are in force.
private struct MatchSearch {
  let blocklist: Blocklist
  let radii: [HashKind: Int]
  let now: Int
  let lists: [UInt32: (name: String, settings: ListSettings)]

  func matches(
    for hashes: [ListedHash], in transaction: borrowing ReadTransaction
  ) throws(StorageError) -> [[Match]] {
    var matches = [[Match]](repeating: [], count: hashes.count)
    let tables = blocklist.tables
    let places = hashes.enumerated()
    let pdq = places.compactMap { place, hash in hash.pdq.map { (place, $0) } }
    try search(tables.pdq, pdq, .pdq, in: transaction) {
      place, hash, distance throws(StorageError) in
      matches[place] += try self.matches(of: ListedHash(hash), distance, in: transaction)
    }
    let phash64 = places.compactMap { place, hash in hash.phash64.map { (place, $0) } }
    try search(tables.phash64, phash64, .phash64, in: transaction) {
      place, hash, distance throws(StorageError) in
      matches[place] += try self.matches(of: ListedHash(hash), distance, in: transaction)
    }
    for (place, hash) in places where hash.kind.isDigest {
      matches[place] = try self.matches(of: hash, 0, in: transaction)
    }
    return matches.map { found in
      found.sorted { ($0.distance, $0.list, $0.entry) < ($1.distance, $1.list, $1.entry) }
    }
  }

  private func search<Hash>(
    _ index: HammingIndex<Hash>, _ queries: [(place: Int, hash: Hash)], _ kind: HashKind,
    in transaction: borrowing ReadTransaction,
    _ body: (_ place: Int, Hash, _ distance: Int) throws(StorageError) -> Void
  ) throws(StorageError) {
    // The widest of the lists' radii finds what any of them wants.
    guard !queries.isEmpty,
      let widest = radii[kind] ?? lists.values.map({ $0.settings.radius(of: kind) }).max()
    else { return }
    let found = try index.search(queries.map(\.hash), radius: widest, in: transaction).found
    for (query, neighbors) in zip(queries, found) {
      for neighbor in neighbors { try body(query.place, neighbor.hash, neighbor.distance) }
    }
  }

  /// The entries with exactly this hash that are near enough for their list.
  private func matches(
    of hash: ListedHash, _ distance: Int, in transaction: borrowing ReadTransaction
  ) throws(StorageError) -> [Match] {
    var matches: [Match] = []
    for number in try blocklist.postings(of: hash, in: transaction) {
      guard let stored = try blocklist.storedEntry(number, in: transaction) else {
        throw blocklist.damaged("a posting without its entry")
      }
      guard let (name, settings) = lists[stored.list] else { continue }
      let radius = hash.kind.isDigest ? 0 : radii[hash.kind] ?? settings.radius(of: hash.kind)
      guard distance <= radius, stored.entry.isInForce(at: now) else { continue }
      let details = stored.entry.details
      matches.append(
        Match(
          list: name, entry: stored.entry.id, label: details.label, meaning: settings.meaning,
          kind: hash.kind, distance: distance, radius: radius,
          allows: settings.meaning == .allow ? details.allows : []))
    }
    return matches
  }
}
