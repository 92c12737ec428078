/// What a list holds of one picture: the source's id for it, its hashes, and what the source says of it.
public struct Entry: Sendable, Hashable {
  /// Whether an entry is matched.
  public enum State: Sendable, Hashable {
    /// It is matched, until it expires.
    case active
    /// Taken back by its source or by the operator. Its hashes are gone; what is left keeps an older copy of
    /// the list from bringing it back.
    case withdrawn
    /// Not matched until this time; `nil` for until somebody enables it.
    case disabled(until: Timestamp?)
  }

  /// The source's own id, or one derived from the hash where the source has none.
  public let id: String
  /// Its hashes, of any kinds; empty for a withdrawn entry.
  public var hashes: [ListedHash]
  /// What its source, or the operator, says of it.
  public var details: EntryDetails
  /// Whether it is matched.
  public var state: State
  /// When it was first imported.
  public let addedAt: Timestamp
  /// The number of the receipt of its last change, in its list's history.
  public var receipt: Int

  /// An entry as it would be stored; making one does not put it on a list.
  public init(
    id: String, hashes: [ListedHash], details: EntryDetails = EntryDetails(),
    state: State = .active, addedAt: Timestamp, receipt: Int = 0
  ) {
    self.id = id
    self.hashes = hashes
    self.details = details
    self.state = state
    self.addedAt = addedAt
    self.receipt = receipt
  }

  /// Whether it is matched at a time.
  public func isInForce(at now: Timestamp) -> Bool {
    state.isInForce(at: now, expiry: details.expiresAt)
  }
}

extension Entry.State {
  /// Whether an entry of that state is matched at a time.
  func isInForce(at now: Timestamp, expiry: Timestamp?) -> Bool {
    if let expiry, now >= expiry { return false }
    switch self {
    case .active: return true
    case .withdrawn: return false
    case .disabled(let until): return until.map { now >= $0 } ?? false
    }
  }
}

/// What a source says of an entry besides its hashes.
public struct EntryDetails: Sendable, Hashable {
  /// The source's classification.
  public var label: String?
  /// How severe it is, in the source's own words.
  public var severity: String?
  /// What the source, or the operator, wrote about it.
  public var note: String?
  /// The operator's cases that it belongs to, in the order in which it came under them; with ``noCase`` among them if
  /// it was also listed without one.
  public var caseIDs: [String] = []
  /// Stands for a listing without a case, beside others that have one.
  public static let noCase = ""
  /// The cases that have a name.
  public var namedCases: [String] { caseIDs.filter { $0 != Self.noCase } }
  /// When the source last changed it. The later of two records counts.
  public var sourceTime: Timestamp?
  /// PDQ's quality of the picture, 0 to 100, where stated.
  public var quality: Int?
  /// The time from which it is no longer matched; `nil` for never.
  public var expiresAt: Timestamp?
  /// On an allowlist, the entries whose matches it excuses for pictures near it.
  public var allows: [EntryReference] = []
  /// Which of its hashes are of parts of the picture; they match cropped copies.
  public var crops: [CroppedHash] = []

  /// No details.
  public init() {}

  /// Whether one of its texts has a byte of zero, which no text file may have.
  var hasZeros: Bool {
    [label, severity, note].contains { $0?.utf8.contains(0) ?? false }
      || caseIDs.contains { $0.utf8.contains(0) }
  }

  /// The length of the longest text, in bytes.
  var longestText: Int {
    max(
      label?.utf8.count ?? 0, severity?.utf8.count ?? 0, note?.utf8.count ?? 0,
      caseIDs.map(\.utf8.count).max() ?? 0)
  }
  var textBytes: Int {
    (label?.utf8.count ?? 0) + (severity?.utf8.count ?? 0) + (note?.utf8.count ?? 0)
      + caseIDs.reduce(0) { $0 + $1.utf8.count }
      + allows.reduce(0) { $0 + $1.list.utf8.count + $1.entry.utf8.count } + 72 * crops.count
  }

  /// The later of two expiries, of which `nil` is never.
  static func later(_ a: Timestamp?, _ b: Timestamp?) -> Timestamp? {
    guard let a, let b else { return nil }
    return max(a, b)
  }

  /// Masks hashes in what is printed of it. Cases stay as they are: they are the operator's own words.
  ///
  /// - Parameter own: Its entry's hashes.
  /// - Returns: Whether something else than its own hashes was masked.
  mutating func maskHashes(_ own: [ListedHash]) -> Bool {
    var isForeign = false
    func mask(_ text: inout String?) {
      guard let known = text, HashMask.isNeeded(in: known) else { return }
      let masked = HashMask.masked(known, own: own)
      guard masked != known else { return }
      if !HashMask.holds(known, own) { isForeign = true }
      text = masked
    }
    mask(&label)
    mask(&severity)
    mask(&note)
    if allows.isEmpty { return isForeign }
    allows = allows.map { EntryReference(list: $0.list, entry: HashMask.masked($0.entry)) }
    return isForeign
  }

  /// Overwrites each detail that `other` states, and adds its cases, references and crops.
  mutating func merge(_ other: EntryDetails) {
    label = other.label ?? label
    severity = other.severity ?? severity
    note = other.note ?? note
    for caseID in other.caseIDs where !caseIDs.contains(caseID) { caseIDs.append(caseID) }
    sourceTime = other.sourceTime ?? sourceTime
    quality = other.quality ?? quality
    expiresAt = other.expiresAt ?? expiresAt
    for reference in other.allows where !allows.contains(reference) { allows.append(reference) }
    for crop in other.crops where !crops.contains(crop) { crops.append(crop) }
  }
}

/// A hash of a part of a picture.
public struct CroppedHash: Sendable, Hashable {
  /// The hash of the part.
  public let hash: ListedHash
  /// The part, as fractions of the whole picture.
  public let region: Region

  /// The hash of that part.
  public init(_ hash: ListedHash, of region: Region) {
    self.hash = hash
    self.region = region
  }
}

/// An entry of some list.
public struct EntryReference: Sendable, Hashable, Codable {
  /// The list's name.
  public let list: String
  /// The entry's id.
  public let entry: String

  /// A reference to an entry, which need not exist.
  public init(list: String, entry: String) {
    self.list = list
    self.entry = entry
  }
}
