/// How a search was done.
public struct SearchExplanation: Sendable, Hashable {
  /// How many hashes were near the queries, summed over the queries; entries that share a hash count once.
  public let found: Int
  /// How the sealed hashes were searched; `nil` when nothing is sealed.
  public let plan: SearchPlan?
  /// How many buckets of bands were read.
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
  /// Searches for perceptual hashes of one kind and reports how it was done; `nil` for no hashes, for hashes
  /// of several kinds, or for digests only, which have no index.
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
