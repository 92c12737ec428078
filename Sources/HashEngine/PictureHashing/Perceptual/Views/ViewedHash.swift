/// The PDQ hash of a picture in some view.
public struct ViewedHash: Sendable, Hashable {
  public let hash: PDQHash
  public let view: View
  /// The least effort that asks for it.
  public let effort: Effort
}
