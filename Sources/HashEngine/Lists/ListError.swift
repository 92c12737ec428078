/// Why a request about lists failed. Nothing was changed.
public struct ListError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, as a stable name that programs can rely on.
  public enum Code: String, Sendable, Hashable {
    /// No list of that name.
    case unknownList = "unknown-list"
    /// No entry of that id, or none of that case.
    case unknownEntry = "unknown-entry"
    /// Nothing to compare with: there is no list that blocks or wants a review, or each of them is disabled,
    /// expired or empty.
    case noListInForce = "no-lists"
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
    /// JSON whose format cannot be recognised from its content, and the caller did not name it.
    case formatNotStated = "format-not-stated"
    /// None of the file's records could be used.
    case nothingToImport = "nothing-to-import"
    /// A file that could not be read as a list.
    case unreadable
    /// The list has no change that can be undone.
    case nothingToUndo = "nothing-to-undo"
    /// A backup whose index or journal is not whole.
    case damagedBackup = "damaged-backup"
    /// The database failed; ``ListError/storage`` says how.
    case storage
  }

  /// What is wrong, for programs.
  public let code: Code
  /// A sentence for people.
  public let description: String
  /// What the database said, where it failed.
  public let storage: StorageError?

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
    storage = nil
  }

  /// - Parameter activity: What was being done, as in "importing into list csam".
  init(_ error: StorageError, while activity: String) {
    code = .storage
    description = "\(error) (while \(activity))"
    storage = error
  }

  static func unknownList(_ name: String) -> ListError {
    ListError(.unknownList, "no list named \"\(name)\"")
  }

  static func unknownEntry(_ id: String, in list: String) -> ListError {
    ListError(.unknownEntry, "no entry \"\(id)\" on list \(list)")
  }

  /// Runs `body` and turns whatever it throws into a ``ListError``.
  ///
  /// - Parameter activity: What is being done, for the error.
  static func naming<Result>(
    _ activity: String, _ body: () throws -> Result
  ) throws(ListError) -> Result {
    do {
      return try body()
    } catch let error as ListError {
      throw error
    } catch let error as StorageError {
      throw ListError(error, while: activity)
    } catch {
      throw ListError(StorageError(.failed, "\(error)"), while: activity)
    }
  }
}
