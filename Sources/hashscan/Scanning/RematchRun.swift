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
    var told: [(finding: Rematch.Finding, isDone: Bool)] = []
    while let finding = findings.next() {
      let isDone = tell(finding)
      told.append((finding, isDone))
      if isLineBuffered { Output.flush() }
    }
    guard let summary = try result.withLock({ $0 })?.get() else { return .failed }
    try note(told, summary)
    if !isQuiet {
      let text = Self.text(summary)
      if table.format == .text { Output.print(text) } else { Terminal.warn(text) }
    }
    if summary.isInterrupted {
      Terminal.warn("interrupted: there are files that were not compared")
      throw ExitCode(Interruption.exitStatus)
    }
    return ExitStatus(
      found: summary.newMatches > 0, failed: isFailed || summary.toBeRead > 0)
  }

  /// What was told and done is news no longer. A trial leaves everything as it was.
  private func note(
    _ told: [(finding: Rematch.Finding, isDone: Bool)], _ summary: Rematch.Summary
  ) throws {
    guard !(actions?.isTrial ?? false) else { return }
    Output.flush()
    // What nobody could read is as if it was not told.
    guard !Output.isBroken else { return }
    for (finding, isDone) in told {
      if isDone { rematch.settle(finding) } else { rematch.keepAsNews(finding) }
    }
    try rematch.end(summary)
  }

  /// Tells a finding and does what is to be done; returns whether that was done.
  private mutating func tell(_ finding: Rematch.Finding) -> Bool {
    var isDone = true
    for file in finding.files {
      let path = ShownPath(file.path)
      var outcome = MatchActions.Outcome()
      if !file.isAsItWas {
        outcome.lines.append(
          "\(path): gone or changed since it was scanned; a scan looks at it again")
      } else if finding.isNew, let actions {
        let line = JSONLine.render(ScanLine(path, finding.examination, gone: finding.gone))
        outcome = actions.act(on: file.path, finding.examination, line: line) { _ in [] }
      }
      if outcome.isFailed {
        isDone = false
        isFailed = true
      }
      for line in table.lines(path, finding, outcome) { Output.print(line) }
    }
    return isDone
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
