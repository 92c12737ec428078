import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

@Suite struct EnvironmentTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(
    _ path: FilePath, creates: Bool = true, mapSize: Int = 1 << 24
  ) throws(StorageError) -> Environment {
    try Environment(path, options: Environment.Options(creates: creates, mapSize: mapSize))
  }

  private func put(
    _ value: [UInt8], for key: [UInt8], into table: TableID,
    _ transaction: borrowing WriteTransaction
  ) throws {
    try transaction.table(table).put(value.span, for: key.span)
  }

  private func count(of table: TableID, in environment: Environment) throws -> Int {
    let reading = try ReadTransaction(environment)
    return try reading.table(table).count()
  }

  private func code(_ body: () throws -> Void) -> StorageError.Code? {
    do {
      try body()
      return nil
    } catch {
      return (error as? StorageError)?.code
    }
  }

  @Test func whatIsCommittedIsThereAfterReopening() throws {
    do {
      let environment = try open(folder.path("deep/er"))
      let writing = try WriteTransaction(environment)
      let table = try writing.makeTable("t")
      try put([1, 2], for: [3], into: table, writing)
      try writing.commit()
      let dropped = try WriteTransaction(environment)
      try put([9], for: [4], into: table, dropped)
    }
    let environment = try open(folder.path("deep/er"), creates: false)
    let reading = try ReadTransaction(environment)
    let table = try #require(try reading.openTable("t"))
    #expect(
      try reading.table(table).value(for: [3]) { $0.withUnsafeBytes { Array($0) } } == [1, 2])
    #expect(try reading.table(table).value(for: [4]) { _ in true } == nil)
    #expect(try reading.table(table).count() == 1)
  }

  @Test func aReaderKeepsItsView() throws {
    let environment = try open(folder.path("db"))
    let first = try WriteTransaction(environment)
    let table = try first.makeTable("t")
    try put([1], for: [1], into: table, first)
    try first.commit()
    let before = try ReadTransaction(environment)
    let second = try WriteTransaction(environment)
    try put([2], for: [1], into: table, second)
    try second.commit()
    func value(_ transaction: borrowing ReadTransaction) throws -> [UInt8]? {
      try transaction.table(table).value(for: [1]) { $0.withUnsafeBytes { Array($0) } }
    }
    #expect(try value(before) == [1])
    #expect(try value(ReadTransaction(environment)) == [2])
  }

  @Test func otherThingsAreNoDatabase() throws {
    #expect(code { _ = try open(folder.path("missing"), creates: false) } == .missing)
    let file = try folder.write("text", to: "file")
    #expect(code { _ = try open(file) } == .notADatabase)
    try folder.write("text", to: "other/file")
    #expect(code { _ = try open(folder.path("other")) } == .notADatabase)
    #expect(code { _ = try open(folder.path("other"), creates: false) } == .missing)
    try folder.write([UInt8](repeating: 7, count: 20_000), to: "garbage/data.mdb")
    #expect(code { _ = try open(folder.path("garbage")) } == .notADatabase)
    try folder.write("", to: "empty/data.mdb")
    #expect(code { _ = try open(folder.path("empty"), creates: false) } == .notADatabase)
  }

  @Test func oneProcessOpensItOnce() throws {
    let environment = try open(folder.path("db"))
    #expect(code { _ = try open(folder.path("db")) } == .alreadyOpen)
    #expect(code { _ = try open(folder.path("db/../db")) } == .alreadyOpen)
    withExtendedLifetime(environment) {}
  }

  @Test func aFullMapIsToldAndNothingIsKept() throws {
    let environment = try open(folder.path("db"), mapSize: 1 << 18)
    let made = try WriteTransaction(environment)
    let table = try made.makeTable("t")
    try made.commit()
    let value = [UInt8](repeating: 1, count: 10_000)
    let error = #expect(throws: StorageError.self) {
      let writing = try WriteTransaction(environment)
      for key in UInt8.min...UInt8.max { try put(value, for: [key], into: table, writing) }
      try writing.commit()
    }
    #expect(error?.code == .full)
    #expect(try count(of: table, in: environment) == 0)
  }

  @Test func theMapGrowsWithTheDatabase() throws {
    let environment = try open(folder.path("db"), mapSize: 1 << 18)
    let made = try WriteTransaction(environment)
    let table = try made.makeTable("t")
    try made.commit()
    let value = [UInt8](repeating: 1, count: 50_000)
    for key in UInt8(0)..<100 {
      let writing = try WriteTransaction(environment)
      try put(value, for: [key], into: table, writing)
      try writing.commit()
    }
    #expect(try count(of: table, in: environment) == 100)
  }

  /// The map is moved only between transactions: readers that come and go all the while see one state each.
  @Test func theMapGrowsUnderReaders() throws {
    let environment = try open(folder.path("db"), mapSize: 1 << 18)
    let made = try WriteTransaction(environment)
    let table = try made.makeTable("t")
    try made.commit()
    let isDone = Atomic(false)
    let torn = Atomic(0)
    let seen = Atomic(0)
    let readers = (0..<3).map { _ in
      JoinableThread {
        while !isDone.load(ordering: .acquiring) {
          guard let reading = try? ReadTransaction(environment) else {
            torn.add(1, ordering: .relaxed)
            continue
          }
          // Every value of a state is filled with the state's number of values.
          var (values, fills): (Int, Set<UInt8>) = (0, [])
          let walked: Void? = try? reading.table(table).forEachPair { _, value in
            values += 1
            fills.insert(value.unsafeLoad(as: UInt8.self))
            fills.insert(value.unsafeLoad(fromByteOffset: value.byteCount - 1, as: UInt8.self))
            return true
          }
          let isWhole = values == 0 || fills == [UInt8(values)]
          if walked == nil || !isWhole { torn.add(1, ordering: .relaxed) }
          seen.add(1, ordering: .relaxed)
        }
      }
    }
    for reader in readers { reader.start() }
    for count in UInt8(1)...40 {
      let value = [UInt8](repeating: count, count: 40_000)
      try environment.write { transaction throws(StorageError) in
        for key in 1...count {
          let bytes = [key]
          try transaction.table(table).put(value.span, for: bytes.span)
        }
      }
    }
    isDone.store(true, ordering: .releasing)
    for reader in readers { reader.join() }
    #expect(torn.load(ordering: .relaxed) == 0)
    #expect(seen.load(ordering: .relaxed) > 0)
    #expect(environment.mapChanges.load(ordering: .relaxed) > 0)
  }

  @Test func walksGoInOrderAndStop() throws {
    let environment = try open(folder.path("db"))
    let writing = try WriteTransaction(environment)
    let table = try writing.makeTable("t")
    let many = try writing.makeTable("many", .manyValues)
    for key: UInt8 in [5, 1, 9, 3] { try put([key], for: [key], into: table, writing) }
    for value: UInt8 in [8, 2, 5, 2] { try put([value], for: [1], into: many, writing) }
    try put([7], for: [2], into: many, writing)
    try writing.commit()
    let reading = try ReadTransaction(environment)
    var seen: [UInt8] = []
    try reading.table(table).forEachPair(from: [2]) { key, _ in
      seen.append(key.unsafeLoad(as: UInt8.self))
      return seen.count < 2
    }
    #expect(seen == [3, 5])
    var values: [UInt8] = []
    try reading.table(many).forEachValue(of: [1]) { value in
      values.append(value.unsafeLoad(as: UInt8.self))
      return true
    }
    #expect(values == [2, 5, 8])
  }

  @Test func recordsComeBack() {
    var writer = RecordWriter()
    writer.append(UInt8(7))
    writer.append("é\n")
    writer.append(UInt64.max)
    writer.append(UInt16(0x0102))
    writer.append(raw: [1, 2, 3])
    var reader = writer.bytes.withUnsafeBytes { RecordReader($0.bytes) }
    #expect(reader.uint8() == 7)
    #expect(reader.text() == "é\n")
    #expect(reader.uint64() == .max)
    #expect(reader.uint16() == 0x0102)
    #expect(reader.raw(4) == nil)
    #expect(reader.raw(3) == [1, 2, 3])
    #expect(reader.isAtEnd && reader.uint8() == nil && reader.text() == nil)
  }
}
