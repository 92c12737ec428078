import ArgumentParser
import HashEngine
import SystemPackage

struct QuarantineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine",
    abstract: "Show, bring back or delete files that a scan has moved out of sight.",
    subcommands: [
      QuarantineListCommand.self, QuarantineRestoreCommand.self, QuarantinePurgeCommand.self,
    ])
}

/// The folder that all these commands work on.
struct QuarantineFolder: ParsableArguments {
  @Argument(help: ArgumentHelp("The folder of the quarantine.", valueName: "folder"))
  var folder: PathArgument

  @OptionGroup var database: DatabaseOption

  /// - Throws: ``Failure``, ``ListError``.
  func open() throws -> Quarantine {
    let key = try database.open().installationKey()
    return try reporting { () throws(QuarantineError) in
      try Quarantine(at: folder.path, key: key, creates: false)
    }
  }

  /// Turns what goes wrong into a sentence.
  func reporting<Result>(
    _ body: () throws(QuarantineError) -> Result
  ) throws(Failure) -> Result {
    do throws(QuarantineError) {
      return try body()
    } catch {
      throw Failure("\(error)")
    }
  }
}

struct QuarantineListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show what is in quarantine, the latest last.")

  @Flag(help: "One JSON object a line for every file.")
  var json = false

  @OptionGroup var place: QuarantineFolder

  func run() throws {
    try tellingErrors {
      let quarantine = try place.open()
      for file in try place.reporting({ () throws(QuarantineError) in try quarantine.files() }) {
        if json {
          Output.print(JSONLine.render(file))
        } else {
          for line in Self.lines(file, isThere: quarantine.isThere(file)) { Output.print(line) }
        }
      }
    }
  }

  private static func lines(_ file: QuarantinedFile, isThere: Bool) -> [String] {
    let gone = isThere ? "" : ", and its bytes are not there"
    let taken = file.places.isEmpty ? "without a record" : "taken \(file.takenAt)"
    return ["\(file.name): \(Amount(file.size, "byte")), \(taken)\(gone)"]
      + file.places.map { "  from \(ShownPath($0.filePath))" }
      + file.matches.map { match in
        let label = match.label.map { " [\(ShownText($0))]" } ?? ""
        return "  \(match.list) \(ShownText(match.entry))\(label) \(match.kind.rawValue)"
          + " distance \(match.distance)"
      }
  }
}

struct QuarantineRestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Bring a file back to where it was taken from.",
    discussion: """
      It gets the owner, permissions and time that it had, in each of the places that it was taken from. Nothing is \
      overwritten.
      """)

  @OptionGroup var place: QuarantineFolder

  @Argument(help: "The file's name, or how it begins.")
  var name: String?

  @Flag(help: "Bring everything back.")
  var all = false

  @Option(help: "Bring back all that matched this list, which was wrong.")
  var list: String?

  @Option(help: ArgumentHelp("Bring it here instead.", valueName: "path"))
  var to: PathArgument?

  func validate() throws {
    guard [name != nil, all, list != nil].count(where: { $0 }) == 1 else {
      throw ValidationError("a file's name, --all or --list")
    }
    guard to == nil || name != nil else { throw ValidationError("--to is for one file") }
  }

  func run() throws {
    try tellingErrors {
      let quarantine = try place.open()
      let files = try place.reporting { () throws(QuarantineError) in
        if let name { return [try quarantine.file(beginning: name)] }
        return try quarantine.files().filter { file in
          list.map { list in file.matches.contains { $0.list == list } } ?? true
        }
      }
      var restored = 0
      for file in files {
        do {
          try restore(file, from: quarantine)
          restored += 1
        } catch let error as Failure where files.count > 1 {
          // One that cannot come back does not keep the others from it.
          Terminal.warn("hashscan: \(error)")
        }
      }
      if name == nil { Output.print("\(restored) of \(Amount(files.count, "file")) restored.") }
      guard restored == files.count else { throw ExitCode(ExitStatus.failed.rawValue) }
    }
  }

  private func restore(_ file: QuarantinedFile, from quarantine: Quarantine) throws {
    let (places, hasLeft) = try place.reporting { () throws(QuarantineError) in
      try quarantine.restore(file, to: to?.path)
    }
    for path in places { Output.print("\(ShownPath(path)): restored") }
    if !hasLeft {
      Output.print("it stays in quarantine, for the other places that it was taken from")
    }
  }
}

struct QuarantinePurgeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "purge",
    abstract: "Delete files in quarantine for good.",
    discussion: "Without --yes it is said what would be deleted.")

  @OptionGroup var place: QuarantineFolder

  @Option(
    help: ArgumentHelp(
      "Only files that were taken longer ago than this, as in 30d or 12h.", valueName: "age"))
  var olderThan: String

  @Flag(help: "Delete them, instead of saying what would be deleted.")
  var yes = false

  func validate() throws {
    guard Age.read(olderThan) != nil else {
      throw ValidationError("\"\(olderThan)\" is no age; write it as 30d or 12h")
    }
  }

  func run() throws {
    try tellingErrors {
      let quarantine = try place.open()
      let age = Age.read(olderThan)?.components.seconds ?? 0
      let time = Timestamp(seconds: Timestamp.now.seconds - Int(clamping: age))
      let purged = try place.reporting { () throws(QuarantineError) in
        try quarantine.purge(before: time, isDryRun: !yes)
      }
      for file in purged {
        Output.print(
          "\(file.name): \(yes ? "deleted" : "would be deleted"), taken \(file.takenAt)")
      }
      Output.print(
        "\(Amount(purged.count, "file")) \(yes ? "deleted" : "would be deleted (--yes does it)").")
    }
  }
}
