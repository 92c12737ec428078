public import SystemPackage

/// Lists of known hashes in a database, and the question whether a hash is near one of them.
///
/// Safe to use from any thread. Every call sees the newest committed state, whichever process
/// committed it.
public final class Blocklist: Sendable {
  let environment: Environment
  let tables: BlocklistTables

  /// Opens the database in a folder.
  ///
  /// - Parameters:
  ///   - creates: Makes folder and database when there are none.
  ///   - mapSize: The address space that the database has to begin with, in bytes; `nil` for 64 GiB. It
  ///     grows by itself, and takes no room before it is needed.
  /// - Throws: ``StorageError`` when there is no database, or something else, or one written by
  ///   newer software; when this process has it open already.
  public init(
    at folder: FilePath, creates: Bool = false, mapSize: Int? = nil
  ) throws(StorageError) {
    var options = Environment.Options(creates: creates, format: BlocklistTables.format)
    if let mapSize { options.mapSize = mapSize }
    environment = try Environment(folder, options: options)
    let reading = try ReadTransaction(environment)
    if let tables = try BlocklistTables.existing(in: reading) {
      self.tables = tables
      try reading.keepTables()
      return
    }
    guard creates else {
      throw StorageError(.notADatabase, "\(environment.path): the database has no lists")
    }
    let writing = try WriteTransaction(environment)
    tables = try BlocklistTables.make(in: writing)
    try writing.commit()
  }

  /// All lists, by name.
  public func lists() throws(StorageError) -> [HashList] {
    try listRecords(in: ReadTransaction(environment)).map { name, record in
      HashList(name: name, createdAt: record.createdAt, count: Int(clamping: record.count))
    }
  }

  /// The entries within `radius` of a hash, nearest first. A digest matches its equal only.
  public func matches(
    for hash: ListedHash, radius: Int
  ) throws(StorageError) -> [Match] {
    try matches(for: [hash], radius: radius)[0]
  }

  /// The same for several hashes, all of one state of the lists and for less than one by one.
  ///
  /// - Returns: The matches of each, in the order of the hashes.
  public func matches(
    for hashes: [ListedHash], radius: Int
  ) throws(StorageError) -> [[Match]] {
    let reading = try ReadTransaction(environment)
    var matches = [[Match]](repeating: [], count: hashes.count)
    func add<Hash>(
      _ queries: [(place: Int, hash: Hash)], _ index: HammingIndex<Hash>,
      _ listed: (Hash) -> ListedHash
    ) throws(StorageError) {
      guard !queries.isEmpty else { return }
      let found = try index.search(queries.map(\.hash), radius: radius, in: reading).found
      for (query, neighbors) in zip(queries, found) {
        for neighbor in neighbors {
          matches[query.place] += try self.matches(
            of: listed(neighbor.hash), distance: neighbor.distance, in: reading)
        }
      }
    }
    let places = hashes.enumerated()
    try add(
      places.compactMap { place, hash in hash.pdq.map { (place, $0) } }, tables.pdq
    ) { ListedHash($0) }
    try add(
      places.compactMap { place, hash in hash.phash64.map { (place, $0) } }, tables.phash64
    ) { ListedHash($0) }
    for (place, hash) in places where hash.kind.isDigest {
      matches[place] = try self.matches(of: hash, distance: 0, in: reading)
    }
    return matches.map { found in
      found.sorted { ($0.distance, $0.list, $0.entry) < ($1.distance, $1.list, $1.entry) }
    }
  }

  /// The kinds of hash that some list has.
  public func kinds() throws(StorageError) -> Set<HashKind> {
    let reading = try ReadTransaction(environment)
    var kinds: Set<HashKind> = []
    for kind in HashKind.allCases {
      try tables.postings.forEach(from: [kind.code], in: reading) { key, _ in
        if key.byteCount > 0, key.unsafeLoad(as: UInt8.self) == kind.code { kinds.insert(kind) }
        return false
      }
    }
    return kinds
  }

  /// The entry of that id, `nil` when the list has none.
  public func entry(_ id: String, in list: String) throws(StorageError) -> Entry? {
    let reading = try ReadTransaction(environment)
    guard let record = try listRecord(list, in: reading),
      let key = try entryKey(id, list: record.id, in: reading)
    else { return nil }
    return try entry(key, in: reading)
  }

  /// Removes an entry; a hash that no other entry has stops matching. Whether it was there.
  @discardableResult
  public func remove(entry id: String, from list: String) throws(StorageError) -> Bool {
    let writing = try WriteTransaction(environment)
    guard var record = try listRecord(list, in: writing) else { return false }
    let isRemoved = try remove(id, from: &record, in: writing)
    try tables.lists.put(record.bytes.span, for: Array(list.utf8).span, in: writing)
    try writing.commit()
    return isRemoved
  }

