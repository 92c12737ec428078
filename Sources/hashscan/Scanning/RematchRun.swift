import ArgumentParser
import HashEngine
import Synchronization
import SystemPackage

/// A rematch from the ledger to its summary: by a command of its own, or after an import.
struct RematchRun {
  private let rematch: Rematch
  private let table: ScanTable
  private let actions: MatchActions?
  private let isQuiet: Bool
  private let isLineBuffered: Bool
  private var isFailed = false

  /// - Throws: ``Failure`` when there is no ledger; ``ListError``.
  init(
    _ store: ListStore, _ database: DatabaseOption, as format: ScanTable.Format,
    _ actions: MatchActions? = nil, isQuiet: Bool, isLineBuffered: Bool = false
  ) throws {
    let ledger = try database.openLedger()
    rematch = try Rematch(Moderator(store), store, ledger)
    table = ScanTable(format)
    self.actions = actions
    self.isQuiet = isQuiet
    self.isLineBuffered = isLineBuffered
  }

  /// Asks, prints what was found and the summary; returns the status that follows from it.
  ///
  /// - Throws: ``ListError``.
  mutating func run() throws -> ExitStatus {
    let findings = BoundedQueue<Rematch.Finding>(capacity: 256)
    let result = Mutex<Result<Rematch.Summary, ListError>?>(nil)
    startThread { [rematch, findings] in
      let ended = Result { () throws(ListError) in
        try rematch.run(threads: ParallelScan.standardJobs, isStopped: ScanRun.isStopped) {
          findings.append($0)
        }
      }
      result.withLock { $0 = ended }
      findings.close()
    }
    while let finding = findings.next() {
      for file in finding.files { tell(file, finding) }
      if isLineBuffered { Output.flush() }
    }
    guard let summary = try result.withLock({ $0 })?.get() else { return .failed }
    if !isQuiet {
      let text = Self.text(summary)
      if table.format == .text { Output.print(text) } else { Terminal.warn(text) }
    }
    if summary.isInterrupted {
      Terminal.warn("interrupted: there are files that were not compared")
      throw ExitCode(Interruption.exitStatus)
    }
    return ExitStatus(found: summary.newMatches > 0, failed: isFailed || summary.toBeRead > 0)
  }

  private mutating func tell(_ file: FilePath, _ finding: Rematch.Finding) {
    let path = ShownPath(file)
    var outcome = MatchActions.Outcome()
    if finding.isNew, let actions {
      let line = JSONLine.render(ScanLine(path, finding.examination, gone: finding.gone))
      outcome = actions.act(on: file, finding.examination, line: line) { _ in [] }
    }
    if outcome.isFailed { isFailed = true }
    for line in table.lines(path, finding, outcome) { Output.print(line) }
  }

  private static func text(_ summary: Rematch.Summary) -> String {
    var text =
      "Compared \(Amount(summary.files, "file")) of the ledger: \(summary.newMatches) matched anew,"
      + " \(summary.gone) no longer match an entry, \(summary.notScanned) were not scanned."
    if summary.toBeRead > 0 {
      text +=
        " \(Amount(summary.toBeRead, "file")) must be read again, since the lists ask more than the"
        + " ledger has: \"hashscan scan\" does."
    }
    return text
  }
}
