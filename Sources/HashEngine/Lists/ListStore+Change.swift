extension ListStore {
  /// Changes a list in a transaction of its own. With `settings`, a missing list is made.
  ///
  /// - Parameter mustBeNew: Whether a list of that name is an error.
  /// - Throws: ``ListError``, also what `body` throws.
  func change(
    _ action: Receipt.Action, _ name: String, by author: Author,
    making settings: ListSettings? = nil, mustBeNew: Bool = false, isDryRun: Bool = false,
    _ body: (inout ListChange) throws -> Void
  ) throws(ListError) -> Receipt {
    try ListError.naming("changing list \(name)") {
      let lists = try beginWriting()
      let known = try lists.record(named: name)
      if known != nil, mustBeNew {
        throw ListError(.listExists, "there is a list named \"\(name)\" already")
      }
      let record = try known ?? Self.newList(name, settings, author, among: lists)
      var change = try ListChange(action, name, record, lists, by: author)
      change.receipt.isDryRun = isDryRun
      try body(&change)
      let receipt = try change.finish()
      if !isDryRun { try change.commit() }
      return receipt
    }
  }

  private static func newList(
    _ name: String, _ settings: ListSettings?, _ author: Author, among lists: borrowing ListWriter
  ) throws -> ListRecord {
    guard let settings else { throw ListError.unknownList(name) }
    guard isListName(name) else {
      throw ListError(
        .invalidName, "\"\(name)\": a list's name is 1 to 64 letters, digits, \".\", \"_\", \"-\"")
    }
    try check(settings)
    let used = try lists.records().map(\.record.id).max() ?? 0
    var record = ListRecord(id: used + 1, createdAt: author.now)
    record.settings = settings
    return record
  }

  static func check(_ settings: ListSettings) throws(ListError) {
    guard (0...PDQHash.bitCount).contains(settings.pdqRadius) else {
      throw ListError(.invalidSetting, "a PDQ radius is a number from 0 to 256")
    }
    guard settings.reviewRadius.map({ (0...PDQHash.bitCount).contains($0) }) ?? true else {
      throw ListError(.invalidSetting, "a review radius is a number from 0 to 256, or none")
    }
    guard (0...PerceptualHash64.bitCount).contains(settings.phash64Radius) else {
      throw ListError(.invalidSetting, "a phash64 radius is a number from 0 to 64")
    }
    guard settings.staleAfter.map({ $0 >= .seconds(1) && $0 <= .seconds(1 << 32) }) ?? true else {
      throw ListError(.invalidSetting, "a list becomes stale after a second at the earliest")
    }
    guard settings.note.map({ $0.utf8.count <= ListChange.longestText }) ?? true else {
      throw ListError(.invalidSetting, "a note has at most \(ListChange.longestText) bytes")
    }
  }

  static func isListName(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }

  /// Seals every index that has grown enough, after a change that is already committed. A failure becomes a
  /// warning in the receipt: the change is kept and searches are still exact, only slower.
  func sealed(after receipt: Receipt) -> Receipt {
    var receipt = receipt
    do {
      try seal()
    } catch {
      receipt.warnings.append("the index was not sealed, so searches stay slower: \(error)")
    }
    return receipt
  }

  /// Seals the hashes of every index that has grown enough for sealing to pay, or of all with `always`.
  /// Searches are then faster; their results stay the same. Readers go on meanwhile, and writers can come in
  /// between its steps. Imports and takedowns seal by themselves.
  ///
  /// - Returns: How many hashes of each kind are sealed now, for the kinds that were.
  /// - Throws: ``ListError`` `storage`; also when another sealing came in between.
  @discardableResult
  public func seal(always: Bool = false) throws(ListError) -> [HashKind: Int] {
    try ListError.naming("sealing the index") {
      var (seals, sealed) = ((pdq: always, phash64: always), [HashKind: Int]())
      if !always {
        let reading = try ReadTransaction(database.environment)
        seals.pdq = try reading.index(tables.pdq).isGrown()
        seals.phash64 = try reading.index(tables.phash64).isGrown()
      }
      let environment = database.environment
      if seals.pdq { sealed[.pdq] = try IndexSealing(tables.pdq, in: environment).run() }
      if seals.phash64 {
        sealed[.phash64] = try IndexSealing(tables.phash64, in: environment).run()
      }
      return sealed
    }
  }
}
