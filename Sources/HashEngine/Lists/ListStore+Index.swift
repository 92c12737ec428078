extension ListStore {
  /// What the index of each kind of perceptual hash holds.
  ///
  /// - Throws: ``ListError`` `storage`.
  public func indexStatistics() throws(ListError) -> [HashKind: IndexStatistics] {
    try read("reading the index") { lists in
      [.pdq: try lists.pdq.statistics(), .phash64: try lists.phash64.statistics()]
    }
  }

  /// Walks every index, compares searches with brute force, and compares the index with the entries.
  ///
  /// - Parameter samples: How many hashes of each index are searched for.
  /// - Returns: What is wrong, a sentence each; empty when all is well.
  /// - Throws: ``ListError`` `storage`.
  public func indexProblems(samples: Int = 20) throws(ListError) -> [String] {
    try read("checking the index") { lists in
      var problems: [String] = []
      for problem in try lists.pdq.problems(samples: samples) {
        problems.append("pdq: \(problem)")
      }
      for problem in try lists.phash64.problems(samples: samples) {
        problems.append("phash64: \(problem)")
      }
      guard problems.isEmpty else { return problems }
      // Each hash that some entry has is a key of the postings.
      var listed: [HashKind: Int] = [:]
      try lists.postings.forEachKey { key in
        if let kind = HashKind(code: key.unsafeLoad(as: UInt8.self)) {
          listed[kind, default: 0] += 1
        }
      }
      let indexed = [
        HashKind.pdq: try lists.pdq.count(), .phash64: try lists.phash64.count(),
      ]
      for (kind, count) in indexed where listed[kind, default: 0] != count {
        problems.append(
          "\(kind.rawValue): \(count) hashes in the index, \(listed[kind, default: 0]) on the lists"
        )
      }
      return problems
    }
  }
}
