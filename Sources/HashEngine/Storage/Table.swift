internal import CLMDB
internal import Synchronization

/// A table's number in its environment: opened once, good for every later transaction.
struct TableID: Sendable {
  struct Kind: OptionSet, Sendable {
    let rawValue: UInt32
    /// Keys are `UInt64` in the machine's own order.
    static let integerKeys = Kind(rawValue: UInt32(MDB_INTEGERKEY))
    /// A key may have many values, all of one size, in order.
    static let manyValues = Kind(rawValue: UInt32(MDB_DUPSORT | MDB_DUPFIXED))
  }

  let number: MDB_dbi
}

/// A table of byte keys and byte values, ordered by key, as one transaction sees it.
struct Table<Access: TransactionAccess>: ~Escapable {
  private let id: MDB_dbi
  private let transaction: OpaquePointer
  // The transaction retains its environment, and a table does not outlive its transaction.
  private unowned(unsafe) let environment: Environment

  @_lifetime(borrow transaction)
  init<Base: Transaction & ~Copyable>(_ id: TableID, _ transaction: borrowing Base)
  where Base.Access == Access {
    self.id = id.number
    self.transaction = transaction.handle
    environment = transaction.environment
  }

  /// The environment's folder, for errors.
  var path: String { environment.path }

  /// See ``Environment/mapChanges``; the same throughout a transaction.
  var mapChanges: Int { environment.mapChanges.load(ordering: .sequentiallyConsistent) }

  /// How many pairs are in the table; each value of a key counts as one.
  func count() throws(StorageError) -> Int {
    var status = MDB_stat()
    try check(mdb_stat(transaction, id, &status))
    return status.ms_entries
  }

  func isEmpty() throws(StorageError) -> Bool { try count() == 0 }

  /// Calls `body` with the value in place, the first of several; `nil` when there is none.
  func value<R>(for key: [UInt8], _ body: (RawSpan) -> R) throws(StorageError) -> R? {
    try value(for: key.span, body)
  }

  /// The same for a key that is no array.
  func value<R>(for key: Span<UInt8>, _ body: (RawSpan) -> R) throws(StorageError) -> R? {
    var data = MDB_val()
    let result = key.withUnsafeBytes { key in
      var key = MDB_val(reading: key)
      return mdb_get(transaction, id, &key, &data)
    }
    if result == MDB_NOTFOUND { return nil }
    try check(result)
    return body(data.buffer.bytes)
  }

  /// The same under an integer key.
  func value<R>(for key: UInt64, _ body: (RawSpan) -> R) throws(StorageError) -> R? {
    guard let bytes = try bytes(for: key) else { return nil }
    return body(bytes.bytes)
  }

  /// The value under an integer key as it lies in the map, `nil` when there is none: valid until the
  /// transaction ends or, in a writing one, changes.
  func bytes(for key: UInt64) throws(StorageError) -> UnsafeRawBufferPointer? {
    var data = MDB_val()
    let result = withUnsafeBytes(of: key) { key in
      var key = MDB_val(reading: key)
      return mdb_get(transaction, id, &key, &data)
    }
    if result == MDB_NOTFOUND { return nil }
    try check(result)
    return data.buffer
  }

  /// The greatest of integer keys, `nil` in an empty table.
  func lastKey() throws(StorageError) -> UInt64? {
    var last: UInt64?
    try walk([], MDB_LAST, MDB_NEXT) { key, _ in
      if key.byteCount == 8 { last = key.unsafeLoadUnaligned(as: UInt64.self) }
      return false
    }
    return last
  }

  /// Walks the pairs from the first key that is not before `start`, until `body` returns `false`.
  func forEachPair(
    from start: [UInt8] = [], _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
  ) throws(StorageError) {
    try walk(start, start.isEmpty ? MDB_FIRST : MDB_SET_RANGE, MDB_NEXT, body)
  }

  /// Walks the keys, each once.
  func forEachKey(_ body: (RawSpan) -> Void) throws(StorageError) {
    try walk([], MDB_FIRST, MDB_NEXT_NODUP) { key, _ in
      body(key)
      return true
    }
  }

