extension ListStore {
  /// Reads the whole database and checks its parts against each other: the digest of a backup, the index and some searches
  /// in it, every entry with its hashes, and the journal.
  ///
  /// - Parameter samples: How many hashes of each index are searched for.
  /// - Returns: What is wrong, a sentence each; empty when all is well.
  /// - Throws: ``ListError`` `storage`.
  /// - Complexity: Linear in the number of hashes.
  public func problems(samples: Int = 20) throws(ListError) -> [String] {
    let digest = try ListError.naming("checking the file") {
      try EnvironmentFiles.digestProblem(of: database.environment.folder)
    }
    var problems = digest.map { [$0] } ?? []
    problems += try indexProblems(samples: samples).map { "index: \($0)" }
    problems += try entryProblems()
    problems += try verifyJournal().problems.map { "journal: \($0)" }
    return problems
  }

  /// Reads every entry: each of its hashes must lead to it, nothing else may, and every hash of the index must lead to an
  /// entry.
  private func entryProblems() throws(ListError) -> [String] {
    try read("checking the entries") { lists in
      var check = EntryCheck()
      try check.takeEntries(of: lists)
      try check.takePostings(of: lists)
      try check.takeIndexes(of: lists)
      try check.takeLists(of: lists)
      return check.problems
    }
  }
}

/// Compares entries, postings, ids and the index with each other.
private struct EntryCheck {
  private(set) var problems: [String] = []
  /// How many hashes of entries that are not withdrawn there are; each has a posting.
  private var listed = 0
  private var counts: [UInt32: Counts] = [:]

  private struct Counts {
    var active: UInt64 = 0
    var withdrawn: UInt64 = 0
  }

  /// As many as help; a damaged database has thousands.
  private static let mostProblems = 20

  mutating func takeEntries(of lists: borrowing ListReader) throws {
    var found: [String] = []
    var (listed, counts) = (0, [UInt32: Counts]())
    var failure: (any Error)?
    try lists.entries.forEachPair { key, value in
      let number = key.byteCount == 8 ? key.unsafeLoadUnaligned(as: UInt64.self) : 0
      guard let stored = StoredEntry(value) else {
        found.append("entry \(number): cannot be read")
        return found.count < Self.mostProblems
      }
      do {
        found += try Self.problems(of: stored, number, in: lists)
      } catch {
        failure = error
      }
      if stored.entry.state == .withdrawn {
        counts[stored.list, default: Counts()].withdrawn += 1
      } else {
        counts[stored.list, default: Counts()].active += 1
        listed += Set(stored.entry.hashes).count
      }
      return failure == nil && found.count < Self.mostProblems
    }
    if let failure { throw failure }
    problems += found
    (self.listed, self.counts) = (listed, counts)
  }

  private static func problems(
    of stored: StoredEntry, _ number: UInt64, in lists: borrowing ListReader
  ) throws -> [String] {
    var found: [String] = []
    if try lists.entryNumber(exactly: stored.entry.id, list: stored.list) != number {
      found.append("entry \(number): its id does not lead to it")
    }
    guard stored.entry.state != .withdrawn else { return found }
    for hash in Set(stored.entry.hashes) where try !lists.postings(of: hash).contains(number) {
      found.append("entry \(number): one of its hashes does not lead to it")
    }
    return found
  }

  mutating func takePostings(of lists: borrowing ListReader) throws {
    var count = 0
    try lists.postings.forEachPair { _, _ in
      count += 1
      return true
    }
    if problems.isEmpty, count != listed {
      problems.append("\(count) hashes lead to entries, which have \(listed)")
    }
  }

  /// That the index has as many hashes as lead to entries is checked with the index.
  mutating func takeIndexes(of lists: borrowing ListReader) throws {
    var hashes: [ListedHash] = []
    try lists.pdq.forEachHash { hashes.append(ListedHash($0)) }
    try lists.phash64.forEachHash { hashes.append(ListedHash($0)) }
    let stray = try hashes.count { try lists.postings(of: $0).isEmpty }
    if stray > 0 { problems.append("index: \(stray) of its hashes lead to no entry") }
  }

  mutating func takeLists(of lists: borrowing ListReader) throws {
    guard problems.isEmpty else { return }
    for (name, record) in try lists.records() {
      let found = counts[record.id] ?? Counts()
      guard found.active != record.count || found.withdrawn != record.withdrawn else { continue }
      problems.append(
        "list \(name): says \(record.count) entries and \(record.withdrawn) withdrawn, has \(found.active) and"
          + " \(found.withdrawn)")
    }
  }
}
