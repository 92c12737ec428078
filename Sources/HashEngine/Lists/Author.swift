#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Who changes a list, and when; both go into the list's history and the journal.
public struct Author: Sendable, Hashable {
  /// The user's number in the system.
  public var uid: UInt32
  /// The name of the client that asked for it, where that is known by a token; else `nil`.
  public var client: String?
  /// The moment of the change.
  public var now: Timestamp

  /// By default the user whose process this is, now.
  public init(uid: UInt32? = nil, client: String? = nil, now: Timestamp = .now) {
    self.uid = uid ?? getuid()
    self.client = client
    self.now = now
  }
}
