extension Blocklist {
  /// Looks at one state of the lists.
  func read<Result>(
    _ body: (borrowing ReadTransaction) throws -> Result
  ) throws(BlocklistError) -> Result {
    try Self.naming { try body(ReadTransaction(environment)) }
  }

  /// Does something in a transaction: all of it is kept, or nothing.
  func write<Result>(
    isDryRun: Bool = false, _ body: (borrowing WriteTransaction) throws -> Result
  ) throws(BlocklistError) -> Result {
    try Self.naming {
      let transaction = try WriteTransaction(environment)
      let result = try body(transaction)
      if !isDryRun { try transaction.commit() }
      return result
    }
  }

  /// Makes one type of all errors.
  private static func naming<Result>(
    _ body: () throws -> Result
  ) throws(BlocklistError) -> Result {
    do {
      return try body()
    } catch let error as StorageError {
      throw BlocklistError(error)
    } catch let error as BlocklistError {
      throw error
    } catch {
      throw BlocklistError(.storage, "\(error)")
    }
  }

  /// Changes a list in a transaction of its own; makes it when there is none and settings are given.
  func change(
    _ action: Receipt.Action, _ name: String, by author: Author,
    making settings: ListSettings? = nil, mustBeNew: Bool = false, isDryRun: Bool = false,
    _ body: (inout ListChange, borrowing WriteTransaction) throws -> Void
  ) throws(BlocklistError) -> Receipt {
    try write(isDryRun: isDryRun) { transaction in
      let known = try listRecord(name, in: transaction)
      if known != nil, mustBeNew {
        throw BlocklistError(.listExists, "there is a list named \"\(name)\" already")
      }
      let list = try known ?? newList(name, settings, author, in: transaction)
      var change = try ListChange(action, name, list, of: self, by: author, in: transaction)
      change.receipt.isDryRun = isDryRun
      try body(&change, transaction)
      try change.finish(in: transaction)
      return change.receipt
    }
  }

  private func newList(
    _ name: String, _ settings: ListSettings?, _ author: Author,
    in transaction: borrowing WriteTransaction
  ) throws -> ListRecord {
    guard let settings else { throw BlocklistError.unknownList(name) }
    guard Self.isListName(name) else {
      throw BlocklistError(
        .invalidName, "\"\(name)\": a list's name is 1 to 64 letters, digits, \".\", \"_\", \"-\"")
    }
    try Self.check(settings)
    let used = try listRecords(in: transaction).map(\.record.id).max() ?? 0
    var list = ListRecord(id: used + 1, createdAt: author.now)
    list.settings = settings
    return list
  }

  static func check(_ settings: ListSettings) throws(BlocklistError) {
    guard (0...PDQHash.bitCount).contains(settings.pdqRadius) else {
      throw BlocklistError(.invalidSetting, "a PDQ radius is a number from 0 to 256")
    }
    guard settings.reviewRadius.map({ (0...PDQHash.bitCount).contains($0) }) ?? true else {
      throw BlocklistError(.invalidSetting, "a review radius is a number from 0 to 256, or none")
    }
    guard (0...PerceptualHash64.bitCount).contains(settings.phash64Radius) else {
      throw BlocklistError(.invalidSetting, "a phash64 radius is a number from 0 to 64")
    }
    guard settings.note.map({ $0.utf8.count <= ListChange.longestText }) ?? true else {
      throw BlocklistError(
        .invalidSetting, "a note has at most \(ListChange.longestText) bytes")
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
}
