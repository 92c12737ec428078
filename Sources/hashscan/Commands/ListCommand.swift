import ArgumentParser
import HashEngine

struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Make and remove lists, change their settings, show and undo their changes.",
    subcommands: [
      ListCreateCommand.self, ListShowCommand.self, ListSetCommand.self, ListEnableCommand.self,
      ListDisableCommand.self, ListRemoveCommand.self, ListHistoryCommand.self,
      ListUndoCommand.self,
    ])
}

/// Which list a command works on.
struct NamedList: ParsableArguments {
  @Argument(help: "The list's name.")
  var name: String

  @OptionGroup var database: DatabaseOption
}

/// A list's settings; those not given stay as they are.
struct ListOptions: ParsableArguments {
  @Option(
    help: "What a match means: block, review or allow. An allowlist excuses matches with others.")
  var meaning: ListMeaning?

  @Option(help: "Bits by which a PDQ hash may differ, 0 to 256.")
  var pdqRadius: Int?

  @Option(
    help: ArgumentHelp(
      """
      Bits by which the PDQ hash of a picture as stored or as shown may differ to be a match for review; \
      "default" for \(ListSettings.usualReviewRadius), "none" for no such matches (as in new lists).
      """, valueName: "radius"))
  var reviewRadius: String?

  @Option(
    help:
      "In how many views a picture is compared: exact, standard or thorough. New lists have standard."
  )
  var effort: Effort?

  @Option(
    help: ArgumentHelp(
      "What a match with a hash means that strangers' pictures have (stripes, lined paper, blank documents, test"
        + " patterns): review, as in new lists, or match, like any other.",
      valueName: "review|match"))
  var commonHashes: CommonHashPolicy?

  @Option(help: "Bits by which a 64-bit hash may differ, 0 to 64.")
  var phash64Radius: Int?

  @Option(
    help: ArgumentHelp(
      "When the list stops being matched, as 2026-12-31 or 2026-12-31T12:00:00Z; \"never\" removes the date.",
      valueName: "time"))
  var expires: String?

  @Option(
    help: ArgumentHelp(
      "How old the last import may be, as 36h or 14d, before the list counts as stale; \"none\" for any age.",
      valueName: "age"))
  var staleAfter: String?

  @Option(help: "A note for people; an empty one removes it.")
  var note: String?

  func validate() throws {
    guard reviewRadius.map({ ["none", "default"].contains($0) || Int($0) != nil }) ?? true else {
      throw ValidationError(
        "a review radius is a number from 0 to \(PDQHash.bitCount), default or none")
    }
    guard staleAfter.map({ $0 == "none" || Age.read($0) != nil }) ?? true else {
      throw ValidationError("an age is written as 36h, 14d or 2w")
    }
    guard expires.map({ $0 == "never" || Timestamp($0) != nil }) ?? true else {
      throw ValidationError("a time is written 2026-12-31 or 2026-12-31T12:00:00Z")
    }
  }

  func apply(to settings: inout ListSettings) {
    if let meaning { settings.meaning = meaning }
    if let pdqRadius { settings.pdqRadius = pdqRadius }
    if let reviewRadius {
      settings.reviewRadius =
        reviewRadius == "default" ? ListSettings.usualReviewRadius : Int(reviewRadius)
    }
    if let effort { settings.effort = effort }
    if let commonHashes { settings.commonHashes = commonHashes }
    if let phash64Radius { settings.phash64Radius = phash64Radius }
    if let expires { settings.expiresAt = Timestamp(expires) }
    if let staleAfter { settings.staleAfter = Age.read(staleAfter) }
    if let note { settings.note = note.isEmpty ? nil : note }
  }
}

struct ListCreateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a list without entries.")

  @OptionGroup var list: NamedList
  @OptionGroup var options: ListOptions

  func run() throws {
    try tellingErrors {
      let store = try list.database.openForChange(creates: true)
      var settings = ListSettings()
      options.apply(to: &settings)
      try store.create(list.name, settings: settings)
      Output.print(try store.text(of: list.name))
    }
  }
}

