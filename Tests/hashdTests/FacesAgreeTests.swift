import Foundation
import SystemPackage
import TestSupport
import Testing

/// The command line and the daemon give the same result for the same picture, hash and lists.
@Suite struct FacesAgreeTests {
  /// What is asked, and what both must come to.
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// Commands of `hashscan` that make the lists; `PICTURE` stands for the picture, `LIST` for the fixtures' list,
    /// `ENTRY` for the entry made last.
    let setUp: [[String]]
    /// The list that is named, if one is.
    var list: String?
    /// What the picture, and its hash, come to.
    let expected: Expected

    init(_ name: String, _ setUp: [[String]], list: String? = nil, _ expected: Expected) {
      testDescription = name
      self.setUp = setUp
      self.list = list
      self.expected = expected
    }
  }

  enum Expected: Sendable, Equatable {
    case action(String, status: Int32)
    case error(Int, String)
  }

  private static let takedown = ["takedown", "PICTURE", "--reason", "r", "--list", "own"]
  private static let allow = ["allow", "PICTURE", "--reason", "r"]
  private static let none = Expected.error(503, "no-lists")

  static let cases = [
    Case("no list", [["list", "create", "l"], ["list", "remove", "l", "--yes"]], none),
    Case("an empty list", [["list", "create", "l"]], none),
    Case("a disabled list", [takedown, ["list", "disable", "own"]], none),
    Case("an expired list", [takedown, ["list", "set", "own", "--expires", "2020-01-01"]], none),
    Case("a list that excuses only", [allow], none),
    Case(
      "an empty one is named beside another", [takedown, ["list", "create", "l"]], list: "l", none),
    Case("a list that is not there", [takedown], list: "l", .error(404, "unknown-list")),
    Case("a list that blocks", [takedown], .action("block", status: 1)),
    Case("the list is named", [takedown], list: "own", .action("block", status: 1)),
    Case(
      "a list for review", [takedown, ["list", "set", "own", "--meaning", "review"]],
      .action("review", status: 1)),
    Case("excused by an allowlist", [takedown, allow], .action("allow", status: 0)),
    Case(
      "the allowlist is not searched", [takedown, allow], list: "own",
      .action("block", status: 1)),
    Case(
      "the only entry is disabled", [takedown, ["entry", "disable", "own", "ENTRY"]], none),
    Case(
      "the entry is disabled, and others are not",
      [["import", "LIST", "--list", "own"], takedown, ["entry", "disable", "own", "ENTRY"]],
      .action("allow", status: 0)),
  ]

  @Test(arguments: cases)
  func picturesAndHashesComeToTheSame(_ test: Case) throws {
    let folder = try TemporaryFolder()
    let bytes = try DaemonProcess.upload("glacier.jpg")
    let picture = try folder.write(bytes, to: "picture.jpg").string
    let database = folder.path("db").string
    let list = TestFiles.fixtures.appending("blocklist.csv").string
    var entry = ""
    for command in test.setUp {
      let places = ["PICTURE": picture, "ENTRY": entry, "LIST": list]
      let arguments = command.map { places[$0] ?? $0 }
      let done = try DaemonProcess.run("hashscan", arguments + ["--db", database])
      #expect(done.status == 0, "\(done.errors)")
      entry = done.output.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? entry
    }
    let hash = try DaemonProcess.run("hashscan", ["hash", picture]).output.prefix(64)
    let named = test.list.map { ["--list", $0] } ?? []
    let scan = try DaemonProcess.run("hashscan", ["scan", picture, "--db", database] + named)
    let lookup = try DaemonProcess.run("hashscan", ["lookup", String(hash), "--db", database])
    let daemon = try DaemonProcess(list: false, in: folder)
    let query = test.list.map { "?lists=\($0)" } ?? ""
    let match = try daemon.post("/v1/match\(query)", bytes)
    let found = try daemon.post(
      "/v1/lookup\(query)", Array(#"{"kind":"pdq","hashes":["\#(hash)"]}"#.utf8))
    switch test.expected {
    case .error(let status, let code):
      #expect(scan.status == 2 && scan.errors.hasPrefix("hashscan: no list "))
      #expect(match.status == status && match.errorCode == code)
      #expect(found.status == status && found.errorCode == code)
      if test.list == nil { #expect(lookup.status == 2) }
    case .action(let action, let status):
      #expect(scan.status == status, "\(scan.output)\(scan.errors)")
      #expect(match.status == 200 && match.json["action"] as? String == action)
      let results = found.json["results"] as? [[String: Any]]
      #expect(results?.first?["action"] as? String == action)
      if test.list == nil { #expect(lookup.status == status, "\(lookup.output)") }
    }
  }
}
