/// A request that a blocklist cannot follow. Nothing was changed.
public struct BlocklistError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable, Hashable {
    /// No list of that name.
    case unknownList = "unknown-list"
    /// A name with other characters than letters, digits, `.`, `_` and `-`, or too long.
    case invalidName = "invalid-name"
    /// The file does not say what kind its hashes are, and nor did the caller.
    case kindNotStated = "kind-not-stated"
    /// None of the file's lines is a hash of the kind.
    case nothingToImport = "nothing-to-import"
    /// A file that could not be read as a list.
    case unreadable
    /// The database failed.
    case storage
  }

  public let code: Code
  /// A sentence for people.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  init(_ error: StorageError) {
    self.init(.storage, error.description)
  }
}
