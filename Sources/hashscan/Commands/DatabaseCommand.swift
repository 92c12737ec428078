import ArgumentParser
import HashEngine
import SystemPackage

struct DatabaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "db",
    abstract: "Back the database up, restore, check and upgrade it.",
    subcommands: [
      DatabaseBackupCommand.self, DatabaseRestoreCommand.self, DatabaseVerifyCommand.self,
      DatabaseUpgradeCommand.self,
    ])
}

struct DatabaseBackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup",
    abstract: "Copy the database as it is now into a new folder; the daemon may go on.",
    discussion: """
      The copy is complete or not there, and as small as it can be; a digest lies beside it. It holds all lists: guard it like the database. \
      "--database" opens it like any other.
      """)

  @Argument(help: ArgumentHelp("The folder to make.", valueName: "target"))
  var target: PathArgument

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try tellingErrors {
      let store = try database.open()
      let ledger = try database.openLedgerIfThere()
      try store.backUp(to: target.path) { folder throws(StorageError) in
        try ledger?.backUp(to: Ledger.folder(of: folder))
      }
      let lists = try ListStore(at: target.path).lists()
      Output.print(
        "\(ShownPath(try database.folder())): copied to \(ShownPath(target.path)), \(Amount(lists.count, "list")) with"
          + " \(Amount(lists.reduce(0) { $0 + $1.count }, "entry", "entries"))"
          + (ledger == nil ? "" : ", and the ledger"))
    }
  }
}

struct DatabaseRestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Put a backup in the place of the database; the daemon may go on.",
    discussion: """
      The backup is checked first, and is not changed. The database as it was is kept in a folder beside it, which is \
      named. The restore becomes a line of the journal.
      """)

  @Argument(help: ArgumentHelp("A folder that \"hashscan db backup\" made.", valueName: "source"))
  var source: PathArgument

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try tellingErrors {
      let folder = try database.folder()
      // Before anything is changed.
      let ledger = Ledger.folder(of: backup)
      if Ledger.isThere(ledger) { try Ledger.check(backup: ledger) }
      let restored: ListStore.Restored
      do {
        restored = try ListStore.restore(source.path, to: folder)
      } catch let error as ListError where error.storage?.code == .notPermitted {
        throw Failure("\(error)\(DatabaseOption.advice)")
      }
      ChangedDatabase.note(folder, isNew: restored.kept == nil)
      Output.print(
        "restored from \(ShownPath(source.path)): \(Amount(restored.lists, "list")) with"
          + " \(Amount(restored.entries, "entry", "entries"))")
      if let kept = restored.kept {
        Output.print("as it was before, it is kept in \(ShownPath(kept))")
      }
      try restoreLedger(of: folder)
    }
  }
}

extension DatabaseRestoreCommand {
  private var backup: FilePath {
    source.path.lastComponent == "data.mdb" ? source.path.removingLastComponent() : source.path
  }

  /// A backup without a ledger leaves that of the database as it is.
  private func restoreLedger(of folder: FilePath) throws {
    guard Ledger.isThere(Ledger.folder(of: backup)) else { return }
    let kept = try Ledger.restore(Ledger.folder(of: backup), to: Ledger.folder(of: folder))
    Output.print(
      "and the ledger" + (kept.map { "; as it was before, it is kept in \(ShownPath($0))" } ?? ""))
  }
}

struct DatabaseVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check every entry, the index, the journal and the ledger, and a backup's digest.",
    discussion: """
      All of it is read, and its parts are compared with each other; of a backup also the digest that was kept when it was \
      made. Exit status: 0 all is well, 2 (or a signal) something is wrong.
      """)

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try tellingErrors {
      let store = try database.open()
      let ledger = try database.openLedgerIfThere()
      let problems = try store.problems() + (ledger?.problems() ?? []).map { "ledger: \($0)" }
      for problem in problems { Output.print(ShownText(problem)) }
      guard problems.isEmpty else { throw ExitCode(ExitStatus.failed.rawValue) }
      let lists = try store.lists()
      Output.print(
        "\(ShownPath(try database.folder())): all is well: \(Amount(lists.count, "list")),"
          + " \(Amount(lists.reduce(0) { $0 + $1.count }, "entry", "entries")),"
          + " \(Amount(try store.verifyJournal().lines, "journal line"))"
          + (try ledger.map { ", \(Amount(try $0.amounts().uploads, "file")) in the ledger" } ?? "")
      )
    }
  }
}

struct DatabaseUpgradeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "upgrade",
    abstract: "Carry a database of an earlier version over to this one; the earlier one is kept.",
    discussion: "Whatever opens such a database does the same; this says what it did.")

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try tellingErrors {
      let store = try database.open()
      let folder = ShownPath(try database.folder())
      guard let upgraded = store.upgraded else {
        Output.print("\(folder): is of format \(ListStore.format) already")
        return
      }
      Output.print(
        "\(folder): upgraded from format \(upgraded.from) to \(ListStore.format);"
          + " as it was, it is kept in \(ShownPath(upgraded.kept))")
    }
  }
}
