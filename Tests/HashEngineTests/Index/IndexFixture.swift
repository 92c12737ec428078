import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// An index in a database of its own, and what it must hold.
final class IndexFixture<Hash: BinaryHash> {
  let folder: TemporaryFolder
  private(set) var environment: Environment
  private(set) var tables: IndexTables<Hash>
  var stored: Set<Hash> = []

  init() throws {
    folder = try TemporaryFolder()
    environment = try Environment(
      folder.path("db"), options: Environment.Options(creates: true))
    let writing = try WriteTransaction(environment)
    tables = try IndexTables(make: "index", writing)
    try writing.commit()
  }

  func read<Result>(
    _ body: (borrowing HammingIndex<Hash, Reading>) throws -> Result
  ) throws -> Result {
    let reading = try ReadTransaction(environment)
    return try body(reading.index(tables))
  }

  func write<Result>(
    _ body: (borrowing HammingIndex<Hash, Writing>) throws -> Result
  ) throws -> Result {
    let writing = try WriteTransaction(environment)
    let result = try read(writing, body)
    try writing.commit()
    return result
  }

  private func read<Base: Transaction & ~Copyable, Result>(
    _ transaction: borrowing Base,
    _ body: (borrowing HammingIndex<Hash, Base.Access>) throws -> Result
  ) throws -> Result {
    try body(transaction.index(tables))
  }

  func insert(_ hashes: [Hash]) throws {
    let added = try write { try $0.insert(hashes) }
    #expect(added == Set(hashes).subtracting(stored).count)
    stored.formUnion(hashes)
  }

  func remove(_ hash: Hash) throws {
    let isRemoved = try write { try $0.remove(hash) }
    #expect(isRemoved == (stored.remove(hash) != nil))
  }

  func seal(_ order: BandLayout.Order = .latest) throws -> Int? {
    try IndexSealing(tables, in: environment, order: order).run()
  }

  /// As another process would, that has not used the index yet.
  func openIndexAnew() {
    tables = tables.with(tables.kernels)
  }

  /// Holds the answer for a query against brute force.
  func check(_ query: Hash, radius: Int) throws {
    let found = try read { try $0.search(query, radius: radius) }
    let expected = stored.map { Neighbor(hash: $0, distance: $0.distance(to: query)) }
      .filter { $0.distance <= radius }
    #expect(found.count == expected.count && Set(found) == Set(expected), "radius \(radius)")
    #expect(try read { try $0.count() } == stored.count)
  }
}

extension IndexTables {
  /// The same tables, with nothing kept of them.
  func with(_ kernels: Kernels) -> Self {
    IndexTables(nodes: nodes, parts: parts, removed: removed, kernels: kernels)
  }
}

/// Half at random, half in clusters round some of them.
func pdqHashes(_ count: Int, using random: inout SeededGenerator) -> [PDQHash] {
  let scattered = (0..<count / 2).map { _ in PDQHash.random(using: &random) }
  let clustered = (0..<count - count / 2).map { index in
    scattered[index % 50].flipping(Int.random(in: 1...45, using: &random), using: &random)
  }
  return scattered + clustered
}

/// At random.
func phashes(_ count: Int, using random: inout SeededGenerator) -> [PerceptualHash64] {
  (0..<count).map { _ in PerceptualHash64(word: random.next()) }
}
