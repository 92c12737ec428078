import Foundation
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import SystemPackage
import TestSupport
import Testing

@testable import hashd

@Suite struct HashdTests {
  @Test func healthIsAnswered() async throws {
    let application = Hashd.application(
      address: .hostname("localhost", port: 0), logger: Logger(label: "test"))
    try await application.test(.live) { client in
      try await client.execute(uri: "/v1/health", method: .get) { response in
        #expect(response.status == .ok)
        #expect(String(buffer: response.body) == "{\"status\":\"ok\"}")
      }
      try await client.execute(uri: "/v1/nothing", method: .get) { response in
        #expect(response.status == .notFound)
      }
    }
  }

  @Test func theSocketIsPrivateAndGoesWithTheDaemon() async throws {
    let folder = try TemporaryFolder()
    let socket = folder.path("hashd.sock").string
    let daemon = try start(socket)
    defer { daemon.terminate() }
    #expect(try curl(socket, "/v1/health") == "{\"status\":\"ok\"}")
    let mode = try FileManager.default.attributesOfItem(atPath: socket)[.posixPermissions]
    #expect(mode as? Int == 0o660)

    let second = try start(socket, waits: false)
    second.waitUntilExit()
    #expect(second.terminationStatus == 2)

    kill(daemon.processIdentifier, SIGTERM)
    daemon.waitUntilExit()
    #expect(daemon.terminationReason == .exit && daemon.terminationStatus == 0)
    #expect(!FileManager.default.fileExists(atPath: socket))
  }

  @Test func aSocketLeftBehindIsReplaced() throws {
    let folder = try TemporaryFolder()
    let socket = folder.path("hashd.sock").string
    let killed = try start(socket)
    kill(killed.processIdentifier, SIGKILL)
    killed.waitUntilExit()
    #expect(FileManager.default.fileExists(atPath: socket))
    let next = try start(socket)
    #expect(try curl(socket, "/v1/health") == "{\"status\":\"ok\"}")
    next.terminate()
    next.waitUntilExit()
  }

  @Test func aFileInTheWayIsLeftAlone() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("precious", to: "hashd.sock")
    let daemon = try start(file.string, waits: false)
    daemon.waitUntilExit()
    #expect(daemon.terminationStatus == 2)
    #expect(try TestFiles.bytes(of: file) == Array("precious".utf8))
  }

  private func start(_ socket: String, waits: Bool = true) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "hashd")
    process.arguments = ["--socket", socket]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    for _ in 0..<200 where waits && (try? curl(socket, "/v1/health")) != "{\"status\":\"ok\"}" {
      usleep(50_000)
    }
    return process
  }

  /// The answer that curl gets.
  private func curl(_ socket: String, _ path: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/curl")
    process.arguments = ["-s", "--unix-socket", socket, "http://localhost\(path)"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
