import ArgumentParser
import HashEngine
import SystemPackage

/// Pictures to be listed by their own hashes.
struct ListedPictures: ParsableArguments {
  @Argument(help: "The pictures.")
  var files: [PathArgument]

  @Option(help: "The case they belong to; \"hashscan release --case\" withdraws all of a case.")
  var `case`: String?

  @OptionGroup var decoding: DecodingOptions

  @OptionGroup var database: DatabaseOption

  func validate() throws {
    guard !files.isEmpty else { throw ValidationError("no picture") }
  }

  /// Reads each picture and computes its hashes.
  ///
  /// - Throws: ``Failure`` for a file that is no picture: nothing is listed then.
  func read(
    by fingerprinter: any Fingerprinter, includesPHash64: Bool = false,
    includesCrops: Bool = false
  ) throws -> [Takedown] {
    try files.map { file in
      let path = file.path
      do {
        let bytes = try PictureFile.read(path)
        let picture = try Takedown(
          of: bytes.span, includesPHash64: includesPHash64, includesCrops: includesCrops,
          limits: decoding.limits, by: fingerprinter)
        if picture.isExactOnly {
          Terminal.warn(
            "\(ShownPath(path)): too flat for a perceptual hash: only the very same file will match"
          )
        }
        return picture
      } catch {
        throw Failure("\(ShownPath(path)): nothing was listed: \(error)")
      }
    }
  }
}

struct TakedownCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "takedown",
    abstract: "List pictures by their own hashes, so that they and their copies are found.",
    discussion: """
      Effective in every process at its next search. --preview prints what else would be found in a folder, \
      and at what distance; nothing is listed then unless you add --yes. Exit status: 0 listed, or \
      previewed; 2 an error, or a file of the folder could not be scanned.
      """)

  @OptionGroup var pictures: ListedPictures

  @Option(help: "The list. If there is no such list, one that blocks is made.")
  var list = "takedown"

  @Option(help: "Why.")
  var reason: String

  @Option(help: "A classification, shown with matches.")
  var label: String?

  @Flag(
    help: "List parts of them too, so that copies cropped by up to a tenth are found.")
  var crops = false

  @Option(help: ArgumentHelp("Print what else would be found in this folder.", valueName: "folder"))
  var preview: PathArgument?

  @Flag(help: "List them after a preview.")
  var yes = false

  func run() async throws {
    do {
      let fingerprinter = try pictures.decoding.fingerprinter(ParallelScan.standardJobs)
      let found = try pictures.read(by: fingerprinter, includesCrops: crops)
      var sawAll = true
      if let preview { sawAll = try await show(found, in: preview, by: fingerprinter) }
      guard preview == nil || yes else {
        Output.print("Nothing was listed; --yes lists \(found.count == 1 ? "it" : "them").")
        try ExitStatus(found: false, failed: !sawAll).exit()
        return
      }
      let store = try pictures.database.openForChange(creates: true)
      let (receipt, entries) = try list(found, on: store)
      for (file, entry) in zip(pictures.files, entries) {
        Output.print("\(ShownPath(file.path)): listed on \(list) as \(entry)")
      }
      for warning in receipt.warnings { Terminal.warn("warning: \(warning)") }
    } catch let error as Failure {
      throw fail("\(error)")
    } catch let error as ListError {
      throw fail("nothing was listed: \(error)")
    }
  }

  // An LMDB write transaction must stay on its thread, so this cannot be part of an asynchronous function.
  private func list(
    _ found: [Takedown], on store: ListStore
  ) throws(ListError) -> (receipt: Receipt, entries: [String]) {
    try store.takeDown(
      found, on: list, reason: reason, caseID: pictures.case, label: label)
  }

  /// Prints what the pictures' hashes alone would find in a folder.
  private func show(
    _ found: [Takedown], in folder: PathArgument, by fingerprinter: any Fingerprinter
  ) async throws -> Bool {
    do {
      // A folder that is not there finds nothing, which is not the same as nothing to be found.
      try FileDescriptor.open(folder.path, .readOnly, options: .closeOnExec).close()
    } catch {
      throw Failure("\(ShownPath(folder.path)): \(error); nothing was listed")
    }
    let moderator = try Moderator.preview(
      of: found, on: list, in: pictures.database.openIfThere(),
      policy: MatchPolicy(timeLimit: pictures.decoding.time), fingerprinter: fingerprinter)
    var (hits, files, notScanned) = (0, 0, 0)
    let path = folder.path
    let walk = { @Sendable in AnyIterator(DirectoryWalk([path], followsLinks: false)) }
    try await ParallelScan(moderator: moderator).run(walk) { path, examination in
      files += 1
      switch examination.verdict {
      case .noMatch: break
      case .notScanned(let reason):
        notScanned += 1
        Output.print("\(ShownPath(path)): not scanned: \(reason)")
      case .match(let matches):
        guard let match = matches.first else { break }
        hits += 1
        let purpose = examination.action == .review ? " for review" : ""
        Output.print(
          "\(ShownPath(path)): would be found\(purpose), \(match.kind.rawValue) distance"
            + " \(match.distance)")
      }
    }
    let rest = notScanned > 0 ? "; \(notScanned) were not scanned" : ""
    Output.print(
      "\(hits) of \(Amount(files, "file")) in \(ShownPath(folder.path)) would be found\(rest).")
    return notScanned == 0
  }
}

struct AllowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "allow",
    abstract: "List pictures as harmless, whatever other lists they match.",
    discussion: """
      Exactly these files never count as a match again. Pictures near them no longer count as matches with \
      the entries that these files match now. An excused match is still reported, but does not count.
      """)

  @OptionGroup var pictures: ListedPictures

  @Option(help: "The allowlist; it is made if there is none.")
  var list = "allow"

  @Option(help: "Why.")
  var reason: String

  func run() throws {
    try tellingErrors {
      let fingerprinter = try pictures.decoding.fingerprinter()
      let found = try pictures.read(by: fingerprinter, includesPHash64: true)
      let store = try pictures.database.openForChange(creates: true)
      let moderator = Moderator(
        store, policy: MatchPolicy(timeLimit: pictures.decoding.time),
        fingerprinter: fingerprinter)
      var allowed: [AllowedPicture] = []
      for (file, picture) in zip(pictures.files, found) {
        let excuses = try moderator.excusals(of: file.path)
        allowed.append(AllowedPicture(picture, excuses: excuses))
      }
      let (_, ids) = try store.allow(
        allowed, on: list, reason: reason, caseID: pictures.case)
      for ((file, id), picture) in zip(zip(pictures.files, ids), allowed) {
        Output.print("\(ShownPath(file.path)): allowed on \(list) as \(id)")
        for entry in picture.excuses {
          Output.print("  excuses \(entry.list) \(ShownText(entry.entry))")
        }
      }
    }
  }
}

struct ReleaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Withdraw what was listed under a case.")

  @Option(help: "The case.")
  var `case`: String

  @Option(help: "Only from this list.")
  var list: String?

  @Option(help: "Why.")
  var reason: String?

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try tellingErrors {
      let receipts = try database.openForChange().release(
        caseID: `case`, from: list, reason: reason)
      for receipt in receipts {
        for warning in receipt.warnings { Terminal.warn("\(receipt.list): \(ShownText(warning))") }
        Output.print("\(receipt.list): \(receipt.withdrawn) withdrawn")
      }
    }
  }
}
