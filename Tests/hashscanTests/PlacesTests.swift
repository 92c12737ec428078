import Foundation
import SystemPackage
import TestSupport
import Testing

/// Where databases lie, where output goes, and what is in force: nothing of it may make a command green that did
/// nothing.
@Suite struct PlacesTests {
  private let hashscan: HashScanProcess
  private let list = TestFiles.fixtures.appending("blocklist.csv").string
  private let picture = TestFiles.fixtures.appending("uploads/2026/10/aurora-recompressed.jpg")
    .string
  private let other = TestFiles.fixtures.appending("uploads/glacier.jpg").string

  init() throws {
    hashscan = try HashScanProcess()
    _ = try hashscan.run("import", list, "--list", "demo")
  }

  /// Every command that prints something.
  private static let printing = [
    "scan PICTURE", "scan PICTURE --json", "scan PICTURE --csv", "hash PICTURE",
    "hash PICTURE --json",
    "compare PICTURE PICTURE", "lookup HASH", "lookup HASH --json", "lists", "lists --json",
    "list show demo",
    "list history demo", "list set demo --note x", "entry show demo case-1",
    "entry disable demo case-1", "entry enable demo case-1", "export --list demo", "audit",
    "audit --json", "audit verify", "index stats", "index verify", "index seal",
    "index explain HASH",
    "db verify", "db upgrade", "db backup NEW", "import LIST --list more", "list undo more",
    "takedown PICTURE --reason r --case 1", "takedown PICTURE --reason r --preview .",
    "case show 1",
    "allow PICTURE --reason r", "release --case 1", "list create other", "list remove more --yes",
    "--help", "--version", "scan --help", "--generate-completion-script bash",
  ]

  @Test func outputThatCannotBeWrittenIsAnError() throws {
    let text = String(decoding: try TestFiles.bytes(of: FilePath(list)), as: UTF8.self)
    let hash = try #require(text.firstMatch(of: /[0-9a-f]{64}/)).output
    for (number, command) in Self.printing.enumerated() {
      let line = command.replacing("PICTURE", with: picture).replacing("LIST", with: list)
        .replacing("HASH", with: hash)
        .replacing("NEW", with: hashscan.folder.path("new-\(number)").string)
      let result = try hashscan.runShell(
        "hashscan \(line) \(number % 3 == 0 ? ">&-" : "> /dev/full")")
      // A match is told by the status, whatever became of the output.
      let isSearch = ["scan P", "compare", "lookup"].contains { command.hasPrefix($0) }
      #expect(result.status == 2 || isSearch && result.status == 1, "\(line)")
      #expect(result.errors.contains("the output could not be written"), "\(line)")
    }
  }

  /// The next file that is opened must not get the number of a descriptor that was left closed.
  @Test(arguments: ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
  func closedDescriptorsDoNotReachTheDatabase(_ closed: String) throws {
    let result = try hashscan.runShell("hashscan import \(list) --list again \(closed)")
    #expect(result.status == (closed.contains(" >&-") || closed == ">&-" ? 2 : 0))
    #expect(try hashscan.run("db", "verify").status == 0)
    #expect(try hashscan.run("list", "show", "again").output.hasPrefix("again  6 entries"))
  }

  @Test func anExpiredListIsNoGreenJob() throws {
    #expect(try hashscan.run("list", "set", "demo", "--expires", "2020-01-01").status == 0)
    for command in [
      ["scan", other], ["scan", other, "--list", "demo"],
      ["lookup", String(repeating: "0f", count: 32)],
    ] {
      let result = try hashscan.run(arguments: command)
      #expect(result.status == 2 && result.errors.contains("no list is in force"))
    }
    let lists = try hashscan.run("lists")
    #expect(
      lists.output.contains("EXPIRED") && lists.errors.contains("WARNING: no list is in force"))
    // Beside one that is in force it is told.
    _ = try hashscan.run("import", list, "--list", "more")
    let scan = try hashscan.run("scan", other)
    #expect(scan.status == 0 && scan.errors.contains("list demo has expired"))
  }

  @Test func aStaleListIsTold() throws {
    #expect(try hashscan.run("list", "set", "demo", "--stale-after", "14d").status == 0)
    #expect(try hashscan.run("scan", other).errors.isEmpty)
    #expect(try hashscan.run("list", "set", "demo", "--stale-after", "1s").status == 0)
    usleep(2_200_000)
    let scan = try hashscan.run("scan", other)
    #expect(scan.status == 0 && scan.errors.contains("list demo is stale"))
    #expect(try hashscan.run("lists").output.contains("STALE"))
    // An import is news of the list, even of a file that changes nothing.
    #expect(try hashscan.run("list", "set", "demo", "--stale-after", "1h").status == 0)
    #expect(try hashscan.run("import", list, "--list", "demo").output.contains("0 added"))
    #expect(try hashscan.run("scan", other).errors.isEmpty)
    for age in ["soon", "0d", "-1d", "14"] {
      #expect(try hashscan.run("list", "set", "demo", "--stale-after", age).status == 64)
    }
    #expect(try hashscan.run("list", "set", "demo", "--stale-after", "none").status == 0)
  }

