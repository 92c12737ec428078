extension Blocklist {
  /// All lists, by name.
  public func lists() throws(StorageError) -> [HashList] {
    try listRecords(in: ReadTransaction(environment)).map { name, record in
      record.list(named: name)
    }
  }

  /// The list of that name, `nil` when there is none.
  public func list(_ name: String) throws(StorageError) -> HashList? {
    try listRecord(name, in: ReadTransaction(environment))?.list(named: name)
  }

  /// The entry of that id, `nil` when the list has none.
  public func entry(_ id: String, in list: String) throws(StorageError) -> Entry? {
    let reading = try ReadTransaction(environment)
    guard let record = try listRecord(list, in: reading),
      let number = try entryNumber(id, list: record.id, in: reading)
    else { return nil }
    return try storedEntry(number, in: reading)?.entry
  }

  /// Calls `body` with all entries of a list, in the order of their ids, until it says false.
  ///
  /// - Throws: ``BlocklistError`` `unknown-list`.
  public func forEachEntry(
    of list: String, _ body: (Entry) -> Bool
  ) throws(BlocklistError) {
    try read { reading in
      guard let record = try listRecord(list, in: reading) else {
        throw BlocklistError.unknownList(list)
      }
      try forEachStored(of: record.id, in: reading) { _, entry in body(entry) }
    }
  }

  /// The entries of a case, of all lists or of one.
  public func entries(
    ofCase caseID: String, in list: String? = nil
  ) throws(StorageError) -> [EntryReference] {
    let reading = try ReadTransaction(environment)
    var names: [UInt32: String] = [:]
    for (name, record) in try listRecords(in: reading) { names[record.id] = name }
    var numbers: [UInt64] = []
    let key = Array(caseID.utf8.prefix(ListChange.longestID))
    guard !key.isEmpty else { return [] }
    try tables.cases.forEachValue(of: key, in: reading) { value in
      if let number = EntryNumber.read(value) { numbers.append(number) }
      return true
    }
    var references: [EntryReference] = []
    for number in numbers {
      guard let stored = try storedEntry(number, in: reading), let name = names[stored.list],
        list == nil || list == name, stored.entry.state != .withdrawn,
        stored.entry.details.caseID == caseID
      else { continue }
      references.append(EntryReference(list: name, entry: stored.entry.id))
    }
    return references
  }
}

extension Blocklist {
  func listRecord(
    _ name: String, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> ListRecord? {
    guard !name.isEmpty, name.utf8.count <= ListChange.longestID else { return nil }
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

  func storedEntry(
    _ number: UInt64, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> StoredEntry? {
    let stored = try tables.entries.value(for: number, in: transaction) { StoredEntry($0) }
    guard let stored else { return nil }
    guard let stored else { throw damaged("an entry") }
    return stored
  }

  func entryNumber(
    _ id: String, list: UInt32, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> UInt64? {
    guard id.utf8.count <= ListChange.longestID else { return nil }
    return try tables.ids.value(for: idKey(id, list: list), in: transaction) {
      EntryNumber.read($0)
    } ?? nil
  }

  /// The entries that have a hash.
  func postings(
    of hash: ListedHash, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> [UInt64] {
    var numbers: [UInt64] = []
    try tables.postings.forEachValue(of: hash.postingKey, in: transaction) { value in
      if let number = EntryNumber.read(value) { numbers.append(number) }
      return true
    }
    return numbers
  }

  /// Calls `body` with the id and number of every entry of a list, by id.
  func forEachID(
    of list: UInt32, in transaction: borrowing some Transaction & ~Copyable,
    _ body: (_ id: String, _ number: UInt64) -> Void
  ) throws(StorageError) {
    let prefix = idKey("", list: list)
    try tables.ids.forEach(from: prefix, in: transaction) { key, value in
      let bytes = key.withUnsafeBytes { Array($0) }
      guard bytes.starts(with: prefix) else { return false }
      if let number = EntryNumber.read(value) {
        body(String(decoding: bytes.dropFirst(prefix.count), as: UTF8.self), number)
      }
      return true
    }
  }

  /// Calls `body` with every entry of a list, by id, until it says false.
  func forEachStored(
    of list: UInt32, in transaction: borrowing some Transaction & ~Copyable,
    _ body: (_ number: UInt64, Entry) -> Bool
  ) throws(StorageError) {
    var numbers: [UInt64] = []
    try forEachID(of: list, in: transaction) { _, number in numbers.append(number) }
    for number in numbers {
      guard let stored = try storedEntry(number, in: transaction) else {
        throw damaged("an id without its entry")
      }
      guard body(number, stored.entry) else { return }
    }
  }

  func idKey(_ id: String, list: UInt32) -> [UInt8] {
    var key = RecordWriter(capacity: 4 + id.utf8.count)
    key.append(list)
    key.append(raw: id.utf8)
    return key.bytes
  }

  func damaged(_ what: String) -> StorageError {
    StorageError(.damaged, "\(environment.path): the database is damaged (\(what))")
  }
}
