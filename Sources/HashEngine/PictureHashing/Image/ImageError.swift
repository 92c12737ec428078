/// Why a picture could not be read, or not to its end.
public struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, as stable names for logs and JSON.
  public enum Code: String, Sendable, Hashable, Codable, CaseIterable {
    /// The file could not be opened or read.
    case unreadable
    /// A directory, socket, pipe or device.
    case notAFile = "not-a-file"
    /// No bytes at all.
    case empty
    /// No picture of any format that is known.
    case notAnImage = "not-an-image"
    /// A format that is known and not decoded, or a variant that its decoder refuses.
    case unsupported
    /// Over a limit; nothing was decoded, or only a part.
    case overLimit = "over-limit"
    /// Not decoded within the time that it may take.
    case timeLimit = "time-limit"
    /// The bytes end before the picture does.
    case truncated
    /// The bytes contradict the format.
    case damaged
    /// More lies behind the picture, and by the settings that is not let pass.
    case trailingData = "trailing-data"
    /// The program that decoded the picture ended unexpectedly.
    case crashed
    /// No program was available to decode the picture; nothing is known about it.
    case noWorker = "no-worker"
  }

  /// What is wrong, for programs.
  public let code: Code
  /// One clause for people, without the file's name: "truncated after row 212 of 480".
  public let description: String

  /// - Parameter description: A clause for people, without the file's name.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
