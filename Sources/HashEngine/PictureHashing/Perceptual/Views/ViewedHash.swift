/// The PDQ hash of a picture in some view.
public struct ViewedHash: Sendable, Hashable {
  /// The hash of the view.
  public let hash: PDQHash
  /// How the picture was looked at.
  public let view: View
  /// The lowest effort that includes this view.
  public let effort: Effort
}
