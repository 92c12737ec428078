import ArgumentParser

/// How a run ended, as clamscan tells it.
enum ExitStatus: Int32 {
  case nothingFound = 0
  case found = 1
  case failed = 2

  /// Found wins over failed: whoever reads only the status must hear of a match.
  init(found: Bool, failed: Bool) {
    self = found ? .found : failed ? .failed : .nothingFound
  }

  /// Ends the command with this status.
  func exit() throws {
    if self != .nothingFound { throw ExitCode(rawValue) }
  }
}

extension ParsableCommand {
  /// Says on standard error what went wrong, and gives the status for it.
  func fail(_ message: String) -> ExitCode {
    Terminal.warn("hashscan: \(message)")
    return ExitCode(ExitStatus.failed.rawValue)
  }
}
