internal import CLMDB

/// Puts and gets many pairs of one table. In the order of their keys this costs far less than single calls,
/// since LMDB looks in the current page before it searches.
///
/// It belongs to its transaction and must not outlive it. (It can leave its scope, unlike a ``Table``, since a
/// writer changes itself while it uses one.)
struct TableCursor: ~Copyable {
  private let cursor: OpaquePointer
  private let path: String

  /// - Parameter cursor: An open one; it is closed with this value.
  init(_ cursor: OpaquePointer, path: String) {
    self.cursor = cursor
    self.path = path
  }

  deinit { mdb_cursor_close(cursor) }

  /// Calls `body` with the value in place, the first of several; `nil` when there is none.
  func value<R>(for key: Span<UInt8>, _ body: (RawSpan) -> R) throws(StorageError) -> R? {
    var data = MDB_val()
    let result = key.withUnsafeBytes { key in
      var key = MDB_val(reading: key)
      return mdb_cursor_get(cursor, &key, &data, MDB_SET)
    }
    if result == MDB_NOTFOUND { return nil }
    guard result == MDB_SUCCESS else { throw StorageError(lmdb: result, path: path) }
    return body(data.buffer.bytes)
  }

  /// Sets the value of a key, or adds one in a table with many.
  func put(_ value: Span<UInt8>, for key: Span<UInt8>) throws(StorageError) {
    let result = key.withUnsafeBytes { key in
      value.withUnsafeBytes { value in
        var (key, value) = (MDB_val(reading: key), MDB_val(reading: value))
        return mdb_cursor_put(cursor, &key, &value, 0)
      }
    }
    guard result == MDB_SUCCESS else { throw StorageError(lmdb: result, path: path) }
  }
}