  @Test func aScanOfNothingIsTold() throws {
    let empty = try hashscan.folder.write("", to: "empty")
    let scan = try hashscan.run("scan", "--files-from", "-", input: empty)
    #expect(scan.status == 0 && scan.errors.contains("there was no file to scan"))
    #expect(
      try hashscan.run("scan", "--files-from", "-", "--fail-on-empty", input: empty).status == 2)
    #expect(try hashscan.run("scan", other, "--fail-on-empty").status == 0)
  }

  @Test func eachChangeSaysWhichDatabase() throws {
    let told = "database: \(hashscan.database)\n"
    for command in [
      ["import", list, "--list", "demo"], ["takedown", other, "--reason", "r"],
      ["list", "disable", "demo"],
      ["entry", "disable", "demo", "case-1"], ["list", "undo", "takedown"],
    ] {
      #expect(try hashscan.run(arguments: command).errors.contains(told), "\(command)")
    }
    #expect(try !hashscan.run("lists").errors.contains(told))
  }

  @Test func bothNamesOfTheOptionAreTaken() throws {
    let place = hashscan.folder.path("elsewhere").string
    #expect(try hashscan.run("import", list, "--list", "l", "--database", place).status == 0)
    #expect(try hashscan.run("lists", "--db", place).output.hasPrefix("l  6 entries"))
  }

  @Test func backupsAreRestored() throws {
    let copy = hashscan.folder.path("copy").string
    #expect(try hashscan.run("db", "backup", copy).output.contains("1 list with 6 entries"))
    #expect(try hashscan.run("db", "backup", copy).status == 2)
    #expect(try hashscan.run("db", "verify", "--database", copy).status == 0)
    #expect(try hashscan.run("list", "remove", "demo", "--yes").status == 0)
    #expect(try hashscan.run("scan", picture).status == 2)
    let restored = try hashscan.run("db", "restore", copy)
    #expect(restored.status == 0 && restored.output.contains("before-restore-"))
    #expect(try hashscan.run("scan", picture).status == 1)
    #expect(try hashscan.run("db", "restore", hashscan.folder.path("none").string).status == 2)
    #expect(try hashscan.run("audit", "--action", "restore").lines.count == 1)
    #expect(try hashscan.run("db", "upgrade").output.contains("already"))
  }

  /// A database of an earlier version is kept as it was, whatever opened it first.
  @Test func anUpgradeKeepsTheEarlierDatabase() throws {
    let place = "old"
    try hashscan.folder.write(
      TestFiles.bytes(of: TestFiles.fixtures.appending("format-2/db/data.mdb")),
      to: "\(place)/data.mdb")
    let path = hashscan.folder.path(place).string
    let upgraded = try hashscan.run("db", "upgrade", "--database", path)
    #expect(upgraded.status == 0 && upgraded.output.contains("upgraded from format 2 to 3"))
    #expect(try hashscan.run("db", "verify", "--database", path).status == 0)
    let kept = "\(path)/before-upgrade-from-format-2"
    #expect(FileManager.default.fileExists(atPath: "\(kept)/data.mdb"))
    #expect(
      try hashscan.run("db", "upgrade", "--database", kept).output.contains(
        "upgraded from format 2"))
  }

  @Test func theJournalIsFiltered() throws {
    _ = try hashscan.run("takedown", other, "--reason", "because", "--case", "17")
    _ = try hashscan.run("list", "disable", "demo")
    #expect(try hashscan.run("audit").lines.count == 3)
    #expect(try hashscan.run("audit", "--list", "demo").lines.count == 2)
    #expect(try hashscan.run("audit", "--case", "17").lines.count == 1)
    #expect(try hashscan.run("audit", "--user", "\(getuid())").lines.count == 3)
    #expect(try hashscan.run("audit", "--user", "12345").lines.isEmpty)
    #expect(try hashscan.run("audit", "--user", "nobody-of-that-name").status == 64)
    #expect(try hashscan.run("audit", "--since", "2100-01-01").lines.isEmpty)
    #expect(try hashscan.run("audit", "--until", "2100-01-01").lines.count == 3)
    let line = try #require(try hashscan.run("audit", "--action", "takedown").lines.first)
    #expect(line.contains("  takedown  takedown: 1 added  (because)  case 17"))
    let shown = try hashscan.run("case", "show", "17")
    #expect(shown.lines.count == 2 && shown.lines[0].contains("  active  "))
    #expect(try hashscan.run("case", "show", "18").status == 2)
  }
}
