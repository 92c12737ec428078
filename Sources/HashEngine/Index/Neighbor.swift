/// A stored hash near a query.
public struct Neighbor<Hash: BinaryHash>: Hashable, Sendable {
  /// The hash that was found.
  public let hash: Hash
  /// Bits that differ.
  public let distance: Int

  /// A hash that lies so many bits away.
  public init(hash: Hash, distance: Int) {
    self.hash = hash
    self.distance = distance
  }
}
