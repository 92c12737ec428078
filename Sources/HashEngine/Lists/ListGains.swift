/// What lists have gained since some state of theirs: the hashes that a picture may match now and could not match then.
struct ListGains: Sendable {
  /// The hashes; of no meaning if ``isEverything``.
  private(set) var hashes: [ListedHash] = []
  /// Whether it is so much that each picture is best asked of all lists.
  private(set) var isEverything = false
  /// The widest radius of the lists that have gained something, by kind.
  private(set) var radii: [HashKind: Int] = [:]

  /// So many hashes are held in memory at most.
  static let most = 250_000

  static let everything: ListGains = {
    var gains = ListGains()
    gains.isEverything = true
    return gains
  }()

  var isEmpty: Bool { hashes.isEmpty && !isEverything }

  fileprivate mutating func add(_ entry: Entry, _ settings: ListSettings) {
    hashes += entry.hashes
    for kind in [HashKind.pdq, .phash64] {
      radii[kind] = max(radii[kind] ?? 0, settings.widestRadius(of: kind))
    }
    if hashes.count > Self.most {
      isEverything = true
      hashes = []
    }
  }
}

extension ListStore {
  /// What the lists have gained since a state of theirs. Allowlists count: a picture that matches only one is told as
  /// allowed.
  ///
  /// - Throws: ``ListError`` `storage`.
  /// - Complexity: Linear in the number of all entries where a list has changed, else in that of the lists.
  func gains(since state: ListsState, at now: Timestamp = .now) throws(ListError) -> ListGains {
    try read("looking for what the lists have gained") { lists in
      var rules: [UInt32: GainRule] = [:]
      for (name, record) in try lists.records() {
        guard record.settings.isInForce(at: now),
          let since = try lists.gainBegins(record, named: name, since: state, at: now)
        else { continue }
        rules[record.id] = GainRule(since: since, settings: record.settings)
      }
      return try lists.gains(by: rules, after: state.at, at: now)
    }
  }
}

/// Which entries of a list count as gained.
private struct GainRule {
  /// Those that were changed after the change of this number; 0 for all.
  let since: Int
  let settings: ListSettings
}

extension ListTransaction where Base: ~Copyable {
  /// The number of the change after which a list's entries count as gained, 0 for all of them; `nil` when it has gained
  /// nothing.
  fileprivate func gainBegins(
    _ record: ListRecord, named name: String, since state: ListsState, at now: Timestamp
  ) throws(StorageError) -> Int? {
    let last = Int(record.receipts)
    let current = ListsState.Member(record, named: name, receipt: "", at: now)
    guard let known = state.member(named: name), known.created == current.created,
      known.isInForce, known.settings == current.settings, known.changes > 0,
      known.changes <= last,
      try receiptDigest(known.changes, list: record.id) == known.receipt
    else { return 0 }
    if known.changes == last { return record.hasTimedEntries && state.at != nil ? last : nil }
    for number in known.changes + 1...last {
      // An entry that comes back by an undo has the receipt that it had before.
      let action = try receipt(number, list: record.id).action
      if action == .undo || action == .restore { return 0 }
    }
    return known.changes
  }

  /// Walks the entries for those that count.
  fileprivate func gains(
    by rules: [UInt32: GainRule], after start: Timestamp?, at now: Timestamp
  ) throws(StorageError) -> ListGains {
    var gains = ListGains()
    guard !rules.isEmpty else { return gains }
    var isDamaged = false
    try entries.forEachPair { _, value in
      guard let sign = EntryFront.Sign(value), let rule = rules[sign.list] else { return true }
      guard sign.receipt > rule.since || sign.isTimed && start != nil else { return true }
      guard let entry = StoredEntry(value)?.entry else {
        isDamaged = true
        return false
      }
      if entry.isInForce(at: now) {
        // An entry that has been in force all the time may have waited for its time long ago.
        let isNew = sign.receipt > rule.since || start.map { entry.began(after: $0) } ?? false
        if isNew { gains.add(entry, rule.settings) }
      }
      return !gains.isEverything
    }
    if isDamaged { throw damaged("an entry") }
    return gains
  }
}

extension Entry {
  /// Whether it came into force by itself after a time.
  fileprivate func began(after time: Timestamp) -> Bool {
    guard case .disabled(let until?) = state else { return false }
    return until > time
  }
}
