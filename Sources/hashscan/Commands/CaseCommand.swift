import ArgumentParser
import HashEngine

struct CaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "case",
    abstract: "Show what was listed under a case.",
    subcommands: [CaseShowCommand.self])
}

struct CaseShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Show the entries that a case has on all lists, and the changes made for it.",
    discussion: "Exit status: 0, or 2 when nothing is known of the case.")

  @Argument(help: "The case.")
  var id: String

  @Flag(help: "One JSON object a line, of the entries only.")
  var json = false

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try tellingErrors {
      let store = try database.open()
      let references = try store.entries(ofCase: id)
      for reference in references {
        let entry = try store.entry(reference.entry, in: reference.list)
        let line = EntryLine(entry, list: reference.list, showsHashes: false)
        Output.print(json ? JSONLine.render(line) : Self.text(line))
      }
      var changes = 0
      if !json || references.isEmpty {
        try store.forEachJournalLine { line in
          guard line.caseID == id else { return }
          changes += 1
          if !json { Output.print(JournalText(line)) }
        }
      }
      guard !references.isEmpty || changes > 0 else {
        throw Failure("no entry and no change under case \"\(ShownText(id))\"")
      }
    }
  }

  private static func text(_ entry: EntryLine) -> String {
    let label = entry.label.map { "  [\(ShownText($0))]" } ?? ""
    let kinds = entry.kinds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return "\(entry.list)  \(ShownText(entry.entry))\(label)  \(entry.state)"
      + "  \(kinds.joined(separator: ", "))  listed \(entry.added)"
  }
}
