public import ArgumentParser
public import HashEngine
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Import a list of hashes, all of it or nothing.",
    discussion: """
      Reads plain text (a hash a line, what the source says of it behind a comma or blank, # for \
      comments) and CSV with named columns (hash, or pdq and the like, and kind, id, label, quality, deleted). \
      Importing a file again changes nothing. Lines that are no hash are told and passed over; if \
      no line is one, nothing is imported and the status is 2.
      """)

  @Argument(help: "The list; - for standard input.")
  var file: String

  @Option(help: "The list's name; it is made if there is none.")
  var list: String

  @Option(
    help: "What the hashes are, where the file does not say: pdq, phash64, md5, sha1 or sha256.")
  var kind: HashKind?

  @Option(help: "text or csv; without it, the first line tells.")
  var format: ListFormat?

  @OptionGroup var database: DatabaseOption

  func run() throws {
    let name = file == "-" ? "standard input" : ShownPath(FilePath(file)).description
    do {
      let source = try open()
      defer { if file != "-" { try? source.close() } }
      let blocklist = try database.open(creates: true)
      var progress = ProgressLine(total: nil, unit: "lines")
      let report = try blocklist.importList(
        source, into: list, kind: kind, format: format, now: time(nil),
        onRejected: { line in
          progress.clear()
          Terminal.warn("\(name):\(line.number): rejected: \(line.reason)")
        },
        onProgress: { progress.update($0) })
      progress.clear()
      print(
        "\(name): \(report.added) added, \(report.alreadyThere) already there,"
          + (report.withdrawn > 0 ? " \(report.withdrawn) withdrawn," : "")
          + " \(report.rejected) rejected; list \(list)")
      do {
        try blocklist.seal()
      } catch {
        // The list is there and every answer is right; only searches stay slower.
        Terminal.warn("hashscan: not sealed: \(error)")
      }
    } catch let error as BlocklistError {
      throw fail("\(name): not imported: \(error)")
    } catch let error as Failure {
      throw fail("\(error)")
    }
  }

  private func open() throws -> FileDescriptor {
    if file == "-" { return .standardInput }
    do {
      return try FileDescriptor.open(FilePath(file), .readOnly, options: .closeOnExec)
    } catch {
      throw Failure("\(ShownPath(FilePath(file))): not imported: \(error)")
    }
  }
}

extension HashKind: ExpressibleByArgument {
  public init?(argument: String) { self.init(named: argument) }
}
extension ListFormat: ExpressibleByArgument {}
