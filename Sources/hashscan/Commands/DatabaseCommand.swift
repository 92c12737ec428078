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
      The copy is complete or not there, and as small as it can be. It holds all lists: guard it like the database. \
      "--database" opens it like any other.
      """)

  @Argument(help: ArgumentHelp("The folder to make.", valueName: "target"))
  var target: PathArgument

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try reporting {
      let store = try database.open()
      try store.backUp(to: target.path)
      let lists = try ListStore(at: target.path).lists()
      Output.print(
        "\(ShownPath(try database.folder())): copied to \(ShownPath(target.path)), \(Amount(lists.count, "list")) with"
          + " \(Amount(lists.reduce(0) { $0 + $1.count }, "entry", "entries"))")
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
    try reporting {
      let folder = try database.folder()
      let restored = try ListStore.restore(source.path, to: folder)
      Terminal.warn("database: \(ShownPath(folder))")
      Output.print(
        "restored from \(ShownPath(source.path)): \(Amount(restored.lists, "list")) with"
          + " \(Amount(restored.entries, "entry", "entries"))")
      if let kept = restored.kept {
        Output.print("as it was before, it is kept in \(ShownPath(kept))")
      }
    }
  }
}

struct DatabaseVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check the index, the entries and the journal.",
    discussion: "Exit status: 0 all is well, 2 something is wrong.")

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try reporting {
      let store = try database.open()
      let journal = try store.verifyJournal()
      let problems =
        try store.indexProblems().map { "index: \($0)" } + journal.problems.map { "journal: \($0)" }
      for problem in problems { Output.print(problem) }
      guard problems.isEmpty else { throw ExitCode(ExitStatus.failed.rawValue) }
      let lists = try store.lists()
      Output.print(
        "\(ShownPath(try database.folder())): all is well: \(Amount(lists.count, "list")),"
          + " \(Amount(lists.reduce(0) { $0 + $1.count }, "entry", "entries")),"
          + " \(Amount(journal.lines, "journal line"))")
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
    try reporting {
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
