/// How a search was done.
public struct SearchExplanation: Sendable, Hashable {
  /// Hashes found, each once, whatever number of entries has it.
  public var found = 0
  /// How the sealed hashes were searched; `nil` when nothing is sealed.
  public var plan: SearchPlan?
  /// Buckets of bands that were looked into, and sealed hashes that were compared.
  public var probes = 0
  public var candidates = 0
  /// Nodes of the live tree that were visited, and hashes there that were compared.
  public var nodes = 0
  public var compared = 0
}

extension Blocklist {
  /// What the index of each kind of perceptual hash holds.
  public func indexStatistics() throws(StorageError) -> [HashKind: IndexStatistics] {
    let reading = try ReadTransaction(environment)
    return [
      .pdq: try tables.pdq.statistics(in: reading),
      .phash64: try tables.phash64.statistics(in: reading),
    ]
  }

  /// Searches for a perceptual hash and tells how; `nil` for a digest, which no index has.
  public func explainSearch(
    for hash: ListedHash, radius: Int
  ) throws(StorageError) -> SearchExplanation? {
    try explainSearch(for: [hash], radius: radius)
  }

  /// The same for several hashes at once, all of one kind; `nil` when there is none or they are digests.
  public func explainSearch(
    for hashes: [ListedHash], radius: Int
  ) throws(StorageError) -> SearchExplanation? {
    let reading = try ReadTransaction(environment)
    let (pdq, phash64) = (hashes.compactMap(\.pdq), hashes.compactMap(\.phash64))
    if !pdq.isEmpty, phash64.isEmpty {
      return SearchExplanation(try tables.pdq.search(pdq, radius: radius, in: reading))
    }
    if !phash64.isEmpty, pdq.isEmpty {
      return SearchExplanation(try tables.phash64.search(phash64, radius: radius, in: reading))
    }
    return nil
  }

  /// Walks every index, holds searches against brute force, and the index against the entries.
  ///
  /// - Parameter samples: How many hashes of each index are searched for.
  /// - Returns: What is wrong, a sentence each; empty when all is well.
  public func indexProblems(samples: Int = 20) throws(StorageError) -> [String] {
    let reading = try ReadTransaction(environment)
    var problems: [String] = []
    for problem in try tables.pdq.problems(samples: samples, in: reading) {
      problems.append("pdq: \(problem)")
    }
    for problem in try tables.phash64.problems(samples: samples, in: reading) {
      problems.append("phash64: \(problem)")
    }
    guard problems.isEmpty else { return problems }
    // Each hash that some entry has is a key of the postings.
    var listed: [HashKind: Int] = [:]
    try tables.postings.forEachKey(in: reading) { key in
      if let kind = HashKind(code: key.unsafeLoad(as: UInt8.self)) { listed[kind, default: 0] += 1 }
    }
    let indexed = [
      HashKind.pdq: try tables.pdq.count(in: reading),
      .phash64: try tables.phash64.count(in: reading),
    ]
    for (kind, count) in indexed where listed[kind, default: 0] != count {
      problems.append(
        "\(kind.rawValue): \(count) hashes in the index, \(listed[kind, default: 0]) on the lists")
    }
    return problems
  }
}

extension SearchExplanation {
  init<Hash>(_ explanation: HammingIndex<Hash>.Explanation) {
    found = explanation.found.reduce(0) { $0 + $1.count }
    plan = explanation.plan
    probes = explanation.sealed.probes
    candidates = explanation.sealed.candidates
    nodes = explanation.tree.nodes
    compared = explanation.tree.hashes
  }
}
