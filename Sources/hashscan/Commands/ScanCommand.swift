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
      """)

  @Argument(
    help: ArgumentHelp(
      "Files, and folders with all that is below them; - for a picture from standard input.",
      valueName: "path"))
  var paths: [PathArgument] = []

  @Option(
    help: ArgumentHelp(
      "A file with the paths to scan, one per line; - for standard input.", valueName: "file"))
  var filesFrom: PathArgument?

  @Flag(
    name: [.customShort("0"), .customLong("null")],
    help: "Paths in --files-from end with a zero byte.")
  var endsWithZero = false

  @Option(
    help: ArgumentHelp(
      "Only files whose name fits, as '*.jpg'; with a slash, whose path fits. May be repeated.",
      valueName: "pattern"))
  var include: [String] = []

  @Option(
    help: ArgumentHelp(
      "Leave out files, and folders with all below them, whose name or path fits. May be repeated.",
      valueName: "pattern"))
  var exclude: [String] = []

  @Flag(help: "Files that have no picture's signature are counted, and are no error.")
  var ignoreNotPictures = false

  @Flag(help: "End with 2 when there was no file to scan.")
  var failOnEmpty = false

  @Option(
    help:
      "Bits by which a PDQ hash may differ from a listed one, 0 to 256. Default: each list's own.")
  var radius: Int?

  @Option(
    help:
      "In how many views a picture is compared: exact, standard or thorough. Default: each list's own."
  )
  var effort: Effort?

  @Option(help: "Search only this list. May be repeated.")
  var list: [String] = []

  @Flag(help: "One JSON object a line for every file; the summary goes to standard error.")
  var json = false

  @Flag(
    help:
      "CSV, a line for every match and for every file without one; the summary goes to standard error."
  )
  var csv = false

  @Flag(
    name: [.customShort("q"), .long],
    help: "No summary and no progress: only matches, and what was not scanned.")
  var quiet = false

  @Option(
    help:
      "What becomes of a picture with something else behind it, as a video or an archive: told, or not-scanned."
  )
  var trailingData = MatchPolicy.TrailingData.told

  @Flag(help: "Follow symbolic links inside folders.")
  var followLinks = false

  @Option(
    help: ArgumentHelp("Files scanned at once. Default: one for each core.", valueName: "count"))
  var jobs: Int?

  @OptionGroup var decoding: DecodingOptions

  @OptionGroup var database: DatabaseOption

  func validate() throws {
    guard radius.map({ (0...PDQHash.bitCount).contains($0) }) ?? true else {
      throw ValidationError("the radius is a number from 0 to \(PDQHash.bitCount)")
    }
    guard jobs.map({ (1...1024).contains($0) }) ?? true else {
      throw ValidationError("jobs is a number from 1 to 1024")
    }
    guard !paths.isEmpty || filesFrom != nil else { throw ValidationError("no path to scan") }
    guard !json || !csv else { throw ValidationError("--json or --csv, not both") }
    let ofInput =
      paths.count(where: \.isStandardInput) + (filesFrom?.isStandardInput ?? false ? 1 : 0)
    guard ofInput <= 1 else { throw ValidationError("standard input can be read once only") }
  }

  func run() async throws {
    do {
      let store = try database.open()
      let jobs = jobs ?? ParallelScan.standardJobs
      let moderator = Moderator(
        store,
        policy: MatchPolicy(
          pdqRadius: radius, effort: effort, lists: list.isEmpty ? nil : Set(list),
          timeLimit: decoding.time, trailingData: trailingData),
        fingerprinter: try decoding.fingerprinter(jobs))
      for searched in try moderator.checkLists() {
        guard let concern = searched.concern(isNamed: list.contains(searched.name)) else {
          continue
        }
        Terminal.warn("warning: \(concern)")
      }
      let walk = try walk()
      let isShown = Terminal.isInteractive && !quiet
      let total = isShown ? walk.reduce(0) { count, _ in count + 1 } : nil
      var progress = ProgressLine(total: total, unit: .files, isShown: isShown)
      let table = ScanTable(json ? .json : csv ? .csv : .text)
      var summary = ScanSummary(ignoresOtherFiles: ignoreNotPictures)
      func answer(_ path: FilePath, _ examination: Examination) {
        summary.add(examination)
        progress.interrupt(
          by: table.lines(ShownPath(path), examination, isIgnored: summary.isIgnored(examination)))
        progress.update(summary.files)
      }
      if paths.contains(where: \.isStandardInput) {
        answer("standard input", try examineInput(by: moderator))
      }
      // Not before: what is read from a pipe that never ends is ended by Ctrl-C at once.
      Interruption.listen()
      try await ParallelScan(moderator: moderator, jobs: jobs).run(
        walk, isStopped: { Interruption.isInterrupted || Output.isBroken }, answer: answer)
      progress.clear()
      try end(summary, isInterrupted: Interruption.isInterrupted)
    } catch let error as Failure {
      throw fail("\(error)")
    } catch let error as ListError {
      throw fail("\(error)")
    }
  }

  private func walk() throws -> DirectoryWalk {
    var files = paths.filter { !$0.isStandardInput }.map(\.path)
    if let filesFrom { files += try PathList.read(filesFrom, endsWithZero: endsWithZero) }
    return DirectoryWalk(
      files, followsLinks: followLinks, filter: NameFilter(included: include, excluded: exclude))
  }

  private func examineInput(by moderator: Moderator) throws -> Examination {
    let input = try SpooledInput.descriptor(
      of: .standardInput, limit: moderator.policy.limits.bytes)
    defer { try? input.close() }
    let bytes: [UInt8]
    do throws(ImageError) {
      bytes = try PictureFile.read(input, limits: moderator.policy.limits)
    } catch {
      return Examination(verdict: .notScanned(error), fingerprint: nil)
    }
    return try moderator.examine(bytes.span)
  }

  /// Tells the summary, and ends with the status that follows from it.
  private func end(_ summary: ScanSummary, isInterrupted: Bool) throws {
    if !quiet {
      if json || csv { Terminal.warn("\(summary)") } else { Output.print(summary) }
    }
    if isInterrupted {
      Terminal.warn("interrupted: there are files that were not scanned")
      throw ExitCode(Interruption.exitStatus)
    }
    let isEmpty = summary.files == 0
    if isEmpty { Terminal.warn("warning: there was no file to scan") }
    try ExitStatus(
      found: summary.matched + summary.forReview > 0,
      failed: summary.notScanned > 0 || isEmpty && failOnEmpty
    ).exit()
  }
}
