import SystemPackage
import TestSupport
import Testing

/// Files come in one order, and answers in the files' order, however many are scanned at once.
@Suite struct ScanOrderTests {
  private let hashscan: HashScanProcess

  init() throws {
    hashscan = try HashScanProcess()
    let list = TestFiles.fixtures.appending("blocklist.csv").string
    #expect(try hashscan.run("import", list, "--list", "demo").status == 0)
  }

  @Test func answersComeInTheFilesOrder() throws {
    // Slow and fast ones in turns, in folders whose names sort unlike the order they are made in.
    let slow = try TestFiles.bytes(of: TestFiles.fixtures.appending("animated/three.webp"))
    let fast = Array("no picture".utf8)
    for folder in ["b", "a/z", "a/c", "d"] {
      for number in [3, 1, 2, 10] {
        try hashscan.folder.write(
          number % 2 == 0 ? slow : fast, to: "site/\(folder)/\(number).bin")
      }
    }
    func paths(_ arguments: String...) throws -> [String] {
      let run = try hashscan.run(arguments: ["scan", "--json"] + arguments)
      #expect(run.status == 1)
      return run.lines.compactMap { $0.split(separator: "\"path\":\"").last.map(String.init) }
        .compactMap { $0.split(separator: "\"").first.map(String.init) }
    }
    let site = hashscan.folder.path("site").string
    let one = try paths(site, "--jobs", "1")
    #expect(one.count == 16)
    for jobs in ["2", "7", "64"] { #expect(try paths(site, "--jobs", jobs) == one) }
    // A folder after the other, each in the order of its names' bytes.
    #expect(one == one.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) })
    // What is named comes in the order in which it is named.
    let named = ["d/3.bin", "a/c/10.bin", "b/1.bin", "d/3.bin"].map { "\(site)/\($0)" }
    let list = try hashscan.folder.write(named.joined(separator: "\n"), to: "names")
    #expect(try paths("--files-from", list.string, "--jobs", "3") == named)
  }
}
