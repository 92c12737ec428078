import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// How a database is made, checked, and carried over to a newer format.
@Suite struct DatabaseTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A tenant with one table, whose value says which steps it went through.
  private func schema(
    _ format: UInt32, tenant: String = "lists", from oldest: UInt32 = 1, failing: Bool = false
  ) -> Schema {
    var migrations: [UInt32: Schema.Step] = [:]
    for step in oldest..<max(oldest, format) {
      @Sendable func migrate(_ transaction: borrowing WriteTransaction) throws(StorageError) {
        try Self.append(UInt8(step), transaction)
        if failing { throw StorageError(.failed, "in the middle") }
      }
      migrations[step] = migrate
    }
    @Sendable func make(_ transaction: borrowing WriteTransaction) throws(StorageError) {
      try Self.append(100, transaction)
    }
    return Schema(tenant: tenant, format: format, make: make, migrations: migrations)
  }

  private static func append(
    _ step: UInt8, _ transaction: borrowing WriteTransaction
  ) throws(StorageError) {
    let table = transaction.table(try transaction.makeTable("steps"))
    let before = try table.value(for: [1]) { $0.withUnsafeBytes { Array($0) } } ?? []
    let (key, after): ([UInt8], [UInt8]) = ([1], before + [step])
    try table.put(after.span, for: key.span)
  }

  private func open(
    _ schema: Schema, creates: Bool = true
  ) throws(StorageError) -> Database {
    try Database(at: folder.path("db"), schema, creates: creates, mapSize: 1 << 22)
  }

  private func steps(_ database: Database) throws -> [UInt8]? {
    let reading = try ReadTransaction(database.environment)
    guard let table = try reading.openTable("steps") else { return nil }
    return try reading.table(table).value(for: [1]) { $0.withUnsafeBytes { Array($0) } }
  }

  private func bytes() throws -> [UInt8] { try TestFiles.bytes(of: folder.path("db/data.mdb")) }

  private func code(_ schema: Schema, creates: Bool = true) -> StorageError.Code? {
    do throws(StorageError) {
      _ = try open(schema, creates: creates)
      return nil
    } catch {
      return error.code
    }
  }

  @Test func aDatabaseIsMadeOnceAndCarriedOverStepByStep() throws {
    #expect(try steps(open(schema(1))) == [100])
    #expect(try steps(open(schema(1), creates: false)) == [100])
    #expect(try steps(open(schema(4), creates: false)) == [100, 1, 2, 3])
    #expect(try steps(open(schema(4), creates: false)) == [100, 1, 2, 3])
  }

  @Test func aNewerFormatIsRefusedAndLeftAlone() throws {
    _ = try open(schema(2))
    let before = try bytes()
    let error = #expect(throws: StorageError.self) { _ = try open(schema(1)) }
    #expect(error?.code == .newerFormat)
    #expect(error?.description.contains("format 2") == true)
    #expect(try bytes() == before)
  }

  @Test func aFormatWithoutAWayIsRefusedAndLeftAlone() throws {
    _ = try open(schema(1))
    let before = try bytes()
    #expect(code(schema(3, from: 2)) == .olderFormat)
    #expect(try bytes() == before)
  }

  @Test func aMigrationThatFailsLeavesTheOldDatabase() throws {
    _ = try open(schema(1))
    #expect(code(schema(3, failing: true)) == .failed)
    #expect(try steps(open(schema(1))) == [100])
    #expect(try steps(open(schema(3))) == [100, 1, 2])
  }

  @Test func anotherTenantsDatabaseIsRefused() throws {
    _ = try open(schema(1, tenant: "cases"))
    let error = #expect(throws: StorageError.self) { _ = try open(schema(1)) }
    #expect(error?.code == .notADatabase)
    #expect(error?.description.contains("a database of cases, not of lists") == true)
  }

  @Test func nothingIsMadeUnlessAsked() throws {
    #expect(code(schema(1), creates: false) == .missing)
    // An environment without tables is one that was cut off while it was made.
    _ = try Environment(folder.path("db"), options: Environment.Options(creates: true))
    #expect(code(schema(1), creates: false) == .notADatabase)
    #expect(try steps(open(schema(1))) == [100])
  }
}
