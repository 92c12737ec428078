/// What one change did to a list: a line of the list's history.
public struct Receipt: Sendable, Hashable {
  /// What was done.
  public enum Action: String, Codable, Sendable {
    /// The list was made.
    case create
    /// Its settings were changed.
    case set
    /// A file was imported.
    case `import`
    /// Pictures were listed by their own hashes.
    case takedown
    /// Pictures were listed as harmless.
    case allow
    /// What was listed under a case was withdrawn.
    case release
    /// An entry stopped matching.
    case disable
    /// An entry matches again.
    case enable
    /// Entries were withdrawn.
    case withdraw
    /// The change before was undone.
    case undo
    /// The list was removed.
    case remove
    /// The whole database was restored from a backup.
    case restore
  }

  /// A record that was not imported, and why.
  public struct Rejection: Codable, Sendable, Hashable {
    /// In text formats the line, counted from 1 (the last line of a record that spans several); else the
    /// number of the record.
    public let number: Int
    /// Why, as a clause.
    public let reason: String
  }

  /// How many rejections a receipt lists; further ones are only counted.
  public static let maximumRejections = 100

  /// What was done.
  public let action: Action
  /// The list's name.
  public let list: String
  /// Its number in the list's history, from 1.
  public var number: Int
  /// The list's serial before it.
  public var serialBefore: Int
  /// The list's serial after it; equal to ``serialBefore`` when no entry changed.
  public var serialAfter: Int
  /// When it was done.
  public let at: Timestamp
  /// The number of the user who did it.
  public let uid: UInt32
  /// See ``Author/client``.
  public var client: String?
  /// The name of the imported file.
  public var source: String?
  /// The SHA-256 of the bytes read from the file, in hexadecimal.
  public var sourceSHA256: String?
  /// The format that the file was read as.
  public var format: ListFormat?
  /// The kind that the hashes were read as, where the format does not state it.
  public var kind: HashKind?
  /// The operator's reason for it.
  public var reason: String?
  /// The operator's case.
  public var caseID: String?
  /// Entries that the list did not have, or had withdrawn.
  public var added = 0
  /// Entries that were changed.
  public var replaced = 0
  /// Entries that were withdrawn, including those that the list did not have.
  public var withdrawn = 0
  /// Records that say what the list already has, or something older.
  public var unchanged = 0
  /// How many records were not meant for the list, by reason.
  public var skipped: [String: Int] = [:]
  /// Kinds that are not supported, by name, and how often each came.
  public var unsupported: [String: Int] = [:]
  /// How many records were refused.
  public var rejected = 0
  /// The first refused records, up to ``maximumRejections``.
  public var rejections: [Rejection] = []
  /// How the 64-bit hashes were read, where that was found in the file or stated.
  public var spelling: HashSpelling?
  /// Entries that the file lacks and that were kept, since they may be missing by mistake; a warning says why.
  public var withheld = 0
  /// What the operator should look at.
  public var warnings: [String] = []
  /// Whether it was a dry run, of which nothing was kept.
  public var isDryRun = false

  init(_ action: Action, list: String, serial: Int, by author: Author) {
    self.init(
      action: action, list: list, number: 0, serialBefore: serial, at: author.now, uid: author.uid)
    client = author.client
  }

  init(
    action: Action, list: String, number: Int, serialBefore: Int, at: Timestamp, uid: UInt32
  ) {
    self.action = action
    self.list = list
    self.number = number
    self.serialBefore = serialBefore
    serialAfter = serialBefore
    self.at = at
    self.uid = uid
  }

  /// Whether it is news of the list from its source: not so for half a file, nor for one of which more than a tenth was
  /// refused.
  var isNews: Bool {
    let usable = added + replaced + withdrawn + unchanged
    return action == .import && withheld == 0 && rejected * 10 <= usable + rejected
  }

  /// Whether all that the file says was done: nothing was refused, and nothing was withheld.
  public var isComplete: Bool { rejected == 0 && withheld == 0 }

  /// Whether any entry changed.
  public var hasEffect: Bool { added > 0 || replaced > 0 || withdrawn > 0 }

  /// How many reasons, and how many kinds, are counted by name. They can be a file's own words, so further
  /// ones are counted together as "others".
  private static let maximumNames = 50

  mutating func count(skipped reason: String) { Self.count(reason, in: &skipped) }

  mutating func count(unsupported kind: String) { Self.count(kind, in: &unsupported) }

  private static func count(_ name: String, in counts: inout [String: Int]) {
    let name = HashMask.masked(String(name.prefix(100)))
    let isKnown = counts[name] != nil || counts.count < maximumNames
    counts[isKnown ? name : "others", default: 0] += 1
  }

  mutating func reject(_ number: Int, _ reason: String) {
    rejected += 1
    if rejections.count < Self.maximumRejections {
      rejections.append(Rejection(number: number, reason: HashMask.masked(reason)))
    }
  }
}
