/// How a search was done.
public struct SearchExplanation: Sendable, Hashable {
  /// Hashes found, each once, whatever number of entries has it.
  public let found: Int
  /// How the sealed hashes were searched; `nil` when nothing is sealed.
  public let plan: SearchPlan?
  /// Buckets of bands that were looked into.
  public let probes: Int
  /// Sealed hashes that were compared.
  public let sealedComparisons: Int
  /// Nodes of the live tree that were visited.
  public let nodes: Int
  /// Hashes there that were compared.
  public let liveComparisons: Int

  init(_ search: IndexSearch<some BinaryHash>) {
    found = search.found.reduce(0) { $0 + $1.count }
    plan = search.plan
    probes = search.sealed.probes
    sealedComparisons = search.sealed.candidates
    nodes = search.tree.nodes
    liveComparisons = search.tree.hashes
  }
}

extension Moderator {
  /// Searches for perceptual hashes of one kind and says how it was done; `nil` when there are none, of several
  /// kinds, or digests, which no index has.
  ///
  /// - Throws: ``ListError`` `storage`.
  public func explainSearch(
    for hashes: [ListedHash], radius: Int
  ) throws(ListError) -> SearchExplanation? {
    let (pdq, phash64) = (hashes.compactMap(\.pdq), hashes.compactMap(\.phash64))
    guard let store = lists as? ListStore else { return nil }
    return try store.read("searching the index") { lists in
      switch (pdq.isEmpty, phash64.isEmpty) {
      case (false, true): SearchExplanation(try lists.pdq.search(pdq, radius: radius))
      case (true, false): SearchExplanation(try lists.phash64.search(phash64, radius: radius))
      default: nil
      }
    }
  }
}
