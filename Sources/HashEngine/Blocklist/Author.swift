#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Who changes a list, and when; both go into the list's history and the journal.
public struct Author: Sendable, Hashable {
  /// The user's number in the system.
  public var uid: UInt32
  /// Seconds since 1970.
  public var now: Int

  /// By default the user whose process this is, now.
  public init(uid: UInt32? = nil, now: Int = Timestamp.now) {
    self.uid = uid ?? getuid()
    self.now = now
  }
}
