extension ListTransaction where Base: ~Copyable {
  /// The list of that name, `nil` when there is none.
  func record(named name: String) throws(StorageError) -> ListRecord? {
    guard !name.isEmpty, name.utf8.count <= ListChange.longestID else { return nil }
    let record = try lists.value(for: Array(name.utf8)) { ListRecord($0) }
    guard let record else { return nil }
    guard let record else { throw damaged("list \(name)") }
    return record
  }

  /// - Throws: ``ListError`` `unknown-list`.
  func knownRecord(named name: String) throws -> ListRecord {
    guard let record = try record(named: name) else { throw ListError.unknownList(name) }
    return record
  }

  /// All lists, by name.
  func records() throws(StorageError) -> [(name: String, record: ListRecord)] {
    var records: [(name: String, record: ListRecord)] = []
    var isDamaged = false
    try lists.forEachPair { key, value in
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

  func storedEntry(_ number: UInt64) throws(StorageError) -> StoredEntry? {
    let stored = try entries.value(for: number) { StoredEntry($0) }
    guard let stored else { return nil }
    guard let stored else { throw damaged("an entry") }
    return stored
  }

  func entryNumber(_ id: String, list: UInt32) throws(StorageError) -> UInt64? {
    if let number = try entryNumber(exactly: id, list: list) { return number }
    // Its source's id may have a hash in it, which the list's own has not.
    for other in HashMask.candidates(for: id) {
      if let number = try entryNumber(exactly: other, list: list) { return number }
    }
    return nil
  }

  /// The number of the entry of that very id.
  func entryNumber(exactly id: String, list: UInt32) throws(StorageError) -> UInt64? {
    guard id.utf8.count <= ListChange.longestID else { return nil }
    return try ids.value(for: idKey(id, list: list)) { EntryNumber.read($0) } ?? nil
  }

  /// The numbers of the entries that have a hash.
  func postings(of hash: ListedHash) throws(StorageError) -> [UInt64] {
    var numbers: [UInt64] = []
    try postings.forEachValue(of: hash.postingKey) { value in
      if let number = EntryNumber.read(value) { numbers.append(number) }
      return true
    }
    return numbers
  }

  /// Calls `body` with the id and number of every entry of a list, by id, until it returns `false`.
  func forEachID(
    of list: UInt32, _ body: (_ id: String, _ number: UInt64) -> Bool
  ) throws(StorageError) {
    let prefix = idKey("", list: list)
    try ids.forEachPair(from: prefix) { key, value in
      let bytes = key.withUnsafeBytes { Array($0) }
      guard bytes.starts(with: prefix) else { return false }
      guard let number = EntryNumber.read(value) else { return true }
      return body(String(decoding: bytes.dropFirst(prefix.count), as: UTF8.self), number)
    }
  }

  /// Calls `body` with every entry of a list, by id, until it says false.
  func forEachEntry(of list: UInt32, _ body: (Entry) -> Bool) throws(StorageError) {
    var failure: StorageError?
    try forEachID(of: list) { _, number in
      do throws(StorageError) {
        guard let stored = try storedEntry(number) else {
          throw damaged("an id without its entry")
        }
        return body(stored.entry)
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
  }

  /// The numbers of the entries that undoing a list's last change would write, in order: at most `limit`, from
  /// `first` on.
  func undoNumbers(
    of list: UInt32, from first: UInt64 = 0, limit: Int
  ) throws(StorageError) -> [UInt64] {
    var numbers: [UInt64] = []
    let start = EntryNumber.undoKey(first, list: list)
    let prefix = start.prefix(4)
    try undo.forEachPair(from: start) { key, _ in
      let bytes = key.withUnsafeBytes { Array($0) }
      guard bytes.starts(with: prefix), bytes.count == 12, numbers.count < limit else {
        return false
      }
      numbers.append(bytes.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
      return true
    }
    return numbers
  }

  /// An entry as it was before its list's last change; `nil` when that change did not touch it.
  func entryBefore(_ number: UInt64, of list: UInt32) throws(StorageError) -> Entry? {
    let stored = try undo.value(for: EntryNumber.undoKey(number, list: list)) { StoredEntry($0) }
    guard let stored else { return nil }
    guard let stored else { throw damaged("what undoes a change") }
    return stored.entry
  }

  func receipt(_ number: Int, list: UInt32) throws(StorageError) -> Receipt {
    guard let bytes = try receiptBytes(number, list: list),
      let receipt = JSONText.decode(StoredReceipt.self, bytes.span.bytes)
    else { throw damaged("a receipt") }
    return receipt.receipt
  }

  /// A receipt as it is stored.
  func receiptBytes(_ number: Int, list: UInt32) throws(StorageError) -> [UInt8]? {
    try receipts.value(for: receiptKey(number, list: list)) { bytes in
      bytes.withUnsafeBytes { Array($0) }
    }
  }

  /// The kinds of hash that some list has.
  func kinds() throws(StorageError) -> Set<HashKind> {
    var kinds: Set<HashKind> = []
    for kind in HashKind.allCases {
      try postings.forEachPair(from: [kind.code]) { key, _ in
        if key.byteCount > 0, key.unsafeLoad(as: UInt8.self) == kind.code { kinds.insert(kind) }
        return false
      }
    }
    return kinds
  }

  func idKey(_ id: String, list: UInt32) -> [UInt8] {
    var key = RecordWriter(capacity: 4 + id.utf8.count)
    key.append(list)
    key.append(raw: id.utf8)
    return key.bytes
  }

  func receiptKey(_ number: Int, list: UInt32) -> [UInt8] {
    var key = RecordWriter(capacity: 8)
    key.append(list)
    key.append(UInt32(clamping: number))
    return key.bytes
  }
}
