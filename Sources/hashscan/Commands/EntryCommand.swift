import ArgumentParser
import HashEngine

struct EntryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "entry",
    abstract: "Show, disable, enable or withdraw one entry of a list.",
    subcommands: [
      EntryShowCommand.self, EntryDisableCommand.self, EntryEnableCommand.self,
      EntryWithdrawCommand.self,
    ])
}

/// Which entry a command works on.
struct NamedEntry: ParsableArguments {
  @Argument(help: "The list's name.")
  var list: String

  @Argument(help: "The entry's id, as matches name it.")
  var id: String

  @OptionGroup var database: DatabaseOption
}

struct EntryShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show what a list says of an entry, as a JSON object.")

  @OptionGroup var entry: NamedEntry

  @Flag(help: "Print its hashes too. They are confidential: mind who sees them.")
  var hashes = false

  func run() throws {
    try tellingErrors {
      let found = try entry.database.open().entry(entry.id, in: entry.list)
      Output.print(JSONLine.render(EntryLine(found, list: entry.list, showsHashes: hashes)))
    }
  }
}

struct EntryDisableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable",
    abstract: "Stop matching an entry, for good or until a time; later imports do not change that."
  )

  @OptionGroup var entry: NamedEntry

  @Option(
    help: ArgumentHelp(
      "When it matches again, as 2026-12-31 or 2026-12-31T12:00:00Z. Default: when you enable it.",
      valueName: "time"))
  var until: String?

  @Option(help: "Why.")
  var reason: String?

  func validate() throws {
    guard let until else { return }
    guard let time = Timestamp(until) else {
      throw ValidationError("a time is written 2026-12-31 or 2026-12-31T12:00:00Z")
    }
    guard time > .now else {
      throw ValidationError("\(until) is over: the entry would match at once")
    }
  }

  func run() throws {
    try tellingErrors {
      let time = until.flatMap { Timestamp($0) }
      try entry.database.openForChange().disable(
        entry: entry.id, of: entry.list, until: time, reason: reason)
      Output.print(
        "\(entry.list) \(ShownText(entry.id)): disabled" + (until.map { " until \($0)" } ?? ""))
    }
  }
}

struct EntryEnableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "Match an entry again.")

  @OptionGroup var entry: NamedEntry

  func run() throws {
    try tellingErrors {
      try entry.database.openForChange().enable(entry: entry.id, of: entry.list)
      Output.print("\(entry.list) \(ShownText(entry.id)): enabled")
    }
  }
}

struct EntryWithdrawCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw", abstract: "Take an entry off its list.")

  @OptionGroup var entry: NamedEntry

  @Option(help: "Why.")
  var reason: String?

  func run() throws {
    try tellingErrors {
      try entry.database.openForChange().withdraw(
        entries: [entry.id], from: entry.list, reason: reason)
      Output.print("\(entry.list) \(ShownText(entry.id)): withdrawn")
    }
  }
}
