internal import SystemPackage

/// What a tenant keeps in an environment of its own: its tables' layout, and how earlier layouts become it.
struct Schema: Sendable {
  typealias Step = @Sendable (borrowing WriteTransaction) throws(StorageError) -> Void

  /// The tenant's name, as in "lists".
  let tenant: String
  /// The number of the layout; raised when older software would misread it.
  let format: UInt32
  /// Makes the tables of a new database.
  let make: Step
  /// By the format that each starts from: what carries a database over to the next format.
  let migrations: [UInt32: Step]

  /// The tenant of databases that were made before they said whose they are.
  fileprivate static let firstTenant = "lists"
}

/// An environment with its format number: made, checked, or carried over when it is opened.
///
/// Lists are one tenant of this type. What is written at another pace gets an environment of its own, since there
/// is one writer to each: a long import must not hold up a report.
final class Database: Sendable {
  let environment: Environment

  private static let meta = "meta"
  private static let formatKey = Array("format".utf8)
  private static let tenantKey = Array("tenant".utf8)

  /// Opens the database in a folder. One of an earlier format is carried over, all of it in one transaction.
  ///
  /// - Parameter mapSize: See ``Environment/Options/mapSize``; `nil` for the usual.
  /// - Throws: ``StorageError``: there is none, or something else, or one of a newer format, or of an older one
  ///   that can no longer be carried over; this process has it open already. Nothing was changed then.
  init(
    at folder: FilePath, _ schema: Schema, creates: Bool = false, mapSize: Int? = nil
  ) throws(StorageError) {
    var options = Environment.Options(creates: creates)
    if let mapSize { options.mapSize = mapSize }
    environment = try Environment(folder, options: options)
    guard let format = try storedFormat(schema) else {
      guard creates else {
        throw StorageError(
          .notADatabase, "\(environment.path): not a database of this software")
      }
      try make(schema)
      return
    }
    if format < schema.format { try migrate(schema) }
  }

  /// The format that is stored; `nil` when the environment is empty.
  private func storedFormat(_ schema: Schema) throws(StorageError) -> UInt32? {
    let reading = try ReadTransaction(environment)
    if let format = try storedFormat(schema, reading) { return format }
    guard try reading.table(reading.openMainTable()).isEmpty() else {
      throw StorageError(
        .notADatabase, "\(environment.path): an LMDB database of other software")
    }
    return nil
  }

  private func storedFormat(
    _ schema: Schema, _ transaction: borrowing some Transaction & ~Copyable
  ) throws(StorageError) -> UInt32? {
    let path = environment.path
    guard let id = try transaction.openTable(Self.meta) else { return nil }
    let meta = transaction.table(id)
    let stored = try meta.value(for: Self.formatKey) { bytes in
      var record = RecordReader(bytes)
      return record.uint32()
    }
    guard let format = stored ?? nil else {
      throw StorageError(.notADatabase, "\(path): not a database of this software")
    }
    let tenant =
      try meta.value(for: Self.tenantKey) { bytes in
        bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
      } ?? Schema.firstTenant
    guard tenant == schema.tenant else {
      throw StorageError(.notADatabase, "\(path): a database of \(tenant), not of \(schema.tenant)")
    }
    guard format <= schema.format else {
      throw StorageError(
        .newerFormat,
        "\(path): written by a newer version (format \(format), this one reads up to"
          + " \(schema.format))")
    }
    guard (format..<schema.format).allSatisfy({ schema.migrations[$0] != nil }) else {
      throw StorageError(
        .olderFormat,
        "\(path): written by an older version (format \(format)) that this one cannot read; make"
          + " a new database and import the lists again")
    }
    return format
  }

  private func make(_ schema: Schema) throws(StorageError) {
    let writing = try WriteTransaction(environment)
    // Another process may have been faster.
    guard try writing.openTable(Self.meta) == nil else { return }
    try schema.make(writing)
    try setFormat(schema, writing)
    try writing.commit()
  }

  private func migrate(_ schema: Schema) throws(StorageError) {
    let writing: WriteTransaction
    do throws(StorageError) {
      writing = try WriteTransaction(environment)
    } catch  where error.code == .notPermitted {
      throw StorageError(
        .olderFormat,
        "\(environment.path): written by an older version; it is carried over when it is opened"
          + " by a user who may write to it")
    }
    // Another process may have carried it over meanwhile.
    guard let format = try storedFormat(schema, writing) else { return }
    for format in format..<schema.format { try schema.migrations[format]?(writing) }
    try setFormat(schema, writing)
    try writing.commit()
  }

  private func setFormat(
    _ schema: Schema, _ transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    let meta = transaction.table(try transaction.makeTable(Self.meta))
    var record = RecordWriter()
    record.append(schema.format)
    let tenant = Array(schema.tenant.utf8)
    try meta.put(record.bytes.span, for: Self.formatKey.span)
    try meta.put(tenant.span, for: Self.tenantKey.span)
  }
}
