public import SystemPackage

extension ListStore {
  /// Writes a copy of the database as it is now into a new folder, which can be opened like any other. Others go on
  /// reading and changing lists meanwhile.
  ///
  /// - Parameters:
  ///   - folder: The folder to make.
  ///   - adding: Puts more into the folder before it gets its name, as a backup of the ledger.
  /// - Throws: ``ListError`` `storage`: something is at the path already, or there is no room; also what `adding` throws.
  public func backUp(
    to folder: FilePath, adding: (FilePath) throws(StorageError) -> Void = { _ in }
  ) throws(ListError) {
    try ListError.naming("making a backup") {
      try database.environment.copy(to: folder, adding: adding)
    }
  }

  /// What a restore did.
  public struct Restored: Sendable, Hashable {
    /// How many lists and entries there are now.
    public let lists: Int
    /// See ``lists``.
    public let entries: Int
    /// The folder with the database as it was before; `nil` when there was none.
    public let kept: FilePath?
  }

  /// Restores a backup: the database in `folder` is then as it was when the backup was made. Processes that have it
  /// open see that at their next search or change.
  ///
  /// The backup is checked first, and is not changed. The restore becomes a line of the journal.
  ///
  /// - Parameters:
  ///   - backup: A folder that ``backUp(to:adding:)`` made.
  ///   - folder: That of the database; made if there is none.
  ///   - author: Who restores it, and when.
  /// - Throws: ``ListError`` `storage`, `damaged-backup`; nothing was changed then.
  @available(*, noasync)
  public static func restore(
    _ backup: FilePath, to folder: FilePath, by author: Author = Author()
  ) throws(ListError) -> Restored {
    try ListError.naming("restoring \(backup)") {
      let staging = try Database.stage(backup, in: folder)
      let (lists, entries) = try checkAndSign(staging.path, of: backup, by: author)
      let time = author.now.description.replacing(":", with: "")
      let kept = try Database.swapIn(staging, in: folder, keepingAs: "before-restore-\(time)")
      return Restored(lists: lists, entries: entries, kept: kept)
    }
  }

  /// Checks the staged copy of a backup, and writes the restore into its journal.
  private static func checkAndSign(
    _ staged: FilePath, of backup: FilePath, by author: Author
  ) throws -> (lists: Int, entries: Int) {
    let store = try ListStore(at: staged, creates: false, mapSize: nil, keepsBefore: false)
    let problems = try store.problems()
    if let problem = problems.first {
      throw ListError(
        .damagedBackup,
        "\(backup): the backup is damaged (\(problem)\(problems.count > 1 ? ", and more" : "")); nothing was changed"
      )
    }
    let lists = try store.lists()
    let writer = try store.beginWriting()
    var receipt = Receipt(.restore, list: "", serial: 0, by: author)
    receipt.reason = "restored from \(backup.lastComponent?.string ?? backup.string)"
    try sign(receipt, in: writer)
    try writer.commit()
    return (lists.count, lists.reduce(0) { $0 + $1.count })
  }

  private static func sign(
    _ receipt: Receipt, in lists: borrowing ListWriter
  ) throws(StorageError) {
    try Journal.append(
      receipt, bytes: JSONText.encode(StoredReceipt(receipt)), to: lists.journal)
  }

  /// Whether the files at the database's path are still those that this has open.
  public var isInPlace: Bool { database.environment.isInPlace }

  /// The number of the format that was upgraded when the database was opened, and the folder that keeps it as it was;
  /// `nil` when nothing was to be upgraded.
  public var upgraded: (from: UInt32, kept: FilePath)? { database.migrated }

  /// The number of the format that this software writes.
  public static var format: UInt32 { Schema.lists.format }
}
