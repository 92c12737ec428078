import Foundation
import SystemPackage
import TestSupport
import Testing

/// Lists, takedowns and the journal at the command line.
@Suite struct ListCommandTests {
  private let hashscan: HashScanProcess
  private let fixtures = TestFiles.fixtures
  private static let md5 = "9caa72b00ef0d7a3c3c528c73073cbbd"

  init() throws { hashscan = try HashScanProcess() }

  private func object(_ line: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  /// From a report to a picture that stays down, as the README walks through it.
  @Test func aReportedPictureIsTakenDownAndReleased() throws {
    let picture = fixtures.appending("uploads/glacier.jpg").string
    let copies = hashscan.folder.path("site")
    for name in ["a.jpg", "b.jpg"] {
      let bytes = try TestFiles.bytes(of: fixtures.appending("uploads/glacier.jpg"))
      try hashscan.folder.write(bytes, to: "site/\(name)")
    }
    try hashscan.folder.write(
      TestFiles.bytes(of: fixtures.appending("uploads/2026/11/dunes.webp")), to: "site/other.webp")
    let preview = try hashscan.run(
      "takedown", picture, "--reason", "reported", "--case", "17", "--preview", copies.string)
    #expect(preview.status == 0)
    #expect(preview.lines.filter { $0.contains("would be found, ") }.count == 2)
    #expect(preview.lines.last?.hasPrefix("Nothing was listed") == true)
    #expect(!FileManager.default.fileExists(atPath: hashscan.database.string))
    let done = try hashscan.run(
      "takedown", picture, "--reason", "reported", "--case", "17", "--preview", copies.string,
      "--yes")
    #expect(done.lines.last?.contains(": listed on takedown as auto-") == true)
    let scan = try hashscan.run("scan", copies.string)
    #expect(scan.status == 1 && scan.output.contains("2 matched, 1 did not"))
    let entry = try #require(done.lines.last?.split(separator: " ").last).description
    let shown = try hashscan.run("entry", "show", "takedown", entry)
    #expect(try object(shown.output)["case"] as? String == "17")
    #expect(!shown.output.contains("hashes\":{\"pdq\":[\""))
    #expect(try hashscan.run("release", "--case", "17").output == "takedown: 1 withdrawn\n")
    // Nothing is listed any more: that is not the same as no match.
    let empty = try hashscan.run("scan", copies.string)
    #expect(empty.status == 2 && empty.errors.contains("no list is in force"))
    #expect(try hashscan.run("release", "--case", "17").status == 2)
    let audit = try hashscan.run("audit", "--json")
    #expect(try audit.lines.map { try object($0)["action"] as? String } == ["takedown", "release"])
    #expect(try hashscan.run("audit", "verify").output == "2 lines, each follows the one before\n")
    let copy = try hashscan.folder.write(audit.output, to: "journal").string
    #expect(try hashscan.run("audit", "verify", copy).status == 0)
    try hashscan.folder.write(audit.output.replacing("17", with: "18"), to: "journal")
    #expect(try hashscan.run("audit", "verify", copy).status == 1)
  }

  @Test func aFalsePositiveIsAllowed() throws {
    let list = fixtures.appending("blocklist.csv").string
    let copy = fixtures.appending("uploads/2026/10/aurora-recompressed.jpg").string
    #expect(try hashscan.run("import", list, "--list", "demo").status == 0)
    #expect(try hashscan.run("scan", copy).status == 1)
    let allowed = try hashscan.run("allow", copy, "--reason", "a painting")
    #expect(allowed.lines.last == "  excuses demo case-1")
    let scan = try hashscan.run("scan", copy)
    #expect(scan.status == 0)
    #expect(scan.output.contains(": allowed demo case-1") && scan.output.contains(" 1 allowed,"))
    let line = try object(try hashscan.run("scan", copy, "--json").output)
    #expect(line["action"] as? String == "allow" && line["verdict"] as? String == "match")
  }

  @Test func listsAreMadeSetShownAndRemoved() throws {
    let made = try hashscan.run(
      "list", "create", "look", "--meaning", "review", "--pdq-radius", "20", "--note", "n")
    #expect(made.output.hasPrefix("look  0 entries  review  empty  made "))
    #expect(made.output.hasSuffix("  pdq 20  standard  phash64 4  serial 0  (n)\n"))
    #expect(made.errors == "database: \(hashscan.database) (a new one)\n")
    #expect(try hashscan.run("list", "create", "look").status == 2)
    #expect(try hashscan.run("list", "set", "look", "--expires", "2030-01-01").status == 0)
    #expect(try hashscan.run("list", "set", "look", "--expires", "soon").status == 64)
    #expect(try hashscan.run("list", "set", "look", "--pdq-radius", "999").status == 2)
    #expect(try hashscan.run("list", "disable", "look").output.contains("disabled"))
    let shown = try object(try hashscan.run("list", "show", "look", "--json").output)
    #expect(shown["expires"] as? String == "2030-01-01T00:00:00Z")
    #expect(shown["enabled"] as? Bool == false && shown["meaning"] as? String == "review")
    #expect(try hashscan.run("list", "enable", "look").status == 0)
    #expect(try hashscan.run("list", "remove", "look").status == 2)
    #expect(try hashscan.run("list", "remove", "look", "--yes").status == 0)
    #expect(try hashscan.run("list", "show", "look").status == 2)
    #expect(try hashscan.run("lists").output.isEmpty)
  }

  @Test func viewsAreAskedAsListsAndCommandsSay() throws {
    let list = fixtures.appending("blocklist.csv").string
    #expect(try hashscan.run("import", list, "--list", "demo").status == 0)
    let copy = fixtures.appending("edited/bordered-mirrored.jpg").string
    let found = try hashscan.run("scan", copy)
    #expect(found.status == 1 && found.lines[0].hasSuffix("trimmed 2.8,3.7,97.2,96.3, mirrored"))
    #expect(try hashscan.run("scan", copy, "--effort", "exact").status == 0)
    #expect(try hashscan.run("scan", copy, "--effort", "some").status == 64)
    #expect(try hashscan.run("list", "set", "demo", "--effort", "exact").status == 0)
    #expect(try hashscan.run("scan", copy).status == 0)
    let line = try object(try hashscan.run("scan", copy, "--effort", "standard", "--json").output)
    let match = try #require((line["matches"] as? [[String: Any]])?.first)
    #expect(match["view"] as? String == "trimmed 2.8,3.7,97.2,96.3, mirrored")
    #expect(try #require(line["hashes_asked"] as? Int) > 5)

    let cropped = fixtures.appending("edited/cropped-2.jpg").string
    #expect(try hashscan.run("scan", cropped).status == 0)
    let set = try hashscan.run("list", "set", "demo", "--review-radius", "default")
    #expect(set.output.contains("pdq 31 review 47  exact"))
    let review = try hashscan.run("scan", cropped)
    #expect(
      review.status == 1 && review.output.contains(": review demo case-4 [dunes] pdq distance"))
    #expect(try hashscan.run("list", "set", "demo", "--review-radius", "none").status == 0)
    #expect(try hashscan.run("scan", cropped).status == 0)
    #expect(try hashscan.run("list", "set", "demo", "--review-radius", "wide").status == 64)
    #expect(try hashscan.run("list", "set", "demo", "--review-radius", "300").status == 2)
  }

