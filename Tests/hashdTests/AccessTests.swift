import Foundation
import HashEngine
import SystemPackage
import TestSupport
import Testing

@testable import hashd

/// Who may do what.
@Suite struct AccessTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func tokensAreKnownUntilTheyAreRevoked() throws {
    let (file, other) = (TokenFile(folder.path("tokens")), TokenFile(folder.path("tokens")))
    #expect(try file.tokens().isEmpty)
    let made = try #require(AccessToken.make(named: "gallery", rights: [.ask]))
    try file.add(made.token)
    #expect(try other.token(for: made.secret)?.name == "gallery")
    #expect(try other.token(for: made.secret)?.rights == [.ask])
    #expect(try other.token(for: made.secret + "x") == nil)
    #expect(try other.token(for: "") == nil)
    // The secret itself is nowhere.
    let text = String(decoding: try TestFiles.bytes(of: folder.path("tokens")), as: UTF8.self)
    #expect(!text.contains(made.secret) && text.contains("gallery ask "))
    // A new one of that name takes the place of the old one.
    let next = try #require(AccessToken.make(named: "gallery", rights: [.ask, .change]))
    try file.add(next.token)
    #expect(try other.token(for: made.secret) == nil)
    #expect(try other.token(for: next.secret)?.rights == [.ask, .change])
    #expect(try file.revoke("gallery") && !file.revoke("gallery"))
    #expect(try other.token(for: next.secret) == nil)
  }

  /// No change of the file undoes another.
  @Test func changesAtOnceAreAllKept() throws {
    let path = folder.path("tokens")
    let threads = (0..<8).map { number in
      JoinableThread {
        for round in 0..<10 {
          guard let made = AccessToken.make(named: "t\(number)-\(round)", rights: [.ask]) else {
            return
          }
          try? TokenFile(path).add(made.token)
          if round % 2 == 0 { _ = try? TokenFile(path).revoke("t\(number)-\(round)") }
        }
      }
    }
    for thread in threads { thread.start() }
    for thread in threads { thread.join() }
    let names = try TokenFile(path).tokens().map(\.name)
    #expect(names.count == 40, "\(names)")
  }

  @Test func linesMayEndAsOnOtherSystems() throws {
    let file = TokenFile(folder.path("tokens"))
    let made = try #require(AccessToken.make(named: "a", rights: [.ask]))
    try file.add(made.token)
    let text = String(decoding: try TestFiles.bytes(of: folder.path("tokens")), as: UTF8.self)
    try folder.write(text.replacing("\n", with: "\r\n"), to: "tokens")
    #expect(try file.token(for: made.secret)?.name == "a")
  }

  @Test(arguments: [
    "gallery", "gallery ask", "gallery ask 00", "g allery ask 00", "gallery fly 00",
  ])
  func aDamagedFileIsNoTokens(_ line: String) throws {
    let path = try folder.write(line, to: "tokens")
    #expect(throws: StartError.self) { try TokenFile(path).tokens() }
  }

  @Test func namesOfTokensAreSafeToPrint() {
    for name in ["", "a b", "a\nb", "é", String(repeating: "x", count: 65)] {
      #expect(AccessToken.make(named: name, rights: [.ask]) == nil)
    }
  }

  /// On a socket held for it, as for TCP beyond the loopback: nothing without a token.
  @Test func usersOfTheSocketHaveTheRightsThatTheSettingsGive() throws {
    let settings = try Settings(
      SettingsSource(
        assignments: [("writers", "33"), ("readers", "34")], environment: [:], file: nil),
      environment: ["HOME": "/h"])
    #expect(settings.rights(of: 0) == [.ask, .history, .change])
    #expect(settings.rights(of: getuid()) == [.ask, .history, .change])
    #expect(settings.rights(of: 33) == [.ask, .history, .change])
    #expect(settings.rights(of: 34) == [.ask, .history])
    #expect(settings.rights(of: 35) == [.ask])
  }

  @Test func whatATokenDoesIsInItsName() throws {
    let port = 20_000 + Int(getpid()) % 20_000
    let tokens = folder.path("tokens")
    let file = TokenFile(tokens)
    let asker = try #require(AccessToken.make(named: "asker", rights: [.ask]))
    let writer = try #require(AccessToken.make(named: "desk", rights: [.ask, .history, .change]))
    try file.add(asker.token)
    try file.add(writer.token)
    let daemon = try DaemonProcess(["tcp.listen=127.0.0.1:\(port)", "tokens=\(tokens)"])
    let picture = try DaemonProcess.upload("glacier.jpg")
    let change = "/v1/lists/own/entries?reason=by+the+desk"
    func status(_ secret: String, _ method: String, _ target: String, inPath: Bool) throws -> Int {
      let path = inPath ? "/t/\(secret)\(target)" : target
      let headers = inPath ? [:] : ["Authorization": "Bearer \(secret)"]
      return try daemon.request(method, path, method == "POST" ? picture : [], headers: headers)
        .status
    }
    for inPath in [true, false] {
      #expect(try status(asker.secret, "POST", "/v1/match", inPath: inPath) == 200)
      #expect(try status(asker.secret, "POST", change, inPath: inPath) == 403)
      #expect(try status(asker.secret, "GET", "/v1/lists/demo/history", inPath: inPath) == 403)
      #expect(try status("hashd_0", "POST", "/v1/match", inPath: inPath) == 401)
      #expect(try status(writer.secret, "POST", change, inPath: inPath) == 201)
    }
    let history = try daemon.get("/v1/lists/own/history").json
    let changes = try #require(history["changes"] as? [[String: Any]])
    #expect(changes.map { $0["client"] as? String } == ["desk", "desk"])
    #expect(changes.first?["reason"] as? String == "by the desk")
    for secret in [asker.secret, writer.secret] { #expect(try !daemon.log.contains(secret)) }
  }

  @Test func anotherHostIsRefusedHoweverItIsSaid() throws {
    let port = 40_000 + Int(getpid()) % 20_000
    let daemon = try DaemonProcess(["tcp.listen=127.0.0.1:\(port)", "tcp.hosts=Pictures.internal"])
    func status(_ line: String, _ fields: [String]) throws -> Int {
      let result = try DaemonProcess.runTCP(
        port,
        ([line + " HTTP/1.1"] + fields + ["Connection: close", "", ""]).joined(separator: "\r\n"))
      return result
    }
    #expect(try status("GET /v1/version", ["Host: 127.0.0.1:\(port)"]) == 200)
    #expect(try status("GET /v1/version", ["Host: pictures.INTERNAL"]) == 200)
    #expect(try status("GET /v1/version", ["Host: evil.example"]) == 421)
    #expect(try status("GET /v1/version", []) == 421)
    #expect(try status("GET /v1/version", ["Host: localhost", "Host: evil.example"]) == 400)
    #expect(try status("GET /v1/version", ["Host: localhost", "Origin: http://localhost"]) == 421)
    #expect(try status("GET http://evil.example/v1/version", ["Host: localhost"]) == 421)
    #expect(try status("GET http://localhost@evil.example/v1/version", ["Host: localhost"]) == 421)
    #expect(try status("GET http://localhost/v1/version", ["Host: evil.example"]) == 200)
    _ = daemon
  }
}
