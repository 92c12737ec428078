public import ArgumentParser
public import HashEngine
import SystemPackage

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Import a list of hashes, all of it or nothing.",
    discussion: """
      Detects the format from the content, and prints it. Prints a receipt: what was added, replaced, \
      withdrawn, unchanged and rejected, and why. A record replaces the entry with the same id; an entry \
      that its source withdraws stops matching. Importing a file again changes nothing. Exit status: 0 when \
      all of it was read, 3 when it was imported but records were refused or withdrawals withheld, 2 when nothing \
      was imported. With --rematch: 1 when a file matches anew, 3 also when files have to be read again.
      """)

  @Argument(help: "The file with the list; - for standard input.")
  var file: PathArgument

  @Option(help: "The list's name. If there is no such list, one that blocks is made.")
  var list: String

  @Option(help: "The kind of the hashes, where the file does not state it.")
  var kind: HashKind?

  @Option(help: "The file's format. Default: detected from the content.")
  var format: ListFormat?

  @Option(
    help: ArgumentHelp(
      "For a CSV: what a column is, as COLUMN=FIELD (hash, kind, id, category, severity, quality, note,"
        + " timestamp, case, expires, deleted, active, inactive, status, name, confidence, skip, or a kind of hash). May be repeated.",
      valueName: "column=field"))
  var map: [String] = []

  @Option(help: "For a CSV: what separates fields. Default: detected from the first line.")
  var delimiter: String?

  @Option(
    help: ArgumentHelp(
      "Import this category, under the label, and skip those not named. May be repeated. VICS needs it.",
      valueName: "category=label"))
  var category: [String] = []

  @Option(help: "How 64-bit hashes are written. Default: detected from the content.")
  var spelling: HashSpelling?

  @Flag(help: "Withdraw the entries that the file does not have.")
  var replace = false

  @Option(
    help: ArgumentHelp(
      "With --replace, withdraw nothing if more than this share of the entries would go, and more than ten.",
      valueName: "percent"))
  var maxWithdrawn = 20

  @Flag(
    help:
      "With --replace, withdraw what is missing even if it is more than that, if the file breaks off, or if records were refused whose ids cannot be read."
  )
  var force = false

  @Option(
    help: ArgumentHelp(
      """
      What to do with a record whose id is that of an entirely different picture: keep-both, replace or refuse. \
      Default: replace for ids that the file states as such, keep-both for a text beside a hash, which may be a \
      file's name.
      """, valueName: "policy"))
  var onConflict: ConflictPolicy?

  @Flag(help: "Print the receipt and change nothing.")
  var dryRun = false

  @Flag(
    help:
      "Then compare everything that was ever scanned with what is new, as \"hashscan rematch\" does."
  )
  var rematch = false

  @Flag(help: "Print the receipt as JSON.")
  var json = false

  @Flag(
    name: [.customShort("q"), .long],
    help: "Print no receipt: only warnings, and what was rejected.")
  var quiet = false

  @OptionGroup var database: DatabaseOption

  func validate() throws {
    guard delimiter.map({ $0.utf8.count == 1 || $0 == "\\t" }) ?? true else {
      throw ValidationError("a delimiter is one ASCII character, or \\t")
    }
    guard !rematch || !dryRun else { throw ValidationError("--rematch or --dry-run, not both") }
    guard (0...100).contains(maxWithdrawn) else {
      throw ValidationError("--max-withdrawn is a number from 0 to 100")
    }
    for pair in map + category where !pair.contains("=") {
      throw ValidationError("\"\(pair)\" is not written NAME=VALUE")
    }
  }

  func run() throws {
    let name = file.isStandardInput ? "standard input" : ShownPath(file.path).description
    do {
      let source = try open()
      defer { try? source.close() }
      let store = try isOpenedToChange()
      var progress = ProgressLine(total: Self.size(of: file), unit: .bytes)
      let receipt = try store.importList(
        source, into: list, options: options(named: name),
        onProgress: { bytes, _ in progress.update(bytes) })
      progress.clear()
      for rejection in receipt.rejections {
        Terminal.warn("\(name):\(rejection.number): rejected: \(ShownText(rejection.reason))")
      }
      if receipt.rejected > receipt.rejections.count {
        Terminal.warn(
          "\(name): and \(receipt.rejected - receipt.rejections.count) more rejected")
      }
      for warning in receipt.warnings { Terminal.warn("\(name): warning: \(ShownText(warning))") }
      let report = ReceiptReport(receipt, tellsCompleteness: true)
      if !quiet {
        Output.print(json ? JSONLine.render(report) : "\(name): \(ReceiptText(receipt))")
      }
      if quiet { ChangedDatabase.forget() }
      let status = rematch ? try compareLedger(with: store) : .nothingFound
      if status == .found { try status.exit() }
      if !receipt.isComplete || status == .failed { try ExitStatus.incomplete.exit() }
    } catch let error as ListError {
      throw fail("\(name): not imported: \(error)\(Self.advice(for: error))")
    } catch let error as Failure {
      throw fail("\(error)")
    }
  }

  /// The import is done, whatever comes of this.
  private func compareLedger(with store: ListStore) throws -> ExitStatus {
    Interruption.listen()
    do {
      var run = try RematchRun(store, database, as: json ? .json : .text, isQuiet: quiet)
      return try run.run()
    } catch let error as Failure {
      Terminal.warn("warning: nothing was compared: \(error)")
    } catch let error as ListError {
      Terminal.warn("warning: not everything was compared: \(error)")
    }
    return .failed
  }

  private func options(named name: String) -> ImportOptions {
    var options = ImportOptions()
    options.source = name
    options.format = format
    options.kind = kind
    options.spelling = spelling
    options.delimiter = delimiter == "\\t" ? "\t" : delimiter?.first
    options.columns = Self.pairs(map)
    options.categories = category.isEmpty ? nil : Self.pairs(category)
    options.replaces = replace
    options.maximumWithdrawn = Double(maxWithdrawn) / 100
    options.forcesWithdrawal = force
    options.onConflict = onConflict
    options.isDryRun = dryRun
    return options
  }

  private static func pairs(_ texts: [String]) -> [String: String] {
    var pairs: [String: String] = [:]
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      pairs[String(parts[0])] = String(parts[1])
    }
    return pairs
  }

  /// The option that would solve the problem.
  private static func advice(for error: ListError) -> String {
    switch error.code {
    case .kindNotStated: " (--kind pdq, phash64, md5, sha1 or sha256)"
    case .categoriesNotStated: " (--category 1=LABEL --category 2=LABEL)"
    case .formatNotStated: " (--format)"
    default: ""
    }
  }

  private func isOpenedToChange() throws -> ListStore {
    // A dry run makes no database.
    guard dryRun else { return try database.openForChange(creates: true) }
    return try database.openIfThere() ?? database.openForChange(creates: true)
  }

  private func open() throws -> FileDescriptor {
    // A pipe may be slow, and no list can be changed during an import: so the pipe is read to its end first.
    if file.isStandardInput { return try SpooledInput.descriptor(of: .standardInput) }
    do {
      return try FileDescriptor.open(file.path, .readOnly, options: .closeOnExec)
    } catch {
      throw Failure("\(ShownPath(file.path)): not imported: \(error)")
    }
  }

  /// The file's size in bytes, for the progress line; `nil` for a pipe.
  private static func size(of file: PathArgument) -> Int? {
    guard !file.isStandardInput, let open = try? FileDescriptor.open(file.path, .readOnly) else {
      return nil
    }
    defer { try? open.close() }
    return (try? open.seek(offset: 0, from: .end)).map { Int($0) }
  }
}

extension HashKind: ExpressibleByArgument {
  public init?(argument: String) { self.init(named: argument) }
}
extension ListFormat: ExpressibleByArgument {}
extension HashSpelling: ExpressibleByArgument {}
extension ExportFormat: ExpressibleByArgument {}
extension ListMeaning: ExpressibleByArgument {}
extension Effort: ExpressibleByArgument {}
extension Receipt.Action: ExpressibleByArgument {}
extension Timestamp: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
extension CommonHashPolicy: ExpressibleByArgument {}
extension ConflictPolicy: ExpressibleByArgument {}
extension Confinement: ExpressibleByArgument {}
extension MatchPolicy.TrailingData: ExpressibleByArgument {}
