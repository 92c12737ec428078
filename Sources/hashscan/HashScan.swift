import ArgumentParser
import HashEngine

/// The command line: parses arguments and prints results. What matches is decided in `HashEngine`.
@main
struct HashScan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hashscan",
    abstract: "Find pictures that are on a list, even resized or recompressed.",
    discussion: """
      Exit status: 0 nothing found, 1 something found (even if there were errors), 2 an error or a \
      picture that was not scanned, 64 a wrong command line.
      """,
    version: Version.text,
    subcommands: [
      ImportCommand.self, ExportCommand.self, ListsCommand.self, ListCommand.self,
      EntryCommand.self, TakedownCommand.self, AllowCommand.self, ReleaseCommand.self,
      ScanCommand.self, HashCommand.self, LookupCommand.self, CompareCommand.self,
      IndexCommand.self, AuditCommand.self,
    ])

  /// Without a command nothing was searched; the status must not say that nothing was found.
  func run() async throws {
    guard !CommandLine.arguments.isEmpty else {
      throw fail("the command line cannot be read; is /proc mounted?")
    }
    Terminal.warn(Self.helpMessage())
    throw ExitCode.validationFailure
  }
}
