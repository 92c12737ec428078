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
      #expect(result.status == 2, "\(line)")
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

  /// What an operator goes back from and upgrades again is kept each time.
  @Test func everyUpgradeKeepsWhatWasThere() throws {
    let format2 = try TestFiles.bytes(of: TestFiles.fixtures.appending("format-2/db/data.mdb"))
    let place = hashscan.folder.path("twice")
    for number in 1...2 {
      try hashscan.folder.write(format2, to: "twice/data.mdb")
      try? FileManager.default.removeItem(atPath: place.appending("lock.mdb").string)
      let told = try hashscan.run("lists", "--database", place.string)
      #expect(told.status == 0 && told.errors.contains("upgraded from format 2"))
      let kept = place.appending(
        "before-upgrade-from-format-2" + (number == 1 ? "" : "-\(number)"))
      #expect(try TestFiles.bytes(of: kept.appending("data.mdb")) == format2)
    }
  }

  @Test func aLinkThatLeadsNowhereIsNoDatabase() throws {
    let link = hashscan.folder.path("link").string
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "nowhere")
    for command in [["import", list, "--list", "l"], ["lists"], ["scan", picture]] {
      let result = try hashscan.run(arguments: command + ["--database", link])
      #expect(result.status == 2 && result.errors.contains("no database here"), "\(command)")
    }
  }

  /// A new file system has a folder of its own.
  @Test func aMountedDiskIsEmpty() throws {
    let disk = hashscan.folder.path("disk").string
    try FileManager.default.createDirectory(
      atPath: disk + "/lost+found", withIntermediateDirectories: true)
    let result = try hashscan.run("import", list, "--list", "l", "--database", disk)
    #expect(result.status == 0 && result.errors.contains("(a new one)"))
    try hashscan.folder.write("x", to: "other/file")
    let other = hashscan.folder.path("other").string
    #expect(try hashscan.run("import", list, "--list", "l", "--database", other).status == 2)
  }

  @Test func aQuietImportSaysOnlyWhatIsWrong() throws {
    let quiet = try hashscan.run("import", list, "--list", "demo", "--quiet")
    #expect(quiet.status == 0 && quiet.output.isEmpty && quiet.errors.isEmpty)
  }

  @Test func copiesOfTheJournalAreCompared() throws {
    let copy = try hashscan.folder.write(try hashscan.run("audit", "--json").output, to: "copy")
      .string
    #expect(
      try hashscan.run("audit", "verify", copy).output.contains("the first 1 are as in the copy"))
    for text in ["", "1  2026-11-27T00:00:00Z  root  import"] {
      let other = try hashscan.folder.write(text, to: "other").string
      #expect(try hashscan.run("audit", "verify", other).status == 2)
    }
  }

  @Test(arguments: ["2026-11-31", "2026-02-29", "2026-13-01"])
  func daysThatAreNoneAreRefused(_ day: String) throws {
    #expect(try hashscan.run("list", "set", "demo", "--expires", day).status == 64)
    #expect(try hashscan.run("entry", "disable", "demo", "case-1", "--until", day).status == 64)
    #expect(
      try hashscan.run("entry", "disable", "demo", "case-1", "--until", "2020-01-01").status == 64)
  }

  /// An import that was undone, or of which most was refused, is no news.
  @Test func onlyRealImportsAreNews() throws {
    func imported() throws -> String? {
      try hashscan.run("lists", "--json").output.firstMatch(of: /"source":"([^"]*)"/).map {
        String($0.output.1)
      }
    }
    #expect(try imported() == list.replacing("/", with: "\\/") || imported() == list)
    let first = try imported()
    let bad = try hashscan.folder.write(
      "id,pdq\nnew,\(String(repeating: "3c", count: 32))\n"
        + String(repeating: "x,zz\n", count: 20), to: "bad.csv")
    #expect(try hashscan.run("import", bad.string, "--list", "demo").status == 3)
    #expect(try imported() == first)
    let good = try hashscan.folder.write(
      "id,pdq\nnew2,\(String(repeating: "5a", count: 32))\n", to: "good.csv")
    #expect(try hashscan.run("import", good.string, "--list", "demo").status == 0)
    #expect(try imported() != first)
    #expect(try hashscan.run("list", "undo", "demo").status == 0)
    #expect(try imported() == first)
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
