import HashEngine
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Does with each file that matches what the user wants done.
final class MatchActions {
  /// What became of one file.
  struct Outcome {
    /// For people, besides the lines of its matches.
    var lines: [String] = []
    var quarantine: QuarantineReport?
    /// Files that are no longer where they were.
    var moved: [FilePath] = []
    var isFailed = false
  }

  private let quarantine: Quarantine?
  private let isQuarantining: Bool
  private let isDryRun: Bool
  private let command: MatchCommand?
  private let startsNothing: Bool
  /// Files that were moved, or would have been, by their path from the root on.
  private var moved: Set<FilePath> = []

  /// - Parameters:
  ///   - quarantine: Where files are moved to; `nil` if there is no such folder yet.
  ///   - isDryRun: Whether only to say what would be moved.
  ///   - command: What is started for each.
  init(
    quarantine: Quarantine?, isQuarantining: Bool, isDryRun: Bool, command: MatchCommand?,
    startsNothing: Bool
  ) {
    self.quarantine = quarantine
    self.isQuarantining = isQuarantining
    self.isDryRun = isDryRun
    self.command = command
    self.startsNothing = startsNothing
  }

  /// The folder that must not be scanned.
  var folder: FilePath? { quarantine?.folder }

  /// Whether a file is not there any more because it was moved with another one.
  func wasMoved(_ path: FilePath) -> Bool { !moved.isEmpty && moved.contains(Self.absolute(path)) }

  /// - Parameters:
  ///   - line: What is printed of the file as JSON.
  ///   - others: Where the same bytes lie as well; asked only if the file is moved.
  func act(
    on path: FilePath, _ examination: Examination, line: String, others: ([UInt8]) -> [FilePath]
  ) -> Outcome {
    var outcome = Outcome()
    guard let action = examination.action, action != .allow else { return outcome }
    if let command { start(command, path, line, &outcome) }
    guard isQuarantining, action == .block else { return outcome }
    guard let sha256 = examination.digests[.sha256] else {
      fail(path, "not quarantined: nothing tells its bytes", &outcome)
      return outcome
    }
    let place = Self.absolute(path)
    // It was found already, by the bytes of another file.
    guard !moved.contains(place) else { return outcome }
    take(path, sha256, examination, &outcome)
    guard outcome.quarantine != nil else { return outcome }
    // Found by what the ledger says: whether their bytes still are the same is seen when they are moved.
    for other in others(sha256) where other != place {
      take(other, sha256, examination, &outcome, isOther: true)
    }
    if let name = outcome.quarantine?.name, let left = quarantine?.linksLeft(name), left > 0 {
      outcome.lines.append(
        "\(ShownPath(path)): its bytes have \(Amount(left, "further name")) (hard links) elsewhere")
    }
    return outcome
  }

  private func take(
    _ path: FilePath, _ sha256: [UInt8], _ examination: Examination, _ outcome: inout Outcome,
    isOther: Bool = false
  ) {
    let (place, reason) = (Self.absolute(path), isOther ? ", with the same bytes" : "")
    guard let quarantine, !isDryRun else {
      moved.insert(place)
      outcome.quarantine = QuarantineReport(name: nil)
      return outcome.lines.append(
        "\(ShownPath(path)): would be quarantined\(reason) (--yes does it)")
    }
    do throws(QuarantineError) {
      let name = try quarantine.take(place, sha256: sha256, examination)
      moved.insert(place)
      outcome.moved.append(place)
      outcome.quarantine = QuarantineReport(name: name)
      outcome.lines.append("\(ShownPath(path)): quarantined as \(name)\(reason)")
    } catch {
      // What another name led to may be gone long since.
      if isOther, error.code == .changed { return }
      fail(path, "not quarantined: \(error)", &outcome)
    }
  }

  private func start(
    _ command: MatchCommand, _ path: FilePath, _ line: String, _ outcome: inout Outcome
  ) {
    guard !startsNothing else {
      return outcome.lines.append(
        "\(ShownPath(path)): \(ShownPath(command.program)) would be started")
    }
    do throws(Failure) {
      try command.run(for: path, input: line)
    } catch {
      fail(path, "\(error)", &outcome)
    }
  }

  private func fail(_ path: FilePath, _ text: String, _ outcome: inout Outcome) {
    Terminal.warn("\(ShownPath(path)): \(text)")
    outcome.isFailed = true
  }

  /// The path from the root on; links in folders are resolved, one in its last place is not.
  private static func absolute(_ path: FilePath) -> FilePath {
    guard let name = path.lastComponent else { return path }
    let folder = path.removingLastComponent()
    let argument = PathArgument(folder.isEmpty ? "." : folder)
    return (try? argument.resolved())?.appending(name) ?? path
  }
}

/// What became of a file, in JSON.
struct QuarantineReport: Encodable {
  /// Its name in quarantine; `nil` if it was not moved, and would have been with `--yes`.
  let name: String?
  let done: Bool

  init(name: String?) {
    self.name = name
    done = name != nil
  }
}
