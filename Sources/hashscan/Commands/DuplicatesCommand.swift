import ArgumentParser
import HashEngine
import SystemPackage

struct DuplicatesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "duplicates",
    abstract: "Show which of the scanned files show the same picture.",
    discussion: """
      By the ledger: no file is read. Files with the same bytes count, and pictures whose PDQ hashes are near each other; \
      the largest group comes first. Pictures too flat to compare count only with their bytes.
      """)

  @Argument(help: ArgumentHelp("Only files below these folders.", valueName: "folder"))
  var folders: [PathArgument] = []

  @Option(help: "Bits by which PDQ hashes may differ, 0 to 47.")
  var radius = Ledger.duplicateRadius

  @Option(help: ArgumentHelp("Show groups of so many files or more.", valueName: "count"))
  var atLeast = 2

  @Flag(help: "One JSON object a line for every group.")
  var json = false

  @OptionGroup var database: DatabaseOption

  func validate() throws {
    guard (0...47).contains(radius) else {
      throw ValidationError("the radius is a number from 0 to 47")
    }
    guard atLeast >= 2 else { throw ValidationError("a group has two files at least") }
  }

  func run() throws {
    try tellingErrors {
      let ledger = try database.openLedger()
      let folders = try folders.map { try $0.resolved() }
      let clusters = try ledger.duplicates(in: folders, radius: radius).filter {
        $0.members.count >= atLeast
      }
      for cluster in clusters {
        if json {
          Output.print(JSONLine.render(DuplicateLine(cluster)))
        } else {
          for line in Self.lines(cluster) { Output.print(line) }
        }
      }
      let files = clusters.reduce(0) { $0 + $1.members.count }
      let text = "\(Amount(clusters.count, "group")) of \(Amount(files, "file"))."
      if json { Terminal.warn(text) } else { Output.print(text) }
    }
  }

  private static func lines(_ cluster: DuplicateCluster) -> [String] {
    let contents = Amount(cluster.contents, "distinct content")
    return ["\(Amount(cluster.members.count, "file")), \(contents):"]
      + cluster.members.map { member in
        let distance = member.distance.map { " (distance \($0))" } ?? ""
        return "  \(ShownPath(member.path))\(distance)"
      }
  }
}

/// A line of `hashscan duplicates --json`.
private struct DuplicateLine: Encodable {
  struct Member: Encodable {
    let path: String
    /// As in ``ScanLine``.
    let pathBytes: String?
    /// Bits that its hash differs from that of the first.
    let distance: Int?
    /// The same for files with the same bytes.
    let content: UInt64

    enum CodingKeys: String, CodingKey {
      case path
      case pathBytes = "path_base64"
      case distance, content
    }
  }

  let files: [Member]
  let contents: Int

  init(_ cluster: DuplicateCluster) {
    contents = cluster.contents
    files = cluster.members.map { member in
      let path = ShownPath(member.path)
      return Member(
        path: path.text, pathBytes: path.base64IfNotText, distance: member.distance,
        content: member.content)
    }
  }
}
