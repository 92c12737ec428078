import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import hashd

/// How the daemon starts, stops and is configured.
@Suite struct LifeTests {
  @Test func theSocketIsPrivateAndGoesWithTheDaemon() throws {
    let daemon = try DaemonProcess(list: false)
    let mode = try FileManager.default.attributesOfItem(atPath: daemon.socket)[.posixPermissions]
    #expect(mode as? Int == 0o660)

    let second = try DaemonProcess(list: false, in: daemon.folder, waits: false)
    second.process.waitUntilExit()
    #expect(second.process.terminationStatus == 2)
    #expect(try daemon.get("/v1/health").status == 200)

    kill(daemon.process.processIdentifier, SIGTERM)
    daemon.process.waitUntilExit()
    #expect(daemon.process.terminationReason == .exit && daemon.process.terminationStatus == 0)
    #expect(!FileManager.default.fileExists(atPath: daemon.socket))
    #expect(!FileManager.default.fileExists(atPath: daemon.socket + ".lock"))
  }

  @Test func aSocketLeftBehindIsReplaced() throws {
    let killed = try DaemonProcess(list: false)
    kill(killed.process.processIdentifier, SIGKILL)
    killed.process.waitUntilExit()
    #expect(FileManager.default.fileExists(atPath: killed.socket))
    let next = try DaemonProcess(list: false, in: killed.folder)
    #expect(try next.get("/v1/health").status == 200)
  }