struct ListShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a list's settings and how many entries it has.")

  @OptionGroup var list: NamedList

  @Flag(help: "Print a JSON object.")
  var json = false

  func run() throws {
    try tellingErrors {
      let store = try list.database.open()
      Output.print(
        json
          ? JSONLine.render(try store.report(of: list.name))
          : try store.text(of: list.name).description)
    }
  }
}

struct ListSetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set",
    abstract: "Change a list's settings; effective at every process's next search.")

  @OptionGroup var list: NamedList
  @OptionGroup var options: ListOptions

  func run() throws { try set(list) { options.apply(to: &$0) } }
}

struct ListEnableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "enable", abstract: "Match a list again.")

  @OptionGroup var list: NamedList

  func run() throws { try set(list) { $0.isEnabled = true } }
}

struct ListDisableCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Stop matching a list; its entries stay.")

  @OptionGroup var list: NamedList

  func run() throws { try set(list) { $0.isEnabled = false } }
}

struct ListRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove a list with its entries and history. This cannot be undone.")

  @OptionGroup var list: NamedList

  @Flag(help: "Remove it. Without this flag nothing is removed.")
  var yes = false

  func run() throws {
    try tellingErrors {
      let store = try list.database.openForChange()
      let found = try store.list(list.name)
      guard yes else {
        throw Failure(
          "\(list.name) has \(Amount(found.count, "entry", "entries")); nothing was removed, --yes removes it"
        )
      }
      Output.print(
        "\(list.name): removed with \(Amount(try store.remove(list: list.name), "entry", "entries"))"
      )
    }
  }
}

struct ListHistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show the receipts of a list, oldest first.")

  @OptionGroup var list: NamedList

  @Flag(help: "One JSON object a line.")
  var json = false

  func run() throws {
    try tellingErrors {
      for receipt in try list.database.open().history(of: list.name) {
        guard !json else {
          Output.print(JSONLine.render(ReceiptReport(receipt)))
          continue
        }
        var line =
          "\(receipt.number)  \(receipt.at)  uid \(receipt.uid)  \(receipt.action.rawValue)"
        if let source = receipt.source { line += "  \(ShownText(source))" }
        line += ": \(ReceiptText(receipt))"
        if let reason = receipt.reason { line += "  (\(ShownText(reason)))" }
        if let caseID = receipt.caseID { line += "  case \(ShownText(caseID))" }
        Output.print(line)
      }
    }
  }
}

struct ListUndoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Undo the last change of a list's entries, such as an import or a takedown.",
    discussion: "Only the last one can be undone.")

  @OptionGroup var list: NamedList

  func run() throws {
    try tellingErrors {
      let (undone, receipt) = try list.database.openForChange().undo(list.name)
      let source = undone.source.map { " of \(ShownText($0))" } ?? ""
      Output.print("\(list.name): undid the \(undone.action.rawValue)\(source) of \(undone.at)")
      Output.print("\(list.name): \(ReceiptText(receipt))")
    }
  }
}

extension ListStore {
  /// The list on one line.
  fileprivate func text(of name: String) throws -> ListText {
    ListText(try list(name), try state(of: name))
  }

  /// The list for JSON.
  fileprivate func report(of name: String) throws -> ListReport {
    ListReport(try list(name), try state(of: name))
  }

  private func state(of name: String) throws -> ListVersion? {
    try Moderator(self, policy: MatchPolicy(lists: [name])).searchedLists().first
  }
}

extension ParsableCommand {
  /// Changes a list's settings and shows the list as it is then.
  fileprivate func set(_ list: NamedList, _ body: (inout ListSettings) -> Void) throws {
    try tellingErrors {
      let store = try list.database.openForChange()
      try store.set(list.name, body)
      Output.print(try store.text(of: list.name))
    }
  }
}
