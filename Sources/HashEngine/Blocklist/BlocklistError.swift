/// A request that a blocklist cannot follow. Nothing was changed.
public struct BlocklistError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: String, Sendable, Hashable {
    /// No list of that name.
    case unknownList = "unknown-list"
    /// No entry of that id, or none of that case.
    case unknownEntry = "unknown-entry"
    /// A list of that name is there already.
    case listExists = "list-exists"
    /// A name with other characters than letters, digits, `.`, `_` and `-`, or too long.
    case invalidName = "invalid-name"
    /// A setting that makes no sense: a radius past the hash's width, a text too long.
    case invalidSetting = "invalid-setting"
    /// The file does not say what kind its hashes are, and nor did the caller.
    case kindNotStated = "kind-not-stated"
    /// The file's categories mean different things, and the caller did not say which are meant.
    case categoriesNotStated = "categories-not-stated"
    /// None of the file's records could be used.
    case nothingToImport = "nothing-to-import"
    /// A file that could not be read as a list.
    case unreadable
    /// The list has no change that can be taken back.
    case nothingToUndo = "nothing-to-undo"
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

  static func unknownList(_ name: String) -> BlocklistError {
    BlocklistError(.unknownList, "no list named \"\(name)\"")
  }
}
