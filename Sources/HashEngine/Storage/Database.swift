internal import Synchronization
internal import SystemPackage

/// The layout of a tenant's tables, and how earlier layouts are migrated. A tenant is what one database is
/// for.
struct Schema: Sendable {
  typealias Step = @Sendable (borrowing WriteTransaction) throws(StorageError) -> Void

  /// The tenant's name, as in "lists".
  let tenant: String
  /// The number of the layout; raised when older software would misread it.
  let format: UInt32
  /// Makes the tables of a new database.
  let make: Step
  /// By the format that each starts from: the step that migrates a database to the next format.
  let migrations: [UInt32: Step]

  /// The tenant of databases that were made before a database named its tenant.
  fileprivate static let firstTenant = "lists"
}

/// An environment with a format number: created, checked or migrated when it is opened.
///
/// Lists are one tenant. Data that is written independently of them gets an environment of its own, since
/// each has one writer at a time: a long import must not hold up a report.
final class Database: Sendable {
  let environment: Environment
  /// The format that it had before it was opened, and the folder that keeps it as it was; `nil` if it was not migrated.
  var migrated: (from: UInt32, kept: FilePath)? { migration.withLock { $0 } }
  private let migration = Mutex<(from: UInt32, kept: FilePath)?>(nil)

  private static let meta = "meta"
  private static let formatKey = Array("format".utf8)
  private static let tenantKey = Array("tenant".utf8)

  /// Opens the database in a folder. One of an earlier format is migrated in a single transaction, and what it was
  /// before is kept beside it.
  ///
  /// - Parameters:
  ///   - mapSize: See ``Environment/Options/mapSize``; `nil` for the usual.
  ///   - keepsBefore: Whether one that is migrated is kept as it was.
  /// - Throws: ``StorageError`` when the folder has no database, holds something else, or has one of a newer
  ///   format or of an older one that can no longer be migrated; or when this process has it open already.
  ///   Nothing was changed then.
  init(
    at folder: FilePath, _ schema: Schema, creates: Bool = false, mapSize: Int? = nil,
    keepsBefore: Bool = true
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
    if format < schema.format { try migrate(schema, keepsBefore: keepsBefore) }
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

  private func migrate(_ schema: Schema, keepsBefore: Bool) throws(StorageError) {
    let folder = environment.folder
    let writing: WriteTransaction
    do throws(StorageError) {
      writing = try WriteTransaction(environment)
    } catch  where error.code == .notPermitted {
      throw StorageError(
        .olderFormat,
        "\(environment.path): written by an older version; open it once as a user who may write"
          + " to it, which upgrades it")
    }
    // Another process may have migrated it meanwhile.
    guard let format = try storedFormat(schema, writing), format < schema.format else { return }
    var kept: FilePath?
    if keepsBefore {
      do throws(StorageError) {
        kept = try keep("before-upgrade-from-format-\(format)", of: folder)
      } catch  where error.code == .full {
        throw StorageError(
          .full,
          "\(environment.path): no room to keep a copy of it before it is upgraded; it was not upgraded"
        )
      }
    }
    do throws(StorageError) {
      for format in format..<schema.format { try schema.migrations[format]?(writing) }
      try setFormat(schema, writing)
      try writing.commit()
    } catch {
      if let kept { try? EnvironmentFiles.remove(kept) }
      throw error
    }
    let migrated = kept.map { (format, $0) }
    migration.withLock { $0 = migrated }
  }

  /// Copies the file as it is into a folder beside it. No writer can change it meanwhile: this one has written nothing.
  private func keep(_ name: String, of folder: FilePath) throws(StorageError) -> FilePath {
    let file = try NewFile(in: folder)
    try EnvironmentFiles.copy(EnvironmentFiles.data(in: folder), to: file)
    let place = try EnvironmentFiles.makeFolder(named: name, in: folder)
    do throws(StorageError) {
      try file.name(EnvironmentFiles.data(in: place))
    } catch {
      try? EnvironmentFiles.remove(place)
      throw error
    }
    EnvironmentFiles.giveToOwner(of: folder, place)
    return place
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
