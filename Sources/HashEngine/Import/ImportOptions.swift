/// How to read a list, where its file does not say so itself.
public struct ImportOptions: Sendable, Hashable {
  /// What the file is called in the receipt.
  public var source: String?
  /// The format; `nil` to recognise it from the content.
  public var format: ListFormat?
  /// The kind of the hashes, where the file does not state it.
  public var kind: HashKind?
  /// How 64-bit hashes are written; `nil` to recognise it from the content.
  public var spelling: HashSpelling?
  /// For CSV: which field a column is, by the column's name.
  public var columns: [String: String] = [:]
  /// For CSV: what separates fields; `nil` to look at the first line.
  public var delimiter: Character?
  /// The label for each of the source's categories; records of other categories are left out. `nil` to
  /// take all, with the source's own categories for labels.
  public var categories: [String: String]?
  /// Whether entries that are missing in the file are withdrawn.
  public var replaces = false
  /// The share of a list's entries that a file may lack before nothing is withdrawn: half a file looks like one that
  /// takes back the rest. Up to ten entries may always be missing.
  public var maximumWithdrawn = 0.2
  /// Whether entries are withdrawn whatever speaks against it.
  public var forcesWithdrawal = false
  /// What to do with a record whose id is that of an entirely different picture; `nil` for what suits the id: one that
  /// the file states as such is replaced, one that may be a remark or a file's name is not.
  public var onConflict: ConflictPolicy?
  /// Whether it is a dry run: everything is done, but nothing is kept.
  public var isDryRun = false

  /// Options with defaults for everything that is not given.
  public init(source: String? = nil, kind: HashKind? = nil, format: ListFormat? = nil) {
    self.source = source
    self.kind = kind
    self.format = format
  }
}
