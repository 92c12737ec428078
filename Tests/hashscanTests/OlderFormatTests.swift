import HashEngine
import SystemPackage
import TestSupport
import Testing

/// A database of format 2, made by the last program that wrote it (see `Fixtures/format-2/make.sh`), gives
/// the same results as then.
@Suite struct OlderFormatTests {
  private let hashscan: HashScanProcess
  private let fixture = TestFiles.fixtures.appending("format-2")

  init() throws {
    hashscan = try HashScanProcess()
    try hashscan.folder.write(
      TestFiles.bytes(of: fixture.appending("db/data.mdb")), to: "db/data.mdb")
  }

  private func expected(_ name: String) throws -> String {
    String(
      decoding: try TestFiles.bytes(of: fixture.appending("expected").appending(name)),
      as: UTF8.self)
  }

  @Test func itAnswersAsBefore() throws {
    // Whether a list is in force was not told then.
    let lists = try hashscan.run("lists", "--json").output
    #expect(
      try lists.replacing(/"(in_force|stale)":(true|false),/, with: "")
        .replacing(/,"(in_force|stale)":(true|false)/, with: "") == expected("lists"))
    #expect(try hashscan.run("audit", "show", "--json").output == expected("journal"))
    #expect(try hashscan.run("audit", "verify").status == 0)
    #expect(try hashscan.run("index", "verify").status == 0)
    for list in ["demo", "takedown", "allow", "small", "files"] {
      #expect(
        try hashscan.run("list", "history", list, "--json").output == expected("history-\(list)"))
      #expect(try export(list) == expected("export-\(list)"))
    }
  }

  /// Without its first line, which says when it was written.
  private func export(_ list: String) throws -> String {
    let output = try hashscan.run("export", "--list", list).output
    return String(output[output.index(after: output.firstIndex(of: "\n") ?? output.startIndex)...])
  }

  @Test func itFindsWhatItFound() throws {
    let uploads = TestFiles.fixtures.appending("uploads").string
    let scan = try hashscan.run("scan", uploads, "--json")
    #expect(scan.status == 1)
    let lines = scan.output.replacing(TestFiles.fixtures.string, with: "Fixtures")
    // How many hashes were looked up, and how near a view comes, is no matter of the format.
    func found(_ text: String) -> String {
      text.replacing(/"hashes_asked":\d+,/, with: "").replacing(/"distance":\d+,/, with: "")
        .replacing(/,"view":"[^"]*"/, with: "")
    }
    #expect(try found(lines) == found(expected("scan")))
  }

  @Test func itsLastChangeCanStillBeUndone() throws {
    #expect(try hashscan.run("list", "undo", "demo").status == 0)
    #expect(try export("demo") == expected("export-demo-undone"))
    #expect(try hashscan.run("index", "verify").status == 0)
  }

  @Test func itTakesChangesAndStaysWhole() throws {
    let picture = TestFiles.fixtures.appending("uploads/lagoon-lossless.webp").string
    #expect(try hashscan.run("takedown", picture, "--reason", "r", "--case", "20").status == 0)
    #expect(try hashscan.run("release", "--case", "17").status == 0)
    #expect(try hashscan.run("audit", "verify").status == 0)
    let journal = try hashscan.run("audit", "show", "--json").output
    #expect(try journal.hasPrefix(expected("journal")))
    // Its key is made once and stays.
    let store = try ListStore(at: hashscan.database)
    let (first, second) = (try store.installationKey(), try store.installationKey())
    #expect(first.name(of: [1]) == second.name(of: [1]))
  }
}
