import Foundation
import SystemPackage
import TestSupport
import Testing

/// The page that a scan writes for people.
@Suite struct ReportTests {
  private let hashscan: HashScanProcess
  private let uploads = TestFiles.fixtures.appending("uploads").string

  init() throws {
    hashscan = try HashScanProcess()
    let list = TestFiles.fixtures.appending("blocklist.csv").string
    _ = try hashscan.run("import", list, "--list", "demo")
  }

  private func page(_ name: String = "out.html") throws -> String {
    String(decoding: try TestFiles.bytes(of: hashscan.folder.path(name)), as: UTF8.self)
  }

  /// The JSON that the page's script reads.
  private func data(_ page: String) throws -> [String: Any] {
    let text = try #require(page.firstMatch(of: /id="data"[^>]*>(.*)<\/script>/)?.1)
    let data = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return try #require(data as? [String: Any])
  }

  @Test(arguments: [[], ["--no-ledger"], ["--json"]])
  func everyMatchIsInIt(_ options: [String]) throws {
    let result = try hashscan.run(
      arguments: ["scan", uploads, "--report", "out.html"] + options)
    #expect(result.status == 1)
    let data = try data(page())
    let files = try #require(data["files"] as? [[String: Any]])
    #expect(files.count == 6)
    let entries = files.compactMap {
      ($0["matches"] as? [[String: Any]])?.first?["entry"] as? String
    }
    #expect(entries == (1...6).map { "case-\($0)" })
    let pairs = try #require(data["numbers"] as? [[Any]])
    let numbers = pairs.map { "\($0[0]) \($0[1])" }
    #expect(numbers.contains("files 14") && numbers.contains("not scanned 2"))
  }

  @Test func itLoadsNothingAndTellsNoHash() throws {
    _ = try hashscan.run("scan", uploads, "--report", "out.html")
    let page = try page()
    #expect(
      page.contains("default-src 'none'") && !page.contains("NONCE") && !page.contains("https:"))
    // The name of SVG's elements is no address.
    #expect(page.matches(of: /http:[^"]*/).allSatisfy { $0.output == "http://www.w3.org/2000/svg" })
    #expect(page.matches(of: /(src|href)=/).isEmpty)
    let listed = String(
      decoding: try TestFiles.bytes(of: TestFiles.fixtures.appending("blocklist.csv")),
      as: UTF8.self)
    for hash in listed.matches(of: /[0-9a-f]{64}/) { #expect(!page.contains(hash.output)) }
  }

  /// Names and labels come from strangers.
  @Test func noTextBecomesMarkup() throws {
    let picture = TestFiles.fixtures.appending("uploads/2026/11/dunes.webp")
    try hashscan.folder.write(TestFiles.bytes(of: picture), to: "up/<img src=x>.webp")
    try hashscan.folder.write(TestFiles.bytes(of: picture), to: "up/<!--<script>DATA NONCE.webp")
    _ = try hashscan.run(
      "takedown", picture.string, "--list", "own", "--reason", "x", "--label", "</script><b>",
      "--yes")
    _ = try hashscan.run("scan", "up", "--report", "out.html")
    let page = try page()
    #expect(!page.contains("<img") && !page.contains("</script><b>"))
    #expect(page.matches(of: /<\/script>/).count == 2)
    #expect(try #require(try data(page)["files"] as? [Any]).count == 2)
  }

  @Test func aPlaceThatCannotBeWrittenIsToldBeforeTheScan() throws {
    let result = try hashscan.run("scan", uploads, "--report", "nowhere/out.html")
    #expect(
      result.status == 2 && result.output.isEmpty && result.errors.contains("nowhere/out.html"))
  }
}
