import Foundation
import SystemPackage
import TestSupport
import Testing

/// What people expect of a scan: names of any bytes, patterns, standard input, tables, Ctrl-C.
@Suite struct ScanOptionsTests {
  private let hashscan: HashScanProcess
  private let list = TestFiles.fixtures.appending("blocklist.csv").string
  private let match = TestFiles.fixtures.appending("uploads/2026/10/aurora-recompressed.jpg")

  init() throws {
    hashscan = try HashScanProcess()
    _ = try hashscan.run("import", list, "--list", "demo")
    try hashscan.folder.write(TestFiles.bytes(of: match), to: "in/a.jpg")
    try hashscan.folder.write(TestFiles.bytes(of: match), to: "in/thumbs/b.jpg")
    try hashscan.folder.write("text", to: "in/notes.txt")
    try hashscan.folder.write("text", to: "in/=1+1.txt")
  }

  @Test(arguments: [
    (["--include", "*.jpg"], 2), (["--exclude", "thumbs"], 3), (["--exclude", "*.txt"], 2),
    (["--include", "*.jpg", "--exclude", "*/thumbs/*"], 1), (["--include", "in/a*"], 1), ([], 4),
    (["--exclude", "*"], 0),
  ])
  func patternsChooseFiles(_ options: [String], _ count: Int) throws {
    let result = try hashscan.run(arguments: ["scan", "in", "--json"] + options)
    #expect(result.lines.count == count)
  }

  @Test func otherFilesAreCountedOnlyIfWanted() throws {
    let strict = try hashscan.run("scan", "in", "--include", "*.txt")
    #expect(strict.status == 2)
    let result = try hashscan.run("scan", "in", "--ignore-not-pictures")
    #expect(result.status == 1 && !result.output.contains("notes.txt"))
    #expect(result.output.contains("2 matched, 0 did not, 2 no picture, 0 not scanned."))
  }

  @Test func standardInputIsAPicture() throws {
    let result = try hashscan.run("scan", "-", input: match)
    #expect(
      result.status == 1
        && result.lines.first?.hasPrefix("standard input: match demo case-1") == true)
    let piped = try hashscan.runShell("cat \(match) | hashscan scan - --json")
    #expect(piped.status == 1 && piped.output.contains("\"path\":\"standard input\""))
    #expect(try hashscan.runShell("yes | head -c 70000000 | hashscan scan -").status == 2)
    #expect(try hashscan.run("scan", "-", "--files-from", "-").status == 64)
    #expect(try hashscan.run("scan", "-").status == 2)
  }

  @Test func quietSaysOnlyWhatIsFound() throws {
    let result = try hashscan.run("scan", "in", "-q", "--include", "*.jpg")
    #expect(result.lines.count == 2 && result.lines.allSatisfy { $0.contains(": match ") })
    let clean = TestFiles.fixtures.appending("uploads/glacier.jpg").string
    let none = try hashscan.run("scan", clean, "--quiet")
    #expect(none.status == 0 && none.output.isEmpty && none.errors.isEmpty)
  }

  @Test func tablesHaveALineForEachFile() throws {
    let result = try hashscan.run("scan", "in", "--csv")
    #expect(
      result.lines.first == "path,verdict,action,list,entry,label,kind,distance,radius,view,reason")
    #expect(result.lines.count == 5)
    #expect(
      result.lines.allSatisfy {
        $0.split(separator: ",", omittingEmptySubsequences: false).count == 11
      })
    #expect(result.lines.contains { $0.hasPrefix("in/a.jpg,match,block,demo,case-1,") })
    // No cell begins a formula.
    let bare = try hashscan.runShell(
      "cd \(hashscan.folder.path("in")) && hashscan scan =1+1.txt --csv")
    #expect(bare.lines.last?.hasPrefix("./=1+1.txt,not_scanned,") == true)
    #expect(try hashscan.run("scan", "in", "--csv", "--json").status == 64)
  }

  /// Names that are not UTF-8, as arguments, from find and xargs, and in lists of names.
  @Test func namesAreAnyBytes() throws {
    let folder = hashscan.folder.path("raw")
    let make =
      "mkdir \(folder) && cd \(folder) && cp \(match) \"$(printf 'a\\377\\303b.jpg')\" && cp \(match) \"$(printf 'x\\nY.jpg')\""
    #expect(try hashscan.runShell(make).status == 0)
    for command in [
      "hashscan scan *", "hashscan scan .", "printf '%s\\0' * | xargs -0 hashscan scan",
      "find . -type f -print0 | hashscan scan -0 --files-from -",
    ] {
      let result = try hashscan.runShell("cd \(folder) && \(command)")
      // xargs has a status of its own for commands that do not end with 0.
      #expect(
        result.status == (command.contains("xargs") ? 123 : 1)
          && result.output.contains("2 matched"),
        "\(command)")
    }
    let bytes = "$(printf 'a\\377\\303b.jpg')"
    for command in [
      "hash \"\(bytes)\"", "takedown \"\(bytes)\" --reason r", "allow \"\(bytes)\" --reason r",
      "compare \"\(bytes)\" \"\(bytes)\"", "scan --files-from=\"\(bytes)\" .",
    ] {
      let result = try hashscan.runShell("cd \(folder) && hashscan \(command)")
      #expect(!result.errors.contains("No such file"), "\(command): \(result.errors)")
      #expect(!result.errors.contains("not UTF-8"), "\(command)")
    }
    // The file's name goes through JSON as bytes.
    let json = try hashscan.runShell("cd \(folder) && hashscan scan --json \"\(bytes)\"")
    #expect(json.output.contains("\"path_base64\":\"Yf/DYi5qcGc=\""))
  }

  /// Texts, unlike names of files, have to be texts.
  @Test(arguments: [
    "lookup \"$(printf '\\377')\"", "list create \"$(printf 'a\\377')\"",
    "case show \"$(printf '\\377')\"",
    "takedown X --reason \"$(printf 'r\\377')\"", "audit --list \"$(printf '\\377')\"",
    "scan . --include \"$(printf '\\377')\"", "entry show demo \"$(printf '\\377')\"",
    "import X --list \"$(printf '\\377')\"", "export --list=\"$(printf '\\377')\"",
  ])
  func textsAreUTF8(_ command: String) throws {
    let result = try hashscan.runShell("hashscan \(command)")
    #expect(result.status != 0 && result.status != 1)
    #expect(!result.errors.contains("\u{10FEFF}"))
  }

  /// Ctrl-C ends the scan with what was found until then.
  @Test func anInterruptedScanTellsWhatItFound() throws {
    let names = hashscan.folder.path("many")
    let script = """
      for i in $(seq 20000); do printf '%s\\n' \(match); done > \(names)
      hashscan scan --files-from \(names) > \(names).out & pid=$!
      while [ ! -s \(names).out ]; do sleep 0.1; done
      kill -INT $pid; wait $pid; status=$?; tail -1 \(names).out; exit $status
      """
    let result = try hashscan.runShell(script)
    #expect(result.status == 130)
    #expect(result.lines.last?.hasPrefix("Scanned ") == true)
    #expect(result.errors.contains("interrupted"))
  }
}
