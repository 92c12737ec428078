import ArgumentParser
import HashEngine

/// The exit status, with the same numbers as clamscan's.
enum ExitStatus: Int32 {
  case nothingFound = 0
  case found = 1
  case failed = 2
  /// Imported, but not all of it.
  case incomplete = 3

  /// Found takes precedence over failed: whoever reads only the status must learn of a match.
  init(found: Bool, failed: Bool) {
    self = found ? .found : failed ? .failed : .nothingFound
  }

  /// The status for an action: block and review count as found, allow and `nil` do not.
  init(_ action: ListMeaning?) {
    switch action {
    case .block, .review: self = .found
    case .allow, nil: self = .nothingFound
    }
  }

  /// Ends the command with this status.
  func exit() throws {
    if self != .nothingFound { throw ExitCode(rawValue) }
  }
}

extension ParsableCommand {
  /// Prints on standard error what went wrong, and returns the exit code for it.
  func fail(_ message: String) -> ExitCode {
    Terminal.warn("hashscan: \(message)")
    return ExitCode(ExitStatus.failed.rawValue)
  }

  /// Turns the engine's errors into a line on standard error and status 2.
  func tellingErrors(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as Failure {
      throw fail("\(error)")
    } catch let error as StorageError {
      throw fail("\(error)")
    } catch let error as ListError {
      throw fail("\(error)")
    }
  }
}
