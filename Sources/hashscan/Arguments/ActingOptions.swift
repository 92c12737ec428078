import ArgumentParser
import HashEngine
import SystemPackage

/// What is done with files that match.
struct ActingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Move files that match a list that blocks into this folder, out of sight.",
      discussion: """
        They are named so that the names say nothing, and can be brought back: see "hashscan quarantine". Only with --yes; \
        without, it is said what would be moved.
        """,
      valueName: "folder"))
  var quarantine: PathArgument?

  @Flag(help: "Move files, instead of saying what would be moved.")
  var yes = false

  @Flag(help: "Move nothing and start nothing: say what would be done.")
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "Start this program for each file that matches, or is for review.",
      discussion: """
        Its argument is the file's path, or what --exec-argument says; its standard input is the line of JSON that --json \
        prints. No shell is involved. It may take a minute; if it fails, so does the scan.
        """,
      valueName: "program"))
  var exec: PathArgument?

  @Option(
    parsing: .unconditionalSingleValue,
    help: ArgumentHelp(
      "An argument of the --exec program; {} in it stands for the file's path. May be repeated.",
      valueName: "argument"))
  var execArgument: [String] = []

  func validate() throws {
    guard !yes || quarantine != nil else {
      throw ValidationError("--yes is for moving files: --quarantine names where to")
    }
    guard !yes || !dryRun else { throw ValidationError("--yes or --dry-run, not both") }
    guard execArgument.isEmpty || exec != nil else {
      throw ValidationError("--exec-argument is for the program that --exec names")
    }
  }

  /// What is done with matches; `nil` for nothing.
  ///
  /// - Throws: ``Failure`` for a folder that is unfit; ``ListError``.
  func actions(for store: ListStore) throws -> MatchActions? {
    guard quarantine != nil || exec != nil else { return nil }
    var folder: Quarantine?
    if let quarantine {
      let key = try store.installationKey()
      do throws(QuarantineError) {
        folder = try Quarantine(at: quarantine.path, key: key, creates: yes)
      } catch {
        // A trial makes no folder.
        if yes || error.code != .unfitFolder { throw Failure("\(error)") }
      }
    }
    return MatchActions(
      quarantine: folder, isQuarantining: quarantine != nil, isDryRun: !yes,
      command: exec.map {
        MatchCommand(program: $0.path, arguments: execArgument.isEmpty ? ["{}"] : execArgument)
      }, startsNothing: dryRun)
  }
}
