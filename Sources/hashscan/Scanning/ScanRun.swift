import ArgumentParser
import HashEngine
import SystemPackage

/// A scan from its first file to its summary, for every command that scans.
struct ScanRun {
  private let moderator: Moderator
  private let scan: FileScan?
  private let parallel: ParallelScan
  private let reporting: ReportingOptions
  private let table: ScanTable
  private let isLineBuffered: Bool
  private let actions: MatchActions?
  private let report: ScanReport?
  private var isFailed = false
  private(set) var summary: ScanSummary
  private var progress: ProgressLine

  /// Opens the lists and the ledger, and begins to take signals.
  ///
  /// - Throws: ``Failure``, ``ListError``.
  init(
    _ matching: MatchingOptions, _ reporting: ReportingOptions, _ pacing: PaceOptions,
    _ ledger: LedgerOptions, _ acting: ActingOptions, _ database: DatabaseOption,
    isLineBuffered: Bool = false
  ) throws {
    // Before there are workers, which give way as well then.
    let pace = pacing.pace
    let store = try database.open()
    actions = try acting.actions(for: store)
    moderator = try matching.moderator(for: store, includesSHA256: actions != nil)
    scan = try ledger.scan(moderator, store, database: try database.folder())
    parallel = ParallelScan(
      moderator: moderator, scan: scan, jobs: matching.jobCount, readAhead: pacing.readAhead,
      pace: pace)
    self.reporting = reporting
    self.isLineBuffered = isLineBuffered || reporting.lineBuffered
    table = ScanTable(reporting.format)
    report = try reporting.report.map { path throws(Failure) in try ScanReport(at: path.path) }
    summary = ScanSummary(ignoresOtherFiles: reporting.ignoreNotPictures)
    progress = ProgressLine(
      total: nil, unit: .files, isShown: Terminal.isInteractive && !reporting.quiet)
  }

  /// Whether the work is to end: it was interrupted, or nobody reads the output any more.
  static let isStopped: @Sendable () -> Bool = { Interruption.isInterrupted || Output.isBroken }

  /// Scans files, and prints what was found.
  ///
  /// - Parameters:
  ///   - files: Makes what is scanned.
  ///   - count: How many there are, once that is known.
  /// - Throws: ``ListError``.
  mutating func run(
    _ files: @escaping @Sendable () -> AnyIterator<DirectoryWalk.Item>, count: FileCount? = nil
  ) async throws(ListError) {
    try await parallel.run(files, isStopped: Self.isStopped) { path, examination in
      if let total = count?.value { progress.total = total }
      answer(path, examination)
    }
    progress.clear()
  }

  /// Examines a picture from standard input.
  ///
  /// - Throws: ``Failure``, ``ListError``.
  mutating func runInput() throws {
    let limits = moderator.policy.limits
    let input = try SpooledInput.descriptor(of: .standardInput, limit: limits.bytes)
    defer { try? input.close() }
    let bytes: [UInt8]
    do throws(ImageError) {
      bytes = try PictureFile.read(input, limits: limits)
    } catch {
      return answer(
        "standard input", Examination(verdict: .notScanned(error), fingerprint: nil), isFile: false)
    }
    answer("standard input", try moderator.examine(bytes.span), isFile: false)
  }

  private mutating func answer(
    _ path: FilePath, _ examination: Examination, isFile: Bool = true
  ) {
    summary.add(examination)
    // Before it may be moved.
    let outcome = isFile ? act(on: path, examination) : MatchActions.Outcome()
    report?.add(path, examination, quarantinedAs: outcome.quarantine?.name)
    progress.interrupt(
      by: table.lines(
        ShownPath(path), examination, isIgnored: summary.isIgnored(examination), outcome))
    if isLineBuffered { Output.flush() }
    progress.update(summary.files)
  }

  private mutating func act(
    on path: FilePath, _ examination: Examination
  ) -> MatchActions.Outcome {
    guard let actions else { return MatchActions.Outcome() }
    let outcome = actions.act(
      on: path, examination, line: JSONLine.render(ScanLine(ShownPath(path), examination))
    ) { scan?.files(with: $0) ?? [] }
    if outcome.isFailed { isFailed = true }
    for file in outcome.moved { scan?.forget(file) }
    return outcome
  }

  /// The folder that is left out of every walk.
  var avoided: FilePath? { actions?.folder }

  /// Tells the summary, and ends with the status that follows from it.
  ///
  /// - Parameters:
  ///   - failsOnEmpty: Whether it is an error if there was no file.
  ///   - isFailed: Whether something else went wrong.
  ///   - endsBySignal: Whether Ctrl-C is how it is meant to end.
  func end(
    failsOnEmpty: Bool = false, endsBySignal: Bool = false, isFailed: Bool = false
  ) throws {
    do throws(StorageError) {
      try scan?.finish()
    } catch {
      Terminal.warn(
        "warning: the ledger is not complete, so files will be scanned again: \(error)"
          + (error.code == .damaged ? "; without its folder, the next scan makes a new one" : ""))
    }
    for line in actions?.remaining() ?? [] { Terminal.warn(line) }
    try report?.write(summary, try moderator.searchedLists())
    if !reporting.quiet {
      if table.format == .text { Output.print(summary) } else { Terminal.warn("\(summary)") }
    }
    if Interruption.isInterrupted, !endsBySignal {
      Terminal.warn("interrupted: there are files that were not scanned")
      throw ExitCode(Interruption.exitStatus)
    }
    let isEmpty = summary.files == 0
    if isEmpty, !endsBySignal { Terminal.warn("warning: there was no file to scan") }
    try ExitStatus(
      found: summary.matched + summary.forReview > 0,
      failed: isFailed || self.isFailed || summary.notScanned > 0 || isEmpty && failsOnEmpty
    ).exit()
  }
}
