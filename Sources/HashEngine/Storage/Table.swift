internal import CLMDB

/// A named table of byte keys and byte values, ordered by key.
struct Table: Sendable {
  struct Kind: OptionSet, Sendable {
    let rawValue: UInt32
    /// Keys are `UInt64` in the machine's own order.
    static let integerKeys = Kind(rawValue: UInt32(MDB_INTEGERKEY))
    /// A key may have many values, all of one size, in order.
    static let manyValues = Kind(rawValue: UInt32(MDB_DUPSORT | MDB_DUPFIXED))
  }

  let id: MDB_dbi

  /// The table of that name, `nil` when there is none yet.
  static func existing(
    _ name: String, _ kind: Kind = [], in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> Table? {
    var id: MDB_dbi = 0
    let result = mdb_dbi_open(transaction.handle, name, kind.rawValue, &id)
    if result == MDB_NOTFOUND { return nil }
    try check(result, transaction)
    return Table(id: id)
  }

  /// The table of that name, made when there is none.
  static func make(
    _ name: String, _ kind: Kind = [], in transaction: borrowing WriteTransaction
  ) throws(StorageError) -> Table {
    var id: MDB_dbi = 0
    try check(
      mdb_dbi_open(transaction.handle, name, kind.rawValue | UInt32(MDB_CREATE), &id), transaction)
    return Table(id: id)
  }

  /// The table that names the others.
  static func main(
    in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> Table {
    var id: MDB_dbi = 0
    try check(mdb_dbi_open(transaction.handle, nil, 0, &id), transaction)
    return Table(id: id)
  }

  /// Pairs in the table, every value of a key counted.
  func count(in transaction: borrowing some Transaction & ~Copyable) throws(StorageError) -> Int {
    var status = MDB_stat()
    try Self.check(mdb_stat(transaction.handle, id, &status), transaction)
    return status.ms_entries
  }

  func isEmpty(in transaction: borrowing some Transaction & ~Copyable) throws(StorageError) -> Bool
  {
    try count(in: transaction) == 0
  }

  /// Calls `body` with the value in place, the first of several; `nil` when there is none.
  func value<R>(
    for key: [UInt8], in transaction: borrowing some Transaction & ~Copyable,
    _ body: (RawSpan) -> R
  ) throws(StorageError) -> R? {
    var data = MDB_val()
    let result = key.withUnsafeBytes { key in
      var key = MDB_val(reading: key)
      return mdb_get(transaction.handle, id, &key, &data)
    }
    if result == MDB_NOTFOUND { return nil }
    try Self.check(result, transaction)
    return body(data.buffer.bytes)
  }

  /// The same under an integer key.
  func value<R>(
    for key: UInt64, in transaction: borrowing some Transaction & ~Copyable,
    _ body: (RawSpan) -> R
  ) throws(StorageError) -> R? {
    try value(for: Self.bytes(of: key), in: transaction, body)
  }

  /// The value under an integer key as it lies in the map, `nil` when there is none: valid until the
  /// transaction ends or, in a writing one, changes.
  func bytes(
    for key: UInt64, in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> UnsafeRawBufferPointer? {
    var data = MDB_val()
    let result = withUnsafeBytes(of: key) { key in
      var key = MDB_val(reading: key)
      return mdb_get(transaction.handle, id, &key, &data)
    }
    if result == MDB_NOTFOUND { return nil }
    try Self.check(result, transaction)
    return data.buffer
  }

  /// Removes all pairs.
  func removeAll(in transaction: borrowing WriteTransaction) throws(StorageError) {
    try Self.check(mdb_drop(transaction.handle, id, 0), transaction)
  }

  /// Sets the value of a key, or adds one in a table with many.
  func put(
    _ value: Span<UInt8>, for key: Span<UInt8>, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    let result = key.withUnsafeBytes { key in
      value.withUnsafeBytes { value in
        var (key, value) = (MDB_val(reading: key), MDB_val(reading: value))
        return mdb_put(transaction.handle, id, &key, &value, 0)
      }
    }
    try Self.check(result, transaction)
  }

  func put(
    _ value: Span<UInt8>, for key: UInt64, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    try put(value, for: Self.bytes(of: key).span, in: transaction)
  }

  /// Adds a pair whose integer key lies after all others; costs less than ``put``, and pages are filled.
  func append(
    _ value: Span<UInt8>, for key: UInt64, in transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    let result = withUnsafeBytes(of: key) { key in
      value.withUnsafeBytes { value in
        var (key, value) = (MDB_val(reading: key), MDB_val(reading: value))
        return mdb_put(transaction.handle, id, &key, &value, UInt32(MDB_APPEND))
      }
    }
    try Self.check(result, transaction)
  }

  /// The greatest of integer keys, `nil` in an empty table.
  func lastKey(
    in transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> UInt64? {
    var last: UInt64?
    try walk([], MDB_LAST, MDB_NEXT, transaction) { key, _ in
      if key.byteCount == 8 { last = key.unsafeLoadUnaligned(as: UInt64.self) }
      return false
    }
    return last
  }

  /// Removes a key with all its values, or one of them. Whether it was there.
  @discardableResult
  func remove(
    _ key: Span<UInt8>, value: [UInt8]? = nil, in transaction: borrowing WriteTransaction
  ) throws(StorageError) -> Bool {
    let result = key.withUnsafeBytes { key in
      var key = MDB_val(reading: key)
      guard let value else { return mdb_del(transaction.handle, id, &key, nil) }
      return value.withUnsafeBytes { value in
        var value = MDB_val(reading: value)
        return mdb_del(transaction.handle, id, &key, &value)
      }
    }
    if result == MDB_NOTFOUND { return false }
    try Self.check(result, transaction)
    return true
  }

  @discardableResult
  func remove(
    _ key: UInt64, in transaction: borrowing WriteTransaction
  ) throws(StorageError) -> Bool {
    try remove(Self.bytes(of: key).span, in: transaction)
  }

  /// Walks the pairs from the first key that is not before `start`, until `body` says false.
  func forEach(
    from start: [UInt8] = [], in transaction: borrowing some Transaction & ~Copyable,
    _ body: (_ key: RawSpan, _ value: RawSpan) -> Bool
  ) throws(StorageError) {
    try walk(start, start.isEmpty ? MDB_FIRST : MDB_SET_RANGE, MDB_NEXT, transaction, body)
  }

  /// Walks the keys, each once.
  func forEachKey(
    in transaction: borrowing some Transaction & ~Copyable, _ body: (RawSpan) -> Void
  ) throws(StorageError) {
    try walk([], MDB_FIRST, MDB_NEXT_NODUP, transaction) { key, _ in
      body(key)
      return true
    }
  }

  /// Walks the values of one key.
  func forEachValue(
    of key: [UInt8], in transaction: borrowing some Transaction & ~Copyable,
    _ body: (RawSpan) -> Bool
  ) throws(StorageError) {
    try walk(key, MDB_SET_KEY, MDB_NEXT_DUP, transaction) { _, value in body(value) }
  }

  private func walk(
    _ start: [UInt8], _ first: MDB_cursor_op, _ next: MDB_cursor_op,
    _ transaction: borrowing some Transaction & ~Copyable, _ body: (RawSpan, RawSpan) -> Bool
  ) throws(StorageError) {
    var cursor: OpaquePointer?
    try Self.check(mdb_cursor_open(transaction.handle, id, &cursor), transaction)
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
    if result != MDB_NOTFOUND { try Self.check(result, transaction) }
  }

  private static func bytes(of key: UInt64) -> [UInt8] {
    withUnsafeBytes(of: key) { Array($0) }
  }

  static func check(
    _ result: CInt, _ transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) {
    guard result == MDB_SUCCESS else { throw StorageError(lmdb: result, path: transaction.path) }
  }
}

extension MDB_val {
  /// For LMDB to read from: it never writes through the pointer of a key or a value it is given.
  init(reading bytes: UnsafeRawBufferPointer) {
    self.init(
      mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
  }

  /// What LMDB points to: valid until the transaction ends or, in a writing one, changes.
  var buffer: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: mv_data, count: mv_size) }
}
