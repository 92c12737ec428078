/// What one record of a list says, whatever the list's format.
struct SourceRecord {
  enum Content {
    /// An entry, complete unless it is spread over several records.
    case entry(SourceEntry)
    /// The source takes an entry back, known by its id or, in a list without ids, by its hashes.
    case withdrawal(id: String?, at: Timestamp?, hashes: [ListedHash] = [])
    /// Not meant for this list, and why; if the list has such an entry, it is withdrawn.
    case skipped(id: String?, reason: String, at: Timestamp? = nil, hashes: [ListedHash] = [])
    /// It cannot be used, and why. With its id, where that can be read; `byPolicy` says that the record is as its
    /// source meant it, and that such ones are not listed.
    case rejected(String, id: String? = nil, byPolicy: Bool = false)
    /// Nothing but hashes of kinds that are not supported.
    case unsupported
  }

  /// The number of its line, or of the record.
  var number: Int
  var content: Content
  /// Kinds of hash it has that are not supported, by the source's name for them.
  var unsupported: [String] = []
  /// What is wrong with some of an entry's hashes, which are left out.
  var refusals: [String] = []

  /// Whether it cannot even be told whose record it is.
  var isUnreadable: Bool {
    if case .rejected(_, id: nil, byPolicy: false) = content { true } else { false }
  }
}

/// An entry as a source has it.
struct SourceEntry {
  /// `nil` where the source has none.
  var id: String?
  var hashes: [ListedHash]
  var details = EntryDetails()
  /// Whether other records of the same file with the same id add to it, as rows of a table do, rather than
  /// replace it.
  var merges = false
  /// Whether its id is only the text beside its hash, which may as well be a remark or a file's name: if others have
  /// it too, it is no id.
  var isIDGuessed = false
  /// `nil` to leave the state of a known entry as it is.
  var state: Entry.State?

  /// Adds what another row says of the entry; returns whether it brought a new hash.
  mutating func takes(_ more: SourceEntry) -> Bool {
    let known = hashes.count
    for hash in more.hashes where !hashes.contains(hash) { hashes.append(hash) }
    // The entry lasts as long as any of its rows.
    let expiry = EntryDetails.later(details.expiresAt, more.details.expiresAt)
    details.merge(more.details)
    details.expiresAt = expiry
    return hashes.count > known
  }

  /// The same under no id, with the one it came with for its label, or for its note.
  func relabelled(_ id: String) -> SourceEntry {
    var entry = self
    (entry.id, entry.isIDGuessed) = (nil, false)
    if entry.details.label == nil {
      entry.details.label = id
    } else if entry.details.note == nil {
      entry.details.note = id
    }
    return entry
  }

  /// About how many bytes of memory it takes, its id excluded.
  var byteCount: Int {
    40 * hashes.count + details.textBytes
  }
}
