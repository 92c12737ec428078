import Foundation
import SystemPackage
import TestSupport
import Testing

/// Lists that change while the daemon runs, through it and through other processes.
@Suite struct ListChangeTests {
  private let daemon: DaemonProcess

  init() throws { daemon = try DaemonProcess() }

  @Test func aTakedownCountsAtOnceAndCanBeWithdrawn() throws {
    let picture = try DaemonProcess.upload("glacier.jpg")
    #expect(try daemon.post("/v1/match", picture).json["verdict"] as? String == "no_match")
    let done = try daemon.post("/v1/lists/own/entries?reason=reported&case=c%201", picture)
    #expect(done.status == 201)
    let entry = try #require(done.json["entry"] as? String)
    let match = try daemon.post("/v1/match", picture)
    #expect(match.json["verdict"] as? String == "match")
    let receipt = try #require(done.json["receipt"] as? [String: Any])
    #expect(receipt["uid"] as? UInt32 == getuid())
    #expect(receipt["case"] as? String == "c 1")
    #expect(try daemon.request("DELETE", "/v1/lists/own/entries/\(entry)").status == 200)
    let after = try daemon.post("/v1/match", picture)
    #expect(after.json["verdict"] as? String == "no_match")
    let serials = (after.json["lists"] as? [[String: Any]])?.map { $0["serial"] as? Int }
    #expect(serials == [1, 2])
  }

  @Test func entriesWithAnyIDCanBeWithdrawn() throws {
    let list = "pdq,id\n\(String(repeating: "0f1e", count: 16)),a/b ü?\n"
    #expect(try daemon.post("/v1/lists/odd/import", Array(list.utf8)).status == 200)
    let reply = try daemon.request("DELETE", "/v1/lists/odd/entries/a%2Fb%20%C3%BC%3F")
    #expect(reply.status == 200)
    #expect(try daemon.request("DELETE", "/v1/lists/odd/entries/none").errorCode == "unknown-entry")
    #expect(try daemon.request("DELETE", "/v1/lists/none/entries/x").errorCode == "unknown-list")
  }

  @Test func aTakedownListsCropsIfItIsAsked() throws {
    let original = try DaemonProcess.upload("glacier.jpg")
    let cropped = try TestFiles.bytes(of: TestFiles.fixtures.appending("edited/cropped-5.jpg"))
    func entries(_ query: String) throws -> Int {
      try daemon.post("/v1/lists/reported/entries?reason=r\(query)", original).status
    }
    #expect(try entries("&crops=perhaps") == 400)
    #expect(try entries("") == 201)
    #expect(try daemon.post("/v1/match?effort=exact", cropped).json["action"] as? String == "allow")
    #expect(try entries("&crops=true") == 201)
    let reply = try daemon.post("/v1/match?effort=exact", cropped)
    let matches = try #require(reply.json["matches"] as? [[String: Any]])
    #expect(reply.json["action"] as? String == "block")
    #expect(matches.first?["crop"] as? String == "5,5,95,95")
  }

  @Test func aTakedownNeedsAReason() throws {
    let reply = try daemon.post("/v1/lists/own/entries", try DaemonProcess.upload("glacier.jpg"))
    #expect(reply.status == 400)
  }

  @Test func listsAreImportedWholeOrNotAtAll() throws {
    let bytes = try TestFiles.bytes(of: TestFiles.fixtures.appending("blocklist.csv"))
    let dry = try daemon.post("/v1/lists/new/import?dry_run=true", bytes)
    #expect(dry.status == 200)
    #expect(try daemon.get("/v1/lists").text.contains("new") == false)
    let done = try daemon.post("/v1/lists/new/import", bytes)
    #expect((done.json["receipt"] as? [String: Any])?["added"] as? Int == 6)
    let part = try daemon.post("/v1/lists/new/import", bytes + Array("\nbad,x\n".utf8))
    let receipt = part.json["receipt"] as? [String: Any]
    #expect(receipt?["complete"] as? Bool == false && receipt?["rejected"] as? Int == 1)
    #expect(try daemon.post("/v1/lists/new/import?max_withdrawn=200", bytes).status == 400)
    #expect(
      try daemon.post("/v1/lists/new/import?on_conflict=replace&force=true", bytes).status == 200)
    #expect(try daemon.post("/v1/lists/none/import", []).errorCode == "empty")
    let bad = try daemon.post("/v1/lists/new/import", Array("no list".utf8))
    #expect(bad.status == 422)
    #expect(try daemon.post("/v1/lists/new/import?format=xyz", bytes).status == 400)
  }

  /// By another process, without a word to the daemon.
  @Test func whatHashscanImportsIsSeenAtTheNextRequest() throws {
    let picture = try DaemonProcess.upload("glacier.jpg")
    #expect(try daemon.post("/v1/match", picture).json["verdict"] as? String == "no_match")
    let file = try daemon.folder.write(picture, to: "glacier.jpg")
    let done = try DaemonProcess.run(
      "hashscan",
      [
        "takedown", file.string, "--list", "other", "--reason", "r", "--db",
        daemon.folder.path("db").string,
      ])
    #expect(done.status == 0)
    #expect(try daemon.post("/v1/match", picture).json["verdict"] as? String == "match")
  }

  @Test func overTCPNobodyChangesLists() throws {
    let port = UInt16.random(in: 20_000..<30_000)
    let daemon = try DaemonProcess(["tcp.port=\(port)"])
    func curl(_ arguments: String...) throws -> String {
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/curl")
      process.arguments = ["-s"] + arguments
      let pipe = Pipe()
      process.standardOutput = pipe
      try process.run()
      let data = pipe.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return String(decoding: data, as: UTF8.self)
    }
    let place = "http://127.0.0.1:\(port)"
    #expect(try curl("\(place)/v1/version").contains("\"v1\""))
    #expect(
      try curl("\(place)/v1/lists/own/entries?reason=r", "--data-binary", "x").contains("forbidden")
    )
    #expect(
      try curl("\(place)/v1/lists", "-H", "Host: evil.example").contains("not-for-this-host"))
    #expect(
      try curl("\(place)/v1/lists", "-H", "Origin: http://evil.example")
        .contains("not-for-this-host"))
    #expect(daemon.process.isRunning)
  }
}
