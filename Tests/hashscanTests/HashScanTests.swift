import Foundation
import HashEngine
import SystemPackage
import TestSupport
import Testing

@Suite struct HashScanTests {
  private let hashscan: HashScanProcess
  private let uploads = TestFiles.fixtures.appending("uploads").string
  private let store = TestFiles.fixtures.appending("blocklist.csv").string

  init() throws { hashscan = try HashScanProcess() }

  private func importFixtures() throws {
    #expect(try hashscan.run("import", store, "--list", "demo").status == 0)
  }

  @Test func importTellsWhatItDid() throws {
    let first = try hashscan.run("import", store, "--list", "demo")
    #expect(first.status == 0)
    #expect(first.output.contains(": 6 added, 0 replaced, 0 withdrawn, 0 unchanged, 0 rejected;"))
    #expect(first.output.hasSuffix("list demo serial 0 to 1; read as csv\n"))
    let again = try hashscan.run("import", store, "--list", "demo")
    #expect(again.output.contains("0 added, 0 replaced, 0 withdrawn, 6 unchanged"))
    #expect(
      try hashscan.run("lists").output.hasPrefix("demo  6 entries  block  in force  imported "))
    #expect(try hashscan.run("lists", "--json").output.contains("\"entries\":6,"))
  }

  @Test func scanFindsTheCopiesAndTellsWhatItCouldNotScan() throws {
    try importFixtures()
    let result = try hashscan.run("scan", uploads)
    #expect(result.status == 1)
    let matches = result.lines.filter { $0.contains(": match ") }
    #expect(matches.count == 6)
    // In byte order of the paths.
    #expect(matches == matches.sorted())
    #expect(
      matches.first?.hasPrefix(
        "\(uploads)/2026/10/aurora-recompressed.jpg: match demo case-1 [aurora] pdq distance ")
        == true)
    let notScanned = result.lines.filter { $0.contains(": not scanned: ") }
    #expect(notScanned.count == 2)
    #expect(notScanned.contains { $0.contains("cut-off.jpg: not scanned: truncated after row ") })
    #expect(
      result.lines.last?.hasSuffix(
        "6 matched, 6 did not, 2 not scanned. Not scanned: 1 not-an-image, 1 truncated.") == true)
    #expect(result.errors.isEmpty)
  }

  @Test func jsonHasEveryFile() throws {
    try importFixtures()
    let result = try hashscan.run("scan", uploads, "--json")
    #expect(result.status == 1)
    let objects = try result.lines.map { line in
      try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    #expect(objects.count == 14)
    var verdicts: [String: Int] = [:]
    for object in objects { verdicts[object["verdict"] as? String ?? "", default: 0] += 1 }
    #expect(verdicts == ["match": 6, "no_match": 6, "not_scanned": 2])
    let match = try #require(objects.first?["matches"] as? [[String: Any]])
    #expect(match.first?["entry"] as? String == "case-1")
    #expect(match.first?["distance"] is Int)
    let broken = try #require(
      objects.first { ($0["path"] as? String)?.hasSuffix("cut-off.jpg") == true })
    #expect((broken["reason"] as? [String: Any])?["code"] as? String == "truncated")
    #expect(result.errors.contains("14 files"))
  }

  @Test func theStatusSaysWhatHappened() throws {
    try importFixtures()
    #expect(try hashscan.run("scan", "\(uploads)/glacier.jpg").status == 0)
    #expect(try hashscan.run("scan", "\(uploads)/2026").status == 1)
    #expect(try hashscan.run("scan", "\(uploads)/broken").status == 2)
    #expect(try hashscan.run("scan", uploads, "--radius", "0").status == 2)
    #expect(try hashscan.run("scan", "missing").status == 2)
    #expect(try hashscan.run("scan", uploads, "--radius", "257").status == 64)
    #expect(try hashscan.run("scan").status == 64)
    let nowhere = try hashscan.run("scan", uploads, "--db", "nowhere")
    #expect(nowhere.status == 2)
    #expect(
      nowhere.errors
        == "hashscan: nowhere: no database here; \"hashscan import\" makes one, \"hashscan db restore\" brings one back\n"
    )
  }

  @Test func linksAreFollowedOnlyWhenAsked() throws {
    try importFixtures()
    let manager = FileManager.default
    let folder = hashscan.folder
    try manager.createDirectory(atPath: folder.path("in").string, withIntermediateDirectories: true)
    try manager.createSymbolicLink(
      atPath: folder.path("in/picture.jpg").string,
      withDestinationPath: "\(uploads)/2026/10/aurora-recompressed.jpg")
    try manager.createSymbolicLink(
      atPath: folder.path("in/loop").string, withDestinationPath: folder.path("in").string)
    #expect(try hashscan.run("scan", "in").lines.last?.hasPrefix("Scanned 0 files") == true)
    let followed = try hashscan.run("scan", "in", "--follow-links")
    #expect(followed.status == 1)
    #expect(followed.lines.last?.hasPrefix("Scanned 1 file ") == true)
    #expect(try hashscan.run("scan", "in/picture.jpg").status == 1)
  }

  @Test func namesCannotForgeLines() throws {
    try importFixtures()
    try hashscan.folder.write("text", to: "in/a\nclean.jpg: match\u{202E}\u{1B}[2J")
    let result = try hashscan.run("scan", "in")
    #expect(result.lines.count == 2)
    #expect(
      result.lines.first?.hasPrefix("in/a\\u{a}clean.jpg: match\\u{202e}\\u{1b}[2J: not scanned: ")
        == true)
  }

  @Test func namesThatAreNoTextAreKept() throws {
    try importFixtures()
    let bytes: [CChar] = Array("in/\u{0}".utf8.dropLast().map { CChar(bitPattern: $0) }) + [-1, 0]
    try FileManager.default.createDirectory(
      atPath: hashscan.folder.path("in").string, withIntermediateDirectories: true)
    let name = try bytes.withUnsafeBufferPointer {
      FilePath(platformString: try #require($0.baseAddress))
    }
    let file = try FileDescriptor.open(
      hashscan.folder.path.pushing(name), .writeOnly, options: [.create],
      permissions: .ownerReadWrite)
    try file.close()
    let result = try hashscan.run("scan", "in", "--json")
    #expect(result.output.contains("\"path_base64\":\"aW4v/w==\""))
  }

  @Test func pathsFromAFileAndAPipe() throws {
    try importFixtures()
    let names = ["2026/10/aurora-recompressed.jpg", "glacier.jpg"].map { "\(uploads)/\($0)" }
    let lines = try hashscan.folder.write(names.joined(separator: "\n") + "\n", to: "paths")
    let zeros = try hashscan.folder.write(names.joined(separator: "\0") + "\0", to: "paths0")
    for result in [
      try hashscan.run("scan", "--files-from", "paths"),
      try hashscan.run("scan", "--files-from", "-", input: lines),
      try hashscan.run("scan", "--files-from", "-", "-0", input: zeros),
    ] {
      #expect(result.status == 1)
      #expect(result.lines.last?.contains("Scanned 2 files") == true)
    }
  }

  @Test func hashPrintsWhatImportReads() throws {
    let printed = try hashscan.run("hash", "\(uploads)/glacier.jpg", "\(uploads)/heath.png")
    #expect(printed.status == 0 && printed.lines.count == 2)
    let list = try hashscan.folder.write(printed.output, to: "own.txt")
    #expect(
      try hashscan.run("import", "-", "--list", "own", "--kind", "pdq", input: list).status == 0)
    let scanned = try hashscan.run("scan", "\(uploads)/heath.png")
    #expect(scanned.status == 1 && scanned.output.contains("pdq distance 0 quality 90"))
    let failed = try hashscan.run("hash", "\(uploads)/broken/cut-off.jpg", uploads)
    #expect(failed.status == 2 && failed.output.isEmpty)
    #expect(
      failed.errors.contains("not hashed: truncated") && failed.errors.contains("a directory"))
  }

  @Test func lookupAndCompare() throws {
    try importFixtures()
    let hash = "f7d0e08ff8677b82508e659e874f420d15f09c56bc3fb0cc24961a1fd8a8e0f6"
    let found = try hashscan.run("lookup", hash)
    #expect(found.status == 1 && found.output == "demo case-1 [aurora] pdq distance 0\n")
    let inverse = hash.map { String(15 - ($0.hexDigitValue ?? 0), radix: 16) }.joined()
    #expect(try hashscan.run("lookup", inverse).status == 0)
    #expect(try hashscan.run("lookup", String(hash.dropLast())).status == 64)
    let near = try hashscan.run("compare", hash, "\(uploads)/2026/10/aurora-recompressed.jpg")
    #expect(near.status == 1 && near.output.contains("within the radius of 31"))
    #expect(try hashscan.run("compare", hash, inverse).output.hasPrefix("distance 256 of 256"))
    #expect(try hashscan.run("compare", hash, "\(uploads)/broken/a-text.jpg").status == 2)
  }

  @Test func importRefusesWhatItCannotUse() throws {
    for (arguments, reason) in [
      (["missing.txt"], "No such file"), ([uploads], "directory"),
      (["\(uploads)/glacier.jpg"], "not a"),
    ] {
      let process = try hashscan.start(
        ["import"] + arguments + ["--list", "x", "--kind", "pdq"])
      let result = try hashscan.finish(process)
      #expect(result.status == 2, "\(arguments)")
      #expect(result.errors.contains(reason), "\(result.errors)")
      #expect(result.errors.split(separator: "\n").count >= 1)
    }
    let unstated = try hashscan.folder.write(String(repeating: "a1", count: 32), to: "list.txt")
    let result = try hashscan.run("import", unstated.string, "--list", "x")
    #expect(result.status == 2 && result.errors.contains("--kind pdq"))
    #expect(try hashscan.run("import", unstated.string).status == 64)
  }

  @Test func theStatusSaysHowMuchWasImported() throws {
    let hash = String(repeating: "0123456789abcdef", count: 4)
    func run(_ text: String, _ arguments: String...) throws -> (status: Int32, errors: String) {
      let list = try hashscan.folder.write(text, to: "list.csv").string
      let result = try hashscan.run(
        arguments: ["import", list, "--list", "x", "--kind", "pdq"] + arguments)
      return (result.status, result.errors)
    }
    #expect(try run("hash,id\n\(hash),a\n").status == 0)
    #expect(try run("hash,id\n\(hash),a\nbad,b\n").status == 3)
    #expect(try run("hash,id\nbad,b\n").status == 2)
    #expect(try run("").errors.contains("the file is empty"))
    let rows = (0..<30).map { "\(hash.dropLast(2))\($0 + 10),case-\($0)\n" }.joined()
    #expect(try run("hash,id\n" + rows).status == 0)
    let half = "hash,id\n" + rows.split(separator: "\n").prefix(15).joined(separator: "\n") + "\n"
    let kept = try run(half, "--replace")
    #expect(kept.status == 3 && kept.errors.contains("nothing was withdrawn"))
    #expect(try run(half, "--replace", "--force").status == 0)
    #expect(try run("hash,id\n" + rows, "--max-withdrawn", "101").status == 64)
  }

  /// Killed at any moment of an import, the database is as before or as after it.
  @Test func aKilledImportLeavesNothingHalfDone() throws {
    try importFixtures()
    var random = SeededGenerator(seed: 12)
    let lines = (0..<60_000).map { _ in
      (0..<4).map { _ in String(random.next() | 1 << 63, radix: 16) }.joined() + "\n"
    }
    let list = try hashscan.folder.write(lines.joined(), to: "big.txt")
    var counts: Set<Int> = []
    for round in 0..<12 {
      let process = try hashscan.start(["import", list.string, "--list", "big", "--kind", "pdq"])
      usleep(UInt32(round * 60_000))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let store = try ListStore(at: hashscan.database)
      // So many hashes are sealed when they are in: the kill may have come in the middle of that.
      #expect(try store.indexProblems(samples: 3) == [])
      let listed = try store.listedHashes()
      let indexed = try store.indexedHashes().map { ListedHash($0) }
      #expect(indexed.count == listed.count && Set(indexed) == listed)
      counts.insert(listed.count)
      // The fixtures' hashes answer as before.
      #expect(try store.lists().contains { $0.name == "demo" && $0.count == 6 })
    }
    #expect(counts.isSubset(of: [6, 60_006]))
    #expect(try hashscan.run("import", list.string, "--list", "big", "--kind", "pdq").status == 0)
    #expect(try ListStore(at: hashscan.database).listedHashes().count == 60_006)
    let stats = try hashscan.run("index", "stats")
    #expect(stats.output.contains("pdq: 60006 hashes, 0 live, 60006 sealed"))
  }

  /// A reader in one process while another imports: every answer is of the state before or after,
  /// and the next one after the commit has the new list.
  @Test func readersSeeOneStateWhileAnotherProcessImports() throws {
    try importFixtures()
    var random = SeededGenerator(seed: 17)
    let hashes = (0..<30_000).map { _ in
      (0..<4).map { _ in String(random.next() | 1 << 63, radix: 16) }.joined()
    }
    let list = try hashscan.folder.write(hashes.joined(separator: "\n"), to: "list.txt").string
    let store = try ListStore(at: hashscan.database)
    let moderator = Moderator(store, policy: MatchPolicy(pdqRadius: 31))
    func matches(_ hash: ListedHash) throws -> [Match] {
      try moderator.lookup([hash]).results[0].matches
    }
    let listed = try #require(
      ListedHash(
        kind: .pdq, text: "f7d0e08ff8677b82508e659e874f420d15f09c56bc3fb0cc24961a1fd8a8e0f6"))
    let new = try #require(ListedHash(kind: .pdq, text: hashes[12_345]))
    #expect(try matches(new).isEmpty)
    let importing = try hashscan.start(["import", list, "--list", "new", "--kind", "pdq"])
    var states: Set<Int> = []
    repeat {
      #expect(try matches(listed).map(\.entry) == ["case-1"])
      states.insert(try store.lists().reduce(0) { $0 + $1.count })
    } while importing.isRunning
    #expect(try hashscan.finish(importing).status == 0)
    #expect(states.isSubset(of: [6, 30_006]))
    #expect(try matches(new).map(\.list) == ["new"])
  }

  @Test func readersFollowADatabaseThatOutgrowsTheirMap() throws {
    var random = SeededGenerator(seed: 23)
    let hashes = (0..<20_000).map { _ in
      (0..<4).map { _ in String(random.next() | 1 << 63, radix: 16) }.joined()
    }
    func importAll(_ hashes: [String]) throws {
      let list = try hashscan.folder.write(hashes.joined(separator: "\n"), to: "list.txt").string
      #expect(try hashscan.run("import", list, "--list", "l", "--kind", "pdq").status == 0)
    }
    try importAll([hashes[0]])
    // As a reader that was started when the database was small and its map full.
    let reader = try ListStore(at: hashscan.database, mapSize: 1 << 18)
    try importAll(hashes)
    #expect(try reader.lists().map(\.count) == [20_000])
    let hash = try #require(ListedHash(kind: .pdq, text: hashes[19_000]))
    let moderator = Moderator(reader)
    let match = try #require(try moderator.lookup([hash]).results[0].matches.first)
    #expect(try reader.withdraw(entries: [match.entry], from: "l").withdrawn == 1)
    #expect(try moderator.lookup([hash]).results[0].matches.isEmpty)
  }

  @Test func theIndexIsLookedAfter() throws {
    try importFixtures()
    let hash = "f7d0e08ff8677b82508e659e874f420d15f09c56bc3fb0cc24961a1fd8a8e0f6"
    #expect(try hashscan.run("index", "stats").output.contains("pdq: 6 hashes, 6 live, 0 sealed"))
    #expect(try hashscan.run("index", "seal").output == "too few hashes to seal\n")
    #expect(try hashscan.run("index", "verify").output == "all is well\n")
    var random = SeededGenerator(seed: 16)
    let lines = (0..<5000).map { _ in
      (0..<4).map { _ in String(random.next() | 1 << 63, radix: 16) }.joined() + "\n"
    }
    let list = try hashscan.folder.write(lines.joined(), to: "list.txt").string
    #expect(try hashscan.run("import", list, "--list", "more", "--kind", "pdq").status == 0)
    #expect(try hashscan.run("index", "seal").output == "pdq: 5006 hashes sealed\n")
    #expect(try hashscan.run("index", "verify").status == 0)
    let explained = try hashscan.run("index", "explain", hash)
    #expect(explained.status == 0)
    #expect(explained.lines.first?.hasPrefix("sealed: bands within ") == true)
    #expect(explained.lines.last?.hasPrefix("1 found within 31 in ") == true)
    #expect(
      try hashscan.run("index", "explain", hash, "--radius", "200").output
        .hasPrefix("sealed: scanned, 5006 hashes compared"))
    #expect(try hashscan.run("index", "explain", hash, "--radius", "300").status == 64)
    #expect(try hashscan.run("lookup", hash).status == 1)
  }
}
