import ArgumentParser
import HashEngine

/// The command line: parses, asks the engine, renders. What matches is decided in `HashEngine`.
@main
struct HashScan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hashscan",
    abstract: "Find pictures that are on a store, even resized or recompressed.",
    discussion: """
      Exit status: 0 nothing found, 1 something found, 2 an error or a picture that was not \
      scanned (found wins), 64 a wrong command line.
      """,
    version: Version.text,
    subcommands: [
      ImportCommand.self, ExportCommand.self, ListsCommand.self, ListCommand.self,
      EntryCommand.self, TakedownCommand.self, AllowCommand.self, ReleaseCommand.self,
      ScanCommand.self, HashCommand.self, LookupCommand.self, CompareCommand.self,
      IndexCommand.self, AuditCommand.self,
    ])

  /// Without a command nothing was looked for, which must not read as nothing found.
  func run() async throws {
    guard !CommandLine.arguments.isEmpty else {
      throw fail("its arguments cannot be read; is /proc there?")
    }
    Terminal.warn(Self.helpMessage())
    throw ExitCode.validationFailure
  }
}
