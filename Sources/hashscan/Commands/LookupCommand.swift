import ArgumentParser
import HashEngine

struct LookupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lookup",
    abstract: "Look a hash up on the lists.",
    discussion: """
      Prints the entries that it matches. Exit status: 0 nothing found, or an allowlist excuses all of it; \
      1 found; 2 an error, or no list is in force.
      """)

  @OptionGroup var searched: SearchedHash

  @Flag(help: "One JSON object a line.")
  var json = false

  @OptionGroup var database: DatabaseOption

  func run() throws {
    guard let search = searched.search else { return }
    try tellingErrors {
      var policy = MatchPolicy()
      switch search.hash.kind {
      case .pdq: policy.pdqRadius = search.radius
      case .phash64: policy.phash64Radius = search.radius
      case .md5, .sha1, .sha256: break
      }
      let moderator = Moderator(try database.open(), policy: policy)
      for list in try moderator.checkLists() {
        if let concern = list.concern(isNamed: false) { Terminal.warn("warning: \(concern)") }
      }
      guard let result = try moderator.lookup([search.hash]).results.first else { return }
      for match in result.matches {
        Output.print(json ? JSONLine.render(MatchReport(match)) : MatchText(match).withExcuse)
      }
      try ExitStatus(result.action).exit()
    }
  }
}
