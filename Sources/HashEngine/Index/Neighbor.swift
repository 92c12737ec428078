/// A stored hash near the one asked for.
public struct Neighbor<Hash: BinaryHash>: Hashable, Sendable {
  public let hash: Hash
  /// Bits that differ.
  public let distance: Int

  public init(hash: Hash, distance: Int) {
    self.hash = hash
    self.distance = distance
  }
}
