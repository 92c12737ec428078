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
  /// Files that were moved, would have been, or could not be, by their path from the root on.
  private var seen: Set<FilePath> = []
  /// Files with the bytes of one that was moved, by what the ledger says.
  private var alike: [FilePath: FilePath] = [:]

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

  /// Whether it only says what would be done.
  var isTrial: Bool { isQuarantining && isDryRun || startsNothing }

  /// The folder that must not be scanned.
  var folder: FilePath? { quarantine?.folder }

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
    take(path, sha256, examination, &outcome)
    if outcome.quarantine != nil {
      for other in others(sha256) { alike[other] = path }
    }
    if let name = outcome.quarantine?.name, let left = quarantine?.linksLeft(name), left > 0 {
      outcome.lines.append(
        "\(ShownPath(path)): its bytes have \(Amount(left, "further name")) (hard links) elsewhere, under which"
          + " only their owner can read them now")
    }
    return outcome
  }

  /// Files that have the bytes of one that was moved, and were not among what was scanned: people have to look at them.
  func remaining() -> [String] {
    let others = alike.filter { !seen.contains($0.key) && Self.isThere($0.key) }
    return others.sorted { $0.key.string < $1.key.string }.map { other, path in
      "\(ShownPath(other)): had the bytes of \(ShownPath(path)) when it was scanned last, and was not scanned now"
    }
  }

  private static func isThere(_ path: FilePath) -> Bool {
    var status = stat()
    return path.withPlatformString { lstat($0, &status) } == 0
  }

  private func take(
    _ path: FilePath, _ sha256: [UInt8], _ examination: Examination, _ outcome: inout Outcome
  ) {
    let place = Self.absolute(path)
    seen.insert(place)
    guard let quarantine, !isDryRun else {
      outcome.quarantine = QuarantineReport(name: nil)
      return outcome.lines.append("\(ShownPath(path)): would be quarantined (--yes does it)")
    }
    do throws(QuarantineError) {
      let name = try quarantine.take(path, from: place, sha256: sha256, examination)
      outcome.moved.append(path)
      outcome.quarantine = QuarantineReport(name: name)
      outcome.lines.append("\(ShownPath(path)): quarantined as \(name)")
    } catch {
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
