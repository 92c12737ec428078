import ArgumentParser
import HashEngine

struct LookupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lookup",
    abstract: "Look for a hash on the lists.",
    discussion: "Exit status: 0 nothing found, 1 found, 2 an error.")

  @OptionGroup var searched: SearchedHash

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup var database: DatabaseOption

  func run() throws {
    guard let search = searched.search else { return }
    try reporting {
      let matches = try database.open().matches(for: search.hash, radius: search.radius)
      for match in matches {
        print(json ? JSONLine.render(MatchReport(match)) : MatchText(match).description)
      }
      try ExitStatus(found: !matches.isEmpty, failed: false).exit()
    }
  }
}