  @Test func cropsAreListedIfTheyAreAsked() throws {
    let original = fixtures.appending("uploads/glacier.jpg").string
    let cropped = fixtures.appending("edited/cropped-5.jpg").string
    let listed = try hashscan.run("takedown", original, "--reason", "r", "--crops")
    #expect(listed.status == 0)
    let found = try hashscan.run("scan", cropped)
    #expect(found.status == 1 && found.lines[0].hasSuffix(", of its part 5,5,95,95"))
    let id = try #require(listed.output.split(whereSeparator: \.isWhitespace).last).description
    let entry = try object(try hashscan.run("entry", "show", "takedown", id).output)
    #expect(try #require(entry["crops"] as? Int) >= 20)
  }

  @Test func importsHaveReceiptsAndAreTakenBack() throws {
    let list = try hashscan.folder.write("\(Self.md5),a\nbad\n", to: "list.txt").string
    let dry = try hashscan.run("import", list, "--list", "l", "--dry-run")
    #expect(dry.output.hasSuffix("a dry run, nothing was changed\n"))
    #expect(try hashscan.run("lists").output.isEmpty)
    let receipt = try object(try hashscan.run("import", list, "--list", "l", "--json").output)
    #expect(receipt["added"] as? Int == 1 && receipt["rejected"] as? Int == 1)
    #expect((receipt["source_sha256"] as? String)?.count == 64)
    let history = try hashscan.run("list", "history", "l")
    #expect(history.lines.count == 1 && history.output.contains("list.txt: 1 added"))
    #expect(try hashscan.run("lookup", "--kind", "md5", Self.md5).status == 1)
    #expect(try hashscan.run("list", "undo", "l").status == 0)
    #expect(try hashscan.run("lookup", "--kind", "md5", Self.md5).status == 2)
    #expect(try hashscan.run("list", "undo", "l").status == 2)
  }

