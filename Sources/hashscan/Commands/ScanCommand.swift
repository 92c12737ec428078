import ArgumentParser
import HashEngine
import SystemPackage

struct ScanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Find pictures that are on a list.",
    discussion: """
      Prints a line for each match and for each file that was not scanned, then a summary. A line says \
      "match" where the list blocks, "review" where it wants a review, "allowed" where an allowlist excuses \
      it. Exit status: 0 nothing found, 1 found (even if there were errors), 2 an error, a file not scanned, \
      or no list in force, 130 interrupted (Ctrl-C; the summary is of what was scanned until then). What is \
      allowed does not count as found.

      What was scanned is remembered in the ledger, beside the lists: a file that has not changed is not read \
      again, but only compared with what the lists have gained since. An interrupted scan goes on where it was.
      """)

  @Argument(
    help: ArgumentHelp(
      "Files, and folders with all that is below them; - for a picture from standard input.",
      valueName: "path"))
  var paths: [PathArgument] = []

  @Option(
    help: ArgumentHelp(
      "A file with the paths to scan, one per line; - for standard input. Each is scanned as soon as it has come.",
      valueName: "file"))
  var filesFrom: PathArgument?

  @Flag(
    name: [.customShort("0"), .customLong("null")],
    help: "Paths in --files-from end with a zero byte.")
  var endsWithZero = false

  @OptionGroup var choice: FileChoice

  @Flag(help: "End with 2 when there was no file to scan.")
  var failOnEmpty = false

  @OptionGroup var matching: MatchingOptions
  @OptionGroup var reporting: ReportingOptions
  @OptionGroup var pacing: PaceOptions
  @OptionGroup var ledger: LedgerOptions
  @OptionGroup var acting: ActingOptions
  @OptionGroup var database: DatabaseOption

  func validate() throws {
    guard !paths.isEmpty || filesFrom != nil else { throw ValidationError("no path to scan") }
    let ofInput =
      paths.count(where: \.isStandardInput) + (filesFrom?.isStandardInput ?? false ? 1 : 0)
    guard ofInput <= 1 else { throw ValidationError("standard input can be read once only") }
  }

  func run() async throws {
    do {
      var run = try ScanRun(matching, reporting, pacing, ledger, acting, database)
      if paths.contains(where: \.isStandardInput) { try run.runInput() }
      // Not before: what is read from a pipe that never ends is ended by Ctrl-C at once.
      Interruption.listen()
      let named = paths.filter { !$0.isStandardInput }.map(\.path)
      let (choice, avoided) = (choice, run.avoided)
      if let filesFrom {
        let list = try PathList.Source(filesFrom, endsWithZero: endsWithZero)
        try await run.run {
          let listed = PathList(list, isStopped: ScanRun.isStopped)
          return AnyIterator(
            choice.walk([AnySequence(named), AnySequence(listed)].lazy.joined(), avoiding: avoided))
        }
        if let problem = list.problem { throw problem }
      } else {
        let isShown = Terminal.isInteractive && !reporting.quiet
        try await run.run(
          { AnyIterator(choice.walk(named, avoiding: avoided)) },
          count: isShown ? FileCount { choice.walk(named, avoiding: avoided) } : nil)
      }
      try run.end(failsOnEmpty: failOnEmpty)
    } catch let error as Failure {
      throw fail("\(error)")
    } catch let error as ListError {
      throw fail("\(error)")
    }
  }
}
