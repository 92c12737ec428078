import ArgumentParser
import HashEngine
import Synchronization

/// The command line: parses arguments and prints results. What matches is decided in `HashEngine`.
@main
struct HashScan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hashscan",
    abstract: "Find pictures that are on a list, even resized or recompressed.",
    discussion: """
      Exit status: 0 nothing found, 1 something found (even if there were errors), 2 an error, a picture that was not \
      scanned, no list in force, or output that could not be written, 64 a wrong command line.
      """,
    version: Version.text,
    subcommands: [
      ImportCommand.self, ExportCommand.self, ListsCommand.self, ListCommand.self,
      EntryCommand.self, TakedownCommand.self, AllowCommand.self, ReleaseCommand.self,
      CaseCommand.self, ScanCommand.self, WatchCommand.self, RematchCommand.self,
      DuplicatesCommand.self, QuarantineCommand.self, HashCommand.self, LookupCommand.self,
      CompareCommand.self,
      IndexCommand.self, AuditCommand.self, DatabaseCommand.self,
    ])

  static func main() async {
    StandardDescriptors.occupy()
    WriterWait.onWait.withLock { wait in
      wait = { Terminal.warn("waiting for another process that is changing the lists") }
    }
    do {
      guard let arguments = RawArguments.texts else {
        throw Failure("the command line cannot be read")
      }
      var command = try await asyncParseAsRoot(arguments)
      try RawArguments.check(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      try Output.finish()
      ChangedDatabase.tell()
    } catch {
      // An import that was not complete, or after which something matched, has changed something all the same.
      let changed = [ExitStatus.incomplete, .found].map(\.rawValue)
      if let code = error as? ExitCode, changed.contains(code.rawValue) { ChangedDatabase.tell() }
      end(with: error)
    }
  }

  /// Without a command nothing was searched; the status must not say that nothing was found.
  func run() async throws {
    Terminal.warn(Self.helpMessage())
    throw ExitCode.validationFailure
  }

  /// Ends the program as an error demands. A request for help is one, too.
  private static func end(with error: any Error) -> Never {
    let failed = ExitCode(ExitStatus.failed.rawValue)
    do {
      if let failure = error as? Failure { throw failure }
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code.isSuccess {
        Output.print(message)
      } else if !message.isEmpty {
        Terminal.warn(message)
      }
      // What was printed before the error counts as well.
      try Output.finish()
      exit(withError: code)
    } catch {
      Terminal.warn("hashscan: \(error)")
      exit(withError: failed)
    }
  }
}