  @Test func aFileInTheWayIsLeftAlone() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("precious", to: "hashd.sock")
    let daemon = try DaemonProcess(list: false, in: folder, waits: false)
    daemon.process.waitUntilExit()
    #expect(daemon.process.terminationStatus == 2)
    #expect(try TestFiles.bytes(of: file) == Array("precious".utf8))
  }

  @Test func requestsUnderWayAreFinished() throws {
    let daemon = try DaemonProcess()
    let picture = try DaemonProcess.upload("glacier.jpg")
    let client = try RawClient(daemon.socket)
    try client.send(
      "POST /v1/match HTTP/1.1\r\nHost: h\r\nContent-Length: \(picture.count)\r\n\r\n")
    try client.send(Array(picture[..<100]))
    usleep(200_000)
    kill(daemon.process.processIdentifier, SIGTERM)
    usleep(200_000)
    #expect(throws: RawClient.Failure.self) { try RawClient(daemon.socket) }
    try client.send(Array(picture[100...]))
    let reply = try client.reply()
    // The client learns that it is the last one on this connection.
    #expect(reply.status == 200 && reply.headers["connection"] == "close")
    daemon.process.waitUntilExit()
    #expect(daemon.process.terminationStatus == 0)
  }

  /// A connection that waits for its next request is ended so that the client knows: what it sent before is answered, and
  /// what it sends after fails at its side.
  @Test func connectionsThatWaitAreEndedWithoutLoss() throws {
    for _ in 0..<5 {
      let daemon = try DaemonProcess()
      let clients = try (0..<8).map { _ in try RawClient(daemon.socket) }
      let request = "GET /v1/version HTTP/1.1\r\nHost: h\r\n\r\n"
      for client in clients {
        try client.send(request)
        #expect(try client.reply().status == 200)
      }
      kill(daemon.process.processIdentifier, SIGTERM)
      for (number, client) in clients.enumerated() {
        usleep(UInt32(number) * 2_000)
        do {
          try client.send(request)
        } catch {
          continue
        }
        #expect(try client.reply().status == 200)
      }
      daemon.process.waitUntilExit()
      #expect(daemon.process.terminationStatus == 0)
    }
  }

  @Test(arguments: ["config", "token list", "--help", "--version", "check"])
  func outputThatCannotBeWrittenIsAnError(_ command: String) throws {
    let folder = try TemporaryFolder()
    let file = TokenFile(folder.path("tokens"))
    if let made = AccessToken.make(named: "a", rights: [.ask]) { try file.add(made.token) }
    let hashd = DaemonProcess.programs.appending(path: "hashd").path
    let set = command.hasPrefix("-") ? "" : "--set tokens=\(folder.path("tokens"))"
    let shell = Process()
    shell.executableURL = URL(filePath: "/bin/sh")
    shell.arguments = ["-c", "\(hashd) \(command) \(set) > /dev/full 2>&1"]
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 2)
  }

  @Test func theLogIsALineARequestAndCanBeRotated() throws {
    let daemon = try DaemonProcess(["log.format=json"])
    _ = try daemon.post(
      "/v1/match?uploader=u%0Ax", try DaemonProcess.upload("2026/10/aurora-recompressed.jpg"))
    // A line is written once the answer was taken.
    for _ in 0..<200 where try !daemon.log.contains("\"endpoint\":\"/v1/match\"") {
      usleep(25_000)
    }
    let lines = try daemon.log.split(separator: "\n").map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let line = try #require(lines.first { $0["endpoint"] as? String == "/v1/match" })
    #expect(line["verdict"] as? String == "match")
    #expect(line["uploader"] as? String == "u\nx")
    #expect(line["entries"] as? [String] == ["case-1"])
    let listed = String(
      decoding: try TestFiles.bytes(of: TestFiles.fixtures.appending("blocklist.csv")),
      as: UTF8.self)
    for hash in listed.matches(of: /[0-9a-f]{64}/) {
      #expect(try !daemon.log.contains(String(hash.output)))
    }

    let old = daemon.folder.path("log.1").string
    try FileManager.default.moveItem(atPath: daemon.folder.path("log").string, toPath: old)
    kill(daemon.process.processIdentifier, SIGHUP)
    for _ in 0..<200 where !FileManager.default.fileExists(atPath: daemon.folder.path("log").string)
    {
      usleep(25_000)
    }
    for _ in 0..<200 where try !daemon.log.contains("/v1/version") {
      _ = try daemon.get("/v1/version")
      usleep(25_000)
    }
    #expect(try daemon.log.contains("/v1/version"))
  }

  @Test func metricsAreWhatPrometheusReads() throws {
    let daemon = try DaemonProcess()
    _ = try daemon.post("/v1/match", try DaemonProcess.upload("2026/10/aurora-recompressed.jpg"))
    _ = try daemon.post("/v1/match", try DaemonProcess.upload("broken/cut-off.jpg"))
    let text = try daemon.get("/metrics").text
    for expected in [
      "hashd_requests_total{endpoint=\"/v1/match\",status=\"200\",outcome=\"match\"} 1",
      "hashd_matches_total{list=\"demo\",meaning=\"block\"} 1",
      "hashd_not_scanned_total{reason=\"truncated\"} 1", "hashd_list_serial{list=\"demo\"} 1",
      "hashd_decode_seconds_count 1", "# TYPE hashd_request_seconds histogram",
    ] {
      #expect(text.contains(expected + "\n"), "\(expected)")
    }
    let line = /[a-z_]+(\{([a-z]+="[^"]*",?)*\})? [0-9.e+-]+/
    for text in text.split(separator: "\n") where !text.hasPrefix("#") {
      #expect(text.wholeMatch(of: line) != nil, "\(text)")
    }
  }

  @Test func theServiceManagerHandsOverASocketAndIsTold() throws {
    let folder = try TemporaryFolder()
    let script = """
      import os, socket, subprocess, sys
      folder, hashd = sys.argv[1:]
      notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); notify.bind(folder + "/notify")
      notify.settimeout(20)
      listener = socket.socket(socket.AF_UNIX); listener.bind(folder + "/s"); listener.listen()
      def hand():
          os.dup2(listener.fileno(), 3); os.environ["LISTEN_PID"] = str(os.getpid())
          os.execv(hashd, [hashd, "--database", folder + "/db"])
      def told(what):
          while notify.recv(99) != what: pass
      os.environ.update(LISTEN_FDS="1", WATCHDOG_USEC="300000", NOTIFY_SOCKET=folder + "/notify", XDG_RUNTIME_DIR=folder)
      child = os.fork()
      if child == 0: hand()
      assert notify.recv(99) == b"READY=1"
      client = socket.socket(socket.AF_UNIX); client.connect(folder + "/s")
      client.sendall(b"GET /v1/version HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n")
      assert b"200 OK" in client.recv(999)
      told(b"WATCHDOG=1"); told(b"WATCHDOG=1")
      # Without a sign of life the manager would start it anew.
      os.kill(child, 19)
      notify.settimeout(1)
      try:
          while True: notify.recv(99)
      except TimeoutError: pass
      os.kill(child, 18)
      notify.settimeout(20)
      told(b"WATCHDOG=1")
      os.kill(child, 15)
      told(b"STOPPING=1")
      assert os.waitpid(child, 0)[1] == 0
      assert os.path.exists(folder + "/s") and not os.path.exists(folder + "/hashd.sock")
      """
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c", script, folder.path.string,
      DaemonProcess.programs.appending(path: "hashd").path,
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
