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
      or no list in force. What is allowed does not count as found.
      """)

  @Argument(
    help: ArgumentHelp("Files, and folders with all that is below them.", valueName: "path"))
  var paths: [String] = []

  @Option(
    help: ArgumentHelp("A file with the paths to scan, one per line; - for standard input."))
  var filesFrom: String?

  @Flag(
    name: [.customShort("0"), .customLong("null")],
    help: "Paths in --files-from end with a zero byte.")
  var endsWithZero = false

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
    guard jobs.map({ $0 > 0 }) ?? true else { throw ValidationError("jobs is at least 1") }
    guard !paths.isEmpty || filesFrom != nil else { throw ValidationError("no path to scan") }
  }

  func run() async throws {
    do {
      let store = try database.open()
      let jobs = jobs ?? ParallelScan.standardJobs
      let fingerprinter = try decoding.fingerprinter(jobs)
      let moderator = Moderator(
        store,
        policy: MatchPolicy(
          pdqRadius: radius, effort: effort, lists: list.isEmpty ? nil : Set(list),
          timeLimit: decoding.time, trailingData: trailingData),
        fingerprinter: fingerprinter)
      try moderator.checkLists()
      let scan = ParallelScan(moderator: moderator, jobs: jobs)
      var files = paths.map { FilePath($0) }
      if let filesFrom { files += try PathList.read(filesFrom, endsWithZero: endsWithZero) }
      let walk = DirectoryWalk(files, followsLinks: followLinks)
      let total = Terminal.isInteractive ? walk.reduce(0) { count, _ in count + 1 } : nil
      var progress = ProgressLine(total: total, unit: .files)
      var summary = ScanSummary()
      try await scan.run(walk) { path, examination in
        summary.add(examination)
        let lines = render(ShownPath(path), examination)
        if !lines.isEmpty { progress.clear() }
        for line in lines { print(line) }
        progress.update(summary.files)
      }
      progress.clear()
      if json { Terminal.warn("\(summary)") } else { print(summary) }
      try ExitStatus(found: summary.matched + summary.forReview > 0, failed: summary.notScanned > 0)
        .exit()
    } catch let error as Failure {
      throw fail("\(error)")
    } catch let error as ListError {
      throw fail("\(error)")
    }
  }

  private func render(_ path: ShownPath, _ examination: Examination) -> [String] {
    if json { return [JSONLine.render(ScanLine(path, examination))] }
    switch examination.verdict {
    case .noMatch: return []
    case .notScanned(let reason): return ["\(path): not scanned: \(reason)"]
    case .match(let matches):
      return matches.map { match in
        var line = "\(path): \(MatchText.word(for: match)) \(MatchText(match))"
        if let fingerprint = examination.fingerprint, !match.kind.isDigest {
          let frame = fingerprint.frames.first {
            $0.number == match.frame && $0.backdrop == match.view.backdrop && $0.part == match.part
          }
          line += frame?.pdq.map { " quality \($0.quality)" } ?? ""
          if fingerprint.frameCount > 1 { line += " frame \(match.frame)" }
          if let part = match.part.text { line += " \(part)" }
          if match.view != .asStored { line += ", \(match.view)" }
          if let crop = match.crop { line += ", of its part \(crop.text)" }
        }
        return line
      }
    }
  }
}

/// The counts of a scan.
struct ScanSummary: CustomStringConvertible {
  private(set) var files = 0
  /// Files by their action: block, review or allow.
  private(set) var matched = 0
  private(set) var forReview = 0
  private(set) var allowed = 0
  private(set) var notScanned = 0
  private(set) var lackingDetail = 0
  private let start = ContinuousClock.now

  mutating func add(_ examination: Examination) {
    files += 1
    switch examination.verdict {
    case .match:
      switch examination.action {
      case .block: matched += 1
      case .review: forReview += 1
      case .allow, nil: allowed += 1
      }
    case .notScanned: notScanned += 1
    case .noMatch: if examination.lacksDetail { lackingDetail += 1 }
    }
  }

  var description: String {
    let milliseconds = Int((ContinuousClock.now - start) / .milliseconds(1))
    let flat = lackingDetail > 0 ? " (\(lackingDetail) of them too flat to compare)" : ""
    let review = forReview > 0 ? " \(forReview) for review," : ""
    let excused = allowed > 0 ? " \(allowed) allowed," : ""
    return """
      Scanned \(files) files in \(milliseconds / 1000).\(milliseconds % 1000 / 100) s: \
      \(matched) matched,\(review)\(excused) \
      \(files - matched - forReview - allowed - notScanned) did not\(flat), \(notScanned) not scanned.
      """
  }
}
