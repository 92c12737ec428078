import ArgumentParser
import HashEngine
import SystemPackage

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "The journal: who changed which list, when, and how.",
    subcommands: [AuditShowCommand.self, AuditVerifyCommand.self],
    defaultSubcommand: AuditShowCommand.self)
}

struct AuditShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show",
    abstract: "Print the journal, oldest first: who changed which list, when, and why.",
    discussion: """
      With --json each line is as it is stored, and carries the SHA-256 of the one before; keep those elsewhere, for \
      "hashscan audit verify".
      """)

  @Option(help: "The first line to print; lines are counted from 1.")
  var from = 1

  @Option(help: "Only changes of this list.")
  var list: String?

  @Option(help: "Only changes by this user: a name or a number.")
  var user: String?

  @Option(help: "Only what was done under this case.")
  var `case`: String?

  @Option(
    help: ArgumentHelp(
      "Only this kind of change: create, set, import, takedown, allow, release, disable, enable, withdraw, undo,"
        + " remove or restore."))
  var action: Receipt.Action?

  @Option(help: "Only what was done at this time or later, as 2026-12-31 or 2026-12-31T12:00:00Z.")
  var since: Timestamp?

  @Option(help: "Only what was done before this time.")
  var until: Timestamp?

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup var database: DatabaseOption

  func validate() throws {
    guard user.map({ JournalText.number(of: $0) != nil }) ?? true else {
      throw ValidationError("no user named \"\(user ?? "")\"")
    }
  }

  func run() throws {
    let number = user.flatMap { JournalText.number(of: $0) }
    try tellingErrors {
      try database.open().forEachJournalLine(from: from) { line, text in
        guard list.map({ $0 == line.list }) ?? true, number.map({ $0 == line.uid }) ?? true,
          `case`.map({ $0 == line.caseID }) ?? true, action.map({ $0 == line.action }) ?? true,
          since.map({ line.at >= $0 }) ?? true, until.map({ line.at < $0 }) ?? true
        else { return }
        Output.print(json ? text : JournalText(line).description)
      }
    }
  }
}

struct AuditVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract:
      "Check every line of the journal against the line before it and against the lists' receipts.",
    discussion: """
      Whoever can write the database could replace the whole journal, so keep a copy elsewhere and name it \
      here. Exit status: 0 no problem, 1 a problem found, 2 an error.
      """)

  @Argument(help: "A file with a copy of the journal, from its first line on.")
  var copy: PathArgument?

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try tellingErrors {
      let lines = try copy.map { try Self.lines(of: $0) } ?? []
      let (count, problems) = try database.open().verifyJournal(against: lines)
      for problem in problems { Output.print(problem) }
      if problems.isEmpty {
        let compared = copy == nil ? "" : "; the first \(lines.count) are as in the copy"
        Output.print("\(Amount(count, "line")), each follows the one before\(compared)")
      }
      try ExitStatus(found: !problems.isEmpty, failed: false).exit()
    }
  }

  private static func lines(of path: PathArgument) throws -> [String] {
    do {
      let file = try FileDescriptor.open(path.path, .readOnly, options: .closeOnExec)
      defer { try? file.close() }
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
        guard count > 0 else { break }
        bytes += buffer[..<count]
      }
      let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      guard let first = lines.first else { throw Failure("the copy has no line") }
      guard first.hasPrefix("{") else {
        throw Failure("not a copy of the journal as \"hashscan audit --json\" prints it")
      }
      return lines.map(String.init)
    } catch {
      throw Failure("\(ShownPath(path.path)): \(error)")
    }
  }
}
