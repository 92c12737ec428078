import ArgumentParser
import HashEngine
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

struct WatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Scan folders, and then every file that comes.",
    discussion: """
      Prints what "hashscan scan" prints, each line at once: first for what is there, then for each file when it was \
      written to its end, moved in, or given another name, in new folders as well. What came while it did not run is found \
      at the next start. It ends with Ctrl-C or SIGTERM. Exit status: 0 nothing found, 1 found, 2 an error, a file not \
      scanned, or a folder that cannot be watched.
      """)

  @Argument(help: ArgumentHelp("The folders, each with all below it.", valueName: "folder"))
  var folders: [PathArgument]

  @Flag(help: "Leave out what is there already.")
  var onlyNew = false

  @OptionGroup var choice: FileChoice
  @OptionGroup var matching: MatchingOptions
  @OptionGroup var reporting: ReportingOptions
  @OptionGroup var pacing: PaceOptions
  @OptionGroup var ledger: LedgerOptions
  @OptionGroup var acting: ActingOptions
  @OptionGroup var database: DatabaseOption

  func run() async throws {
    do {
      for folder in folders { try Self.check(folder.path) }
      var run = try ScanRun(
        matching, reporting, pacing, ledger, acting, database, isLineBuffered: true)
      Interruption.listen()
      let problems = WatchProblems()
      let (folders, choice, isOnlyNew) = (folders.map(\.path), choice, onlyNew)
      let avoided = run.avoided
      try await run.run {
        do throws(Failure) {
          return AnyIterator(
            try WatchedFiles(
              folders, choice, avoiding: avoided, isOnlyNew: isOnlyNew,
              onProblem: { problems.tell($0) }))
        } catch {
          problems.tell(error)
          return AnyIterator { nil }
        }
      }
      try run.end(endsBySignal: true, isFailed: !problems.isEmpty)
    } catch let error as Failure {
      throw fail("\(error)")
    } catch let error as ListError {
      throw fail("\(error)")
    }
  }

  private static func check(_ folder: FilePath) throws(Failure) {
    var status = stat()
    guard folder.withPlatformString({ stat($0, &status) }) == 0 else {
      throw Failure("\(ShownPath(folder)): \(Errno(rawValue: errno))")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw Failure("\(ShownPath(folder)): not a folder")
    }
  }
}

/// Tells what cannot be watched, and remembers that there was something.
private final class WatchProblems: Sendable {
  private let hasAny = Atomic(false)

  var isEmpty: Bool { !hasAny.load(ordering: .relaxed) }

  func tell(_ problem: Failure) {
    Terminal.warn("hashscan: \(problem)")
    hasAny.store(true, ordering: .relaxed)
  }
}
