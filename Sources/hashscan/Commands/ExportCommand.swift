import ArgumentParser
import HashEngine
import SystemPackage

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a list out; importing what it writes gives an equal list.",
    discussion: """
      Writes to standard output. The hashes are in it: guard it as you guard the list. jsonl has all of a \
      list; csv does not say what an allowlist excuses, nor which hashes are of parts; text has hashes of \
      one kind with their ids. What was left out is told on standard error.
      """)

  @Option(help: "The list's name.")
  var list: String

  @Option(help: "jsonl, csv or text.")
  var format = ExportFormat.jsonl

  @Option(help: "Only hashes of this kind.")
  var kind: HashKind?

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try tellingErrors {
      var lines: [UInt8] = []
      func write() throws {
        try FileDescriptor.standardOutput.writeAll(lines)
        lines.removeAll(keepingCapacity: true)
      }
      do {
        let losses = try database.open().export(list, as: format, kind: kind) { line in
          lines += line.utf8
          lines.append(UInt8(ascii: "\n"))
          if lines.count > 1 << 16 { try write() }
        }
        try write()
        for (loss, entries) in losses.sorted(by: { $0.key < $1.key }) {
          Terminal.warn(
            "\(list): left out, since \(format.rawValue) cannot hold it: \(loss) (\(Amount(entries, "entry", "entries")))"
          )
        }
      } catch let error as Errno {
        throw Failure("the output could not be written: \(error)")
      } catch let error as ListError where error.code == .kindNotStated {
        throw Failure("\(error) (--kind pdq)")
      }
    }
  }
}