  /// Walks the values of one key, until `body` returns `false`.
  func forEachValue(of key: [UInt8], _ body: (RawSpan) -> Bool) throws(StorageError) {
    try walk(key, MDB_SET_KEY, MDB_NEXT_DUP) { _, value in body(value) }
  }

  private func walk(
    _ start: [UInt8], _ first: MDB_cursor_op, _ next: MDB_cursor_op,
    _ body: (RawSpan, RawSpan) -> Bool
  ) throws(StorageError) {
    var cursor: OpaquePointer?
    try check(mdb_cursor_open(transaction, id, &cursor))
    defer { mdb_cursor_close(cursor) }
    var (key, value) = (MDB_val(), MDB_val())
    var result = start.withUnsafeBytes { start in
      key = MDB_val(reading: start)
      return mdb_cursor_get(cursor, &key, &value, first)
    }
    while result == MDB_SUCCESS {
      guard body(key.buffer.bytes, value.buffer.bytes) else { return }
      result = mdb_cursor_get(cursor, &key, &value, next)
    }
    if result != MDB_NOTFOUND { try check(result) }
  }

  private func check(_ result: CInt) throws(StorageError) {
    guard result == MDB_SUCCESS else { throw StorageError(lmdb: result, path: path) }
  }
}

extension Table where Access == Writing {
  /// Sets the value of a key, or adds one in a table with many.
  func put(_ value: Span<UInt8>, for key: Span<UInt8>) throws(StorageError) {
    let result = key.withUnsafeBytes { key in
      value.withUnsafeBytes { value in
        var (key, value) = (MDB_val(reading: key), MDB_val(reading: value))
        return mdb_put(transaction, id, &key, &value, 0)
      }
    }
    try check(result)
  }

  /// Sets the value of an integer key.
  func put(_ value: Span<UInt8>, for key: UInt64) throws(StorageError) {
    try put(value, key, flags: 0)
  }

  /// Adds a pair whose integer key is greater than all others; cheaper than ``put``, and it fills pages
  /// fully.
  func append(_ value: Span<UInt8>, for key: UInt64) throws(StorageError) {
    try put(value, key, flags: UInt32(MDB_APPEND))
  }

  private func put(_ value: Span<UInt8>, _ key: UInt64, flags: UInt32) throws(StorageError) {
    let result = withUnsafeBytes(of: key) { key in
      value.withUnsafeBytes { value in
        var (key, value) = (MDB_val(reading: key), MDB_val(reading: value))
        return mdb_put(transaction, id, &key, &value, flags)
      }
    }
    try check(result)
  }

  /// Removes a key with all its values, or one of them; returns whether it existed.
  @discardableResult
  func remove(_ key: Span<UInt8>, value: [UInt8]? = nil) throws(StorageError) -> Bool {
    let result = key.withUnsafeBytes { key in
      var key = MDB_val(reading: key)
      guard let value else { return mdb_del(transaction, id, &key, nil) }
      return value.withUnsafeBytes { value in
        var value = MDB_val(reading: value)
        return mdb_del(transaction, id, &key, &value)
      }
    }
    if result == MDB_NOTFOUND { return false }
    try check(result)
    return true
  }

  /// Removes an integer key; returns whether it existed.
  @discardableResult
  func remove(_ key: UInt64) throws(StorageError) -> Bool {
    let result = withUnsafeBytes(of: key) { key in
      var key = MDB_val(reading: key)
      return mdb_del(transaction, id, &key, nil)
    }
    if result == MDB_NOTFOUND { return false }
    try check(result)
    return true
  }

  /// Removes all pairs.
  func removeAll() throws(StorageError) { try check(mdb_drop(transaction, id, 0)) }

  /// A cursor, to put and get many pairs in the order of their keys.
  func cursor() throws(StorageError) -> TableCursor {
    var cursor: OpaquePointer?
    try check(mdb_cursor_open(transaction, id, &cursor))
    guard let cursor else { throw StorageError(.failed, "\(path): no cursor") }
    return TableCursor(cursor, path: path)
  }
}

extension MDB_val {
  /// A key or value for LMDB to read from: it never writes through that pointer.
  init(reading bytes: UnsafeRawBufferPointer) {
    self.init(
      mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
  }

  /// What LMDB points to: valid until the transaction ends or, in a writing one, changes.
  var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: mv_data, count: mv_size) }
}
