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
    abstract: "Print the journal, JSON Lines; each line carries the SHA-256 of the one before.")

  @Option(help: "The first line to print; lines are counted from 1.")
  var from = 1

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try reporting {
      try database.open().forEachJournalLine(from: from) { print($0) }
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
  var copy: String?

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try reporting {
      let lines = try copy.map { try Self.lines(of: $0) } ?? []
      let (count, problems) = try database.open().verifyJournal(against: lines)
      for problem in problems { print(problem) }
      if problems.isEmpty { print("\(count) lines, each follows the one before") }
      try ExitStatus(found: !problems.isEmpty, failed: false).exit()
    }
  }

  private static func lines(of path: String) throws -> [String] {
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly)
      defer { try? file.close() }
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      while true {
        let count = try buffer.withUnsafeMutableBytes { try file.read(into: $0) }
        guard count > 0 else { break }
        bytes += buffer[..<count]
      }
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    } catch {
      throw Failure("\(ShownPath(FilePath(path))): \(error)")
    }
  }
}
