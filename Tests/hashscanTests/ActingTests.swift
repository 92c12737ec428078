import Foundation
import SystemPackage
import TestSupport
import Testing

/// What is done with matches: moved out of sight and brought back, or handed to a program.
@Suite struct ActingTests {
  private let hashscan: HashScanProcess

  init() throws {
    hashscan = try HashScanProcess()
    let list = TestFiles.fixtures.appending("blocklist.csv").string
    _ = try hashscan.run("import", list, "--list", "demo")
    let picture = TestFiles.fixtures.appending("uploads/2026/11/dunes.webp")
    for name in ["a.webp", "b c.webp", "sub/same\nbytes.webp"] {
      try hashscan.folder.write(TestFiles.bytes(of: picture), to: "up/\(name)")
    }
    try hashscan.folder.write(
      TestFiles.bytes(of: TestFiles.fixtures.appending("uploads/glacier.jpg")), to: "up/clean.jpg")
  }

  private func files(in folder: String) throws -> [String] {
    TestFiles.files(below: hashscan.folder.path(folder)).map { $0.lastComponent?.string ?? "" }
  }

  @Test func nothingIsMovedWithoutAYes() throws {
    let result = try hashscan.run("scan", "up", "--quarantine", "q")
    #expect(result.status == 1)
    #expect(result.lines.count { $0.contains("would be quarantined") } == 3)
    #expect(try files(in: "up").count == 4)
    #expect(!FileManager.default.fileExists(atPath: hashscan.folder.path("q").string))
  }

  @Test(arguments: [[], ["--no-ledger"]])
  func movedFilesComeBack(_ options: [String]) throws {
    let before = try files(in: "up")
    let result = try hashscan.run(
      arguments: ["scan", "up", "--quarantine", "q", "--yes"] + options)
    #expect(result.status == 1 && result.lines.count { $0.contains(": quarantined as ") } == 3)
    #expect(try files(in: "up") == ["clean.jpg"])
    #expect(try hashscan.run("scan", "up").status == 0)
    let listed = try hashscan.run("quarantine", "list", "q")
    #expect(listed.lines.count { $0.hasPrefix("  from ") } == 3)
    let name = String(try #require(listed.output.split(separator: ":").first))
    #expect(try hashscan.run("quarantine", "restore", "q", String(name.prefix(8))).status == 0)
    #expect(try files(in: "up") == before && files(in: "q") == [])
    #expect(try hashscan.run("quarantine", "restore", "q", name).status == 2)
  }

  /// A list that was wrong: all that it has moved comes back, and what cannot come back stays.
  @Test func everythingComesBack() throws {
    let before = try files(in: "up")
    let clean = hashscan.folder.path("up/clean.jpg").string
    _ = try hashscan.run("takedown", clean, "--reason", "x", "--list", "own", "--yes")
    _ = try hashscan.run("scan", "up", "--quarantine", "q", "--yes")
    #expect(try files(in: "up") == [])
    let own = try hashscan.run("quarantine", "restore", "q", "--list", "own")
    #expect(try own.status == 0 && files(in: "up") == ["clean.jpg"])
    try hashscan.folder.write("in the way", to: "up/a.webp")
    let half = try hashscan.run("quarantine", "restore", "q", "--all")
    #expect(half.status == 2 && half.errors.contains("up/a.webp"))
    _ = try hashscan.runShell("rm \(hashscan.folder.path("up/a.webp"))")
    #expect(try hashscan.run("quarantine", "restore", "q", "--all").status == 0)
    #expect(try files(in: "up") == before && files(in: "q") == [])
    #expect(try hashscan.run("quarantine", "restore", "q").status == 64)
  }

  @Test func aRematchMovesToo() throws {
    _ = try hashscan.run("scan", "up")
    let picture = hashscan.folder.path("up/clean.jpg").string
    _ = try hashscan.run("takedown", picture, "--reason", "test", "--list", "own", "--yes")
    let result = try hashscan.run("rematch", "--quarantine", "q", "--yes", "--json")
    #expect(
      result.status == 1 && result.output.contains("\"quarantine\":{\"done\":true,\"name\":\""))
    #expect(!FileManager.default.fileExists(atPath: picture))
  }

  /// Only what is scanned is moved; what has the same bytes elsewhere is told.
  @Test func filesElsewhereAreToldAndStay() throws {
    _ = try hashscan.run("scan", "up")
    let result = try hashscan.run(
      "scan", "up", "--exclude", "sub", "--quarantine", "q", "--yes")
    #expect(result.lines.count { $0.contains(": quarantined as ") } == 2)
    #expect(result.errors.contains("sub/same\\u{a}bytes.webp: had the bytes of"))
    #expect(try files(in: "up").contains("same\nbytes.webp"))
  }

  @Test func purgedFilesAreGone() throws {
    _ = try hashscan.run("scan", "up", "--quarantine", "q", "--yes")
    #expect(
      try hashscan.run("quarantine", "purge", "q", "--older-than", "1d").lines == [
        "0 files would be deleted (--yes does it)."
      ])
    usleep(2_100_000)
    let tried = try hashscan.run("quarantine", "purge", "q", "--older-than", "1s")
    #expect(tried.lines.count == 2)
    #expect(try files(in: "q").count == 2)
    _ = try hashscan.run("quarantine", "purge", "q", "--older-than", "1s", "--yes")
    #expect(try files(in: "q") == [])
  }

  /// The program gets each path as one argument, whatever is in it, and a line of JSON.
  @Test func aProgramIsStartedForEachMatch() throws {
    try hashscan.folder.write(
      "#!/bin/sh\nprintf '%s|' \"$@\" >> seen.txt; cat >> seen.json\n", to: "note")
    chmod(hashscan.folder.path("note").string, 0o755)
    let result = try hashscan.run(
      "scan", "up", "--exec", "./note", "--exec-argument", "--path={}", "--exec-argument", "-x")
    #expect(result.status == 1)
    let seen = try String(contentsOfFile: hashscan.folder.path("seen.txt").string, encoding: .utf8)
    #expect(
      seen == "--path=up/a.webp|-x|--path=up/b c.webp|-x|--path=up/sub/same\nbytes.webp|-x|")
    let json = try String(contentsOfFile: hashscan.folder.path("seen.json").string, encoding: .utf8)
    #expect(json.split(separator: "\n").count == 3 && json.contains("\"action\":\"block\""))
    let trial = try hashscan.run("scan", "up", "--exec", "./note", "--dry-run")
    #expect(trial.output.contains("./note would be started"))
  }

  @Test(arguments: [
    ("/bin/false", "ended with status 1"), ("/nowhere", "cannot be started"),
  ])
  func aProgramThatFailsIsTold(_ program: String, _ message: String) throws {
    let result = try hashscan.run("scan", "up", "--exec", program)
    #expect(result.status == 1 && result.errors.contains(message))
  }

  @Test func contradictionsAreRefused() throws {
    #expect(try hashscan.run("scan", "up", "--yes").status == 64)
    #expect(
      try hashscan.run("scan", "up", "--quarantine", "q", "--yes", "--dry-run").status == 64)
    #expect(try hashscan.run("scan", "up", "--exec-argument", "x").status == 64)
    chmod(hashscan.folder.path("up").string, 0o755)
    let open = try hashscan.run("scan", "up", "--quarantine", "up", "--yes")
    #expect(open.status == 2 && open.errors.contains("chmod 700"))
  }
}
