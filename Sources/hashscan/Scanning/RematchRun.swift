import ArgumentParser
import HashEngine
import SystemPackage

/// A rematch from the ledger to its summary: by a command of its own, or after an import.
struct RematchRun {
  private let rematch: Rematch
  private let table: ScanTable
  private let isQuiet: Bool
  private let isLineBuffered: Bool

  /// - Throws: ``Failure`` when there is no ledger; ``ListError``.
  init(
    _ store: ListStore, _ database: DatabaseOption, as format: ScanTable.Format, isQuiet: Bool,
    isLineBuffered: Bool = false
  ) throws {
    let ledger = try database.openLedger()
    rematch = try Rematch(Moderator(store), store, ledger)
    table = ScanTable(format)
    self.isQuiet = isQuiet
    self.isLineBuffered = isLineBuffered
  }

  /// Asks, prints what was found and the summary; returns the status that follows from it.
  ///
  /// - Throws: ``ListError``.
  func run() throws -> ExitStatus {
    let (table, isFlushed) = (table, isLineBuffered)
    let summary = try rematch.run(
      threads: ParallelScan.standardJobs, isStopped: ScanRun.isStopped
    ) { finding in
      for file in finding.files {
        for line in table.lines(ShownPath(file), finding) { Output.print(line) }
      }
      if isFlushed { Output.flush() }
    }
    if !isQuiet {
      let text = Self.text(summary)
      if table.format == .text { Output.print(text) } else { Terminal.warn(text) }
    }
    if summary.isInterrupted {
      Terminal.warn("interrupted: there are files that were not compared")
      throw ExitCode(Interruption.exitStatus)
    }
    return ExitStatus(found: summary.newMatches > 0, failed: summary.toBeRead > 0)
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
