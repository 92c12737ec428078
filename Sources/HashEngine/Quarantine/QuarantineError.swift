internal import SystemPackage

/// Why a file could not be moved into quarantine, or out of it. It is where it was.
public struct QuarantineError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, as a stable name.
  public enum Code: String, Sendable, Hashable {
    /// No folder, or one that others may enter.
    case unfitFolder = "unfit-folder"
    /// The file is no longer the one that was examined.
    case changed
    /// There is no such file in quarantine.
    case unknown
    /// Something is at the place that it would be restored to.
    case occupied
    /// The system did not do it.
    case failed
  }

  /// What is wrong, for programs.
  public let code: Code
  /// A clause for people.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  init(_ number: CInt, _ activity: String) {
    self.init(.failed, "\(activity): \(Errno(rawValue: number))")
  }
}