  @Test func exportsGoThroughPipes() throws {
    let list = fixtures.appending("blocklist.csv").string
    #expect(try hashscan.run("import", list, "--list", "demo").status == 0)
    for format in ["jsonl", "csv", "text"] {
      let export = try hashscan.run("export", "--list", "demo", "--format", format)
      #expect(export.status == 0)
      let file = try hashscan.folder.write(export.output, to: "export")
      let again = try hashscan.run(
        "import", "-", "--list", "copy-\(format)", "--kind", "pdq", "--format", format, input: file)
      #expect(
        again.output.contains(": 6 added")
          && again.errors == "database: \(hashscan.database)\n")
    }
    #expect(try hashscan.run("export", "--list", "none").status == 2)
  }

  @Test func aTakedownOfWhatIsNoPictureListsNothing() throws {
    let text = fixtures.appending("uploads/broken/a-text.jpg").string
    let picture = fixtures.appending("uploads/glacier.jpg").string
    let result = try hashscan.run("takedown", picture, text, "--reason", "r")
    #expect(result.status == 2 && result.errors.contains("nothing was listed"))
    #expect(try hashscan.run("lists").status == 2)
  }

  /// The README's walkthrough gives what it says, word for word.
  @Test func theWalkthroughIsTrue() throws {
    let readme = String(
      decoding: try TestFiles.bytes(of: TestFiles.root.appending("README.md")), as: UTF8.self)
    let after = try #require(readme.split(separator: "## From nothing", maxSplits: 1).last)
    let section = try #require(after.split(separator: "\n## ", maxSplits: 1).first)
    var steps: [(command: String, output: [String])] = []
    for line in section.split(separator: "\n") where line.hasPrefix("    ") {
      let text = String(line.dropFirst(4))
      if text.hasPrefix("hashscan ") {
        steps.append((text, []))
      } else if !steps.isEmpty {
        steps[steps.count - 1].output.append(text)
      }
    }
    #expect(steps.count == 9)
    // How long a scan takes is not the same everywhere.
    func withoutTime(_ line: String) -> String {
      line.replacing(#/in \d+\.\d s/#, with: "in a moment")
    }
    for step in steps {
      let result = try hashscan.runShell(step.command)
      #expect(result.lines.map(withoutTime) == step.output.map(withoutTime), "\(step.command)")
    }
  }
}
