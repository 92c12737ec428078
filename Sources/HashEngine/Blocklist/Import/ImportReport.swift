/// What an import did.
public struct ImportReport: Sendable, Hashable {
  public let list: String
  /// `nil` for a file without a single record.
  public var format: ListFormat?
  /// Hashes that the list did not have.
  public var added = 0
  /// Hashes that it had, under the same id.
  public var alreadyThere = 0
  /// Entries that the file takes back.
  public var withdrawn = 0
  /// Lines that were refused.
  public var rejected = 0

  /// Whether the list is now another.
  public var hasEffect: Bool { added > 0 || withdrawn > 0 }

  init(list: String) { self.list = list }
}

/// A line that was not imported, and why.
public struct RejectedLine: Sendable, Hashable {
  /// Counted from 1; the last line of a record that has several.
  public let number: Int
  public let reason: String
}
