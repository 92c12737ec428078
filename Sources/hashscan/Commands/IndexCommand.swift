import ArgumentParser
import HashEngine

struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract: "Inspect, check and seal the search index.",
    subcommands: [
      IndexStatsCommand.self, IndexSealCommand.self, IndexVerifyCommand.self,
      IndexExplainCommand.self,
    ])
}

struct IndexStatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "Print what the index holds.")

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try tellingErrors {
      let statistics = try database.open().indexStatistics()
      for (kind, index) in statistics.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
        Output.print(
          "\(kind.rawValue): \(index.hashes) hashes, \(index.live) live, \(index.sealed) sealed,"
            + " \(index.removed) of them removed")
        Output.print(
          "  live: \(index.nodes) nodes, depth \(index.depth), leaves"
            + " \(Int((index.fill * 100).rounded())) % full")
        if index.sealed > 0 {
          Output.print(
            "  sealed: \(index.bands) bands, \(index.sealedBytes) bytes,"
              + " \(index.sealedBytes / index.sealed) a hash")
        }
      }
    }
  }
}

struct IndexSealCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seal",
    abstract: "Seal what the index holds, for faster searches.",
    discussion: """
      Large imports do this by themselves. Search results are the same before and after; other \
      processes can read and write meanwhile. The space of removed hashes is freed.
      """)

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try tellingErrors {
      let sealed = try database.openForChange().seal(always: true)
      for (kind, count) in sealed.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
        Output.print("\(kind.rawValue): \(count) hashes sealed")
      }
      if sealed.isEmpty { Output.print("too few hashes to seal") }
    }
  }
}

struct IndexVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check the whole index, and compare some searches with brute force.",
    discussion: "Exit status: 0 all is well, 2 something is wrong.")

  @Option(help: "How many of the listed hashes to search for.")
  var samples = 20

  @OptionGroup var database: DatabaseOption

  func run() throws {
    try tellingErrors {
      let problems = try database.open().indexProblems(samples: samples)
      for problem in problems { Output.print(problem) }
      guard problems.isEmpty else { throw ExitCode(ExitStatus.failed.rawValue) }
      Output.print("all is well")
    }
  }
}

struct IndexExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Search for a hash and print how the search was done.")

  @OptionGroup var searched: SearchedHash

  @OptionGroup var database: DatabaseOption

  func validate() throws {
    guard !searched.kind.isDigest else {
      throw ValidationError("a digest is only matched exactly; there is no search to explain")
    }
  }

  func run() throws {
    guard let (hash, stated) = searched.search else { return }
    let radius = stated ?? ListSettings().radius(of: hash.kind)
    try tellingErrors {
      let moderator = Moderator(try database.open())
      // The first search loads tables and pages into memory; the second is timed.
      _ = try moderator.explainSearch(for: [hash], radius: radius)
      let start = ContinuousClock.now
      guard let search = try moderator.explainSearch(for: [hash], radius: radius) else { return }
      let microseconds = Int((ContinuousClock.now - start) / .microseconds(1))
      switch search.plan {
      case nil: Output.print("sealed: nothing")
      case .scan: Output.print("sealed: scanned, \(search.sealedComparisons) hashes compared")
      case .bands(let radii):
        Output.print(
          "sealed: bands within \(radii.map(String.init).joined(separator: ", ")),"
            + " \(search.probes) probes, \(search.sealedComparisons) hashes compared")
      }
      Output.print("live: \(search.nodes) nodes visited, \(search.liveComparisons) hashes compared")
      Output.print("\(search.found) found within \(radius) in \(microseconds) µs")
    }
  }
}