  /// Seals the hashes of every index that has grown far enough for it to pay, or of all with `always`.
  /// Searches are then faster; answers are the same. Readers go on meanwhile, and so do writers
  /// between its steps.
  ///
  /// - Returns: How many hashes of each kind are sealed now, for the kinds that were.
  @discardableResult
  public func seal(always: Bool = false) throws(StorageError) -> [HashKind: Int] {
    var (seals, sealed) = ((pdq: always, phash64: always), [HashKind: Int]())
    if !always {
      let reading = try ReadTransaction(environment)
      seals.pdq = try tables.pdq.isGrown(in: reading)
      seals.phash64 = try tables.phash64.isGrown(in: reading)
    }
    if seals.pdq { sealed[.pdq] = try tables.pdq.seal(environment) }
    if seals.phash64 { sealed[.phash64] = try tables.phash64.seal(environment) }
    return sealed
  }

  /// Every hash with a posting, as the index has them; for checks.
  package func indexedHashes() throws(StorageError) -> [PDQHash] {
    var hashes: [PDQHash] = []
    try tables.pdq.forEach(in: ReadTransaction(environment)) { hashes.append($0) }
    return hashes
  }

  /// Every distinct hash of every entry; for checks.
  package func listedHashes() throws(StorageError) -> Set<ListedHash> {
    var hashes: Set<ListedHash> = []
    try tables.entries.forEach(in: ReadTransaction(environment)) { _, value in
      hashes.formUnion(Entry(value)?.hashes ?? [])
      return true
    }
    return hashes
  }
}

extension Blocklist {
  private func matches(
    of hash: ListedHash, distance: Int, in transaction: borrowing ReadTransaction
  ) throws(StorageError) -> [Match] {
    var keys: [EntryKey?] = []
    try tables.postings.forEachValue(of: hash.postingKey, in: transaction) { value in
      keys.append(EntryKey(value))
      return true
    }
    guard !keys.isEmpty else { return [] }
    var names: [UInt32: String] = [:]
    for (name, record) in try listRecords(in: transaction) { names[record.id] = name }
    var matches: [Match] = []
    for key in keys {
      guard let key, let list = names[key.list], let entry = try entry(key, in: transaction) else {
        throw damaged("a posting without its entry")
      }
      matches.append(
        Match(
          list: list, entry: entry.id, label: entry.label, kind: hash.kind, distance: distance))
    }
    return matches
  }

  func listRecord(
    _ name: String, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> ListRecord? {
    let record = try tables.lists.value(for: Array(name.utf8), in: transaction) { ListRecord($0) }
    guard let record else { return nil }
    guard let record else { throw damaged("list \(name)") }
    return record
  }

  func listRecords(
    in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> [(name: String, record: ListRecord)] {
    var records: [(name: String, record: ListRecord)] = []
    var isDamaged = false
    try tables.lists.forEach(in: transaction) { key, value in
      if let record = ListRecord(value) {
        records.append((key.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }, record))
      } else {
        isDamaged = true
      }
      return true
    }
    guard !isDamaged else { throw damaged("a list") }
    return records
  }

  func entry(
    _ key: EntryKey, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> Entry? {
    let entry = try tables.entries.value(for: key.bytes, in: transaction) { Entry($0) }
    guard let entry else { return nil }
    guard let entry else { throw damaged("an entry") }
    return entry
  }

  func entryKey(
    _ id: String, list: UInt32, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> EntryKey? {
    let number = try tables.ids.value(for: idKey(id, list: list), in: transaction) { value in
      var record = RecordReader(value)
      return record.uint64()
    }
    guard let number else { return nil }
    guard let number else { throw damaged("an entry id") }
    return EntryKey(list: list, number: number)
  }

  func idKey(_ id: String, list: UInt32) -> [UInt8] {
    var record = RecordWriter()
    record.append(list)
    record.append(raw: id.utf8)
    return record.bytes
  }

  /// Removes an entry with its postings and what the index holds for it alone.
  func remove(
    _ id: String, from list: inout ListRecord, in transaction: borrowing WriteTransaction
  ) throws(StorageError) -> Bool {
    guard let key = try entryKey(id, list: list.id, in: transaction),
      let entry = try entry(key, in: transaction)
    else { return false }
    for hash in entry.hashes {
      try tables.postings.remove(hash.postingKey.span, value: key.bytes, in: transaction)
      let isListed = try tables.postings.value(for: hash.postingKey, in: transaction) { _ in true }
      guard isListed == nil else { continue }
      if let pdq = hash.pdq { try tables.pdq.remove(pdq, in: transaction) }
      if let phash64 = hash.phash64 { try tables.phash64.remove(phash64, in: transaction) }
    }
    try tables.entries.remove(key.bytes.span, in: transaction)
    try tables.ids.remove(idKey(id, list: list.id).span, in: transaction)
    list.count -= 1
    return true
  }

  func damaged(_ what: String) -> StorageError {
    StorageError(.damaged, "\(environment.path): the database is damaged (\(what))")
  }
}
