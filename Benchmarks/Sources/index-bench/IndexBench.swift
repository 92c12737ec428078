import ArgumentParser
import CPeers
import Glibc
import HashEngine
import SystemPackage

/// Times searches one by one and prints the median of each round in microseconds, and how many hashes
/// were found in all. index.py runs it in turn with the peers.
@main
struct IndexBench: ParsableCommand {
  enum Method: String, ExpressibleByArgument {
    /// The database's index.
    case ours
    /// The same, fifty queries at once.
    case batch
    /// All hashes compared.
    case scan
    /// A BK-tree in memory.
    case bktree
  }

  @Argument var method: Method
  @Argument(help: "The database, or the file of hashes in binary.") var source: String
  @Argument(help: "Queries, one hash a line.") var queries: String
  @Option var radius = 31
  @Option var kind = "pdq"
  @Option var rounds = 5

  func run() throws {
    guard let kind = HashKind(named: kind) else { throw ValidationError("no such kind") }
    let text = String(decoding: try PictureFile.read(FilePath(queries)), as: UTF8.self)
    let hashes = text.split(separator: "\n").compactMap { ListedHash(kind: kind, text: $0) }
    switch method {
    case .ours:
      let moderator = Moderator(try ListStore(at: FilePath(source)))
      try time(hashes) { try moderator.explainSearch(for: [$0], radius: radius)?.found ?? 0 }
    case .batch:
      let moderator = Moderator(try ListStore(at: FilePath(source)))
      try time(
        stride(from: 0, to: hashes.count, by: 50).map { hashes[$0..<min($0 + 50, hashes.count)] }
      ) {
        try moderator.explainSearch(for: Array($0), radius: radius)?.found ?? 0
      }
    case .scan:
      let all = try bytes()
      let width = kind.byteCount
      try time(hashes) { Int(scan_all(all, all.count / width, width, $0.bytes, UInt32(radius))) }
    case .bktree:
      let all = try bytes()
      try all.withUnsafeBufferPointer { all in
        let tree = bk_build(all.baseAddress, all.count / kind.byteCount, kind.byteCount)
        defer { bk_free(tree) }
        try time(hashes) { Int(bk_search(tree, $0.bytes, UInt32(radius))) }
      }
    }
  }

  private func bytes() throws -> [UInt8] {
    var limits = DecodingLimits()
    limits.bytes = 1 << 34
    return try PictureFile.read(FilePath(source), limits: limits)
  }

  private func time(_ hashes: [ListedHash], _ search: (ListedHash) throws -> Int) throws {
    try time(hashes.map { [$0] }) { try search($0[$0.startIndex]) }
  }

  /// Times each group of queries, and prints the median for one query of it.
  private func time<Group: Collection>(
    _ groups: [Group], _ search: (Group) throws -> Int
  ) throws {
    var found = 0
    for round in 0...rounds {
      var times: [Double] = []
      found = 0
      for group in groups {
        let start = ContinuousClock.now
        found += try search(group)
        times.append((ContinuousClock.now - start) / .microseconds(1) / Double(group.count))
      }
      // The first brings everything in.
      if round > 0 { print(times.sorted()[times.count / 2]) }
    }
    print(found)
  }
}
