public import SystemPackage

/// A file that is to be examined.
public struct WalkedFile: Sendable {
  /// Where it is.
  public let path: FilePath
  /// Its stamp when it was found; `nil` for what was no regular file then.
  public let stamp: FileStamp?
  /// Whether a symbolic link in its place is followed.
  public let followsLink: Bool

  /// A file, as a walk found it.
  public init(_ path: FilePath, _ stamp: FileStamp?, followsLink: Bool) {
    self.path = path
    self.stamp = stamp
    self.followsLink = followsLink
  }
}
