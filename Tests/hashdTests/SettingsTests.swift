import Foundation
import HashEngine
import SystemPackage
import TestSupport
import Testing

@testable import hashd

@Suite struct SettingsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func settings(
    _ assignments: [String: String] = [:], environment: [String: String] = [:],
    file: String? = nil
  ) throws -> Settings {
    let path = try file.map { try folder.write($0, to: "hashd.yaml") }
    return try Settings(
      SettingsSource(
        assignments: assignments.map { ($0, $1) }, environment: environment, file: path),
      environment: environment.merging(["HOME": "/home/x"]) { $1 })
  }

  @Test func theCommandLineGoesBeforeTheEnvironmentBeforeTheFile() throws {
    let file = "queue: 1\nworkers: 1\nlimits:\n  frames: 1\n"
    let environment = ["HASHD_QUEUE": "2", "HASHD_WORKERS": "2"]
    let found = try settings(["queue": "3"], environment: environment, file: file)
    #expect(found.queue == 3)
    #expect(found.workers == 2)
    #expect(found.decoding.frames == 1)
  }

  @Test func whatIsNotSetIsStandard() throws {
    let found = try settings(environment: ["XDG_RUNTIME_DIR": "/run/user/5"])
    #expect(
      found.socketPath == (getuid() == 0 ? "/run/hashd/hashd.sock" : "/run/user/5/hashd.sock"))
    #expect(try settings().socketPath == "/run/hashd/hashd.sock")
    // Root has the system's database, others their own unless the daemon is installed.
    let isSystems = getuid() == 0 || FileManager.default.fileExists(atPath: "/var/lib/hashd")
    #expect(found.database == (isSystems ? "/var/lib/hashd" : "/home/x/.local/share/hashscan"))
    #expect(found.socketMode == 0o660)
    #expect(found.maximumBodyBytes == 64 << 20)
    #expect(found.timeouts.idle == .seconds(60))
  }

  @Test(arguments: [
    "que: 1", "limits:\n  body: much", "limits: 3", "timeouts:\n  body: -1s", "workers: 1.5",
    "socket:\n  mode: \"0666\"", "socket:\n  path: none", "queue: [1, 2]", "tcp:\n  host: 0.0.0.0",
    "tcp:\n  listen: 8085", "tcp:\n  listen: example.org:80", "tcp:\n  listen: 127.0.0.1:0",
    "tcp:\n  listen: 127.0.0.1:1\n  port: 2", "a: b: c", "\tx: 1",
    "- a", "writers: nobody-of-that-name", "log:\n  level: loud", "queue: 1\nqueue: 2", "a: *b",
  ])
  func whatMakesNoSenseIsRefused(_ file: String) throws {
    #expect(throws: SettingsError.self) { try settings(file: file) }
  }

  @Test func unknownVariablesAreRefused() throws {
    #expect(throws: SettingsError.self) { try settings(environment: ["HASHD_SOKET": "x"]) }
    #expect(throws: SettingsError.self) { try settings(["sokcet.path": "x"]) }
  }

  @Test func writersAreNamesAndNumbers() throws {
    #expect(try settings(file: "writers: [root, 33]").writers == [0, 33])
    #expect(try settings(["writers": "root,33"]).writers == [0, 33])
  }

  /// A mistake in the file is told on one line, with its place.
  @Test(arguments: [
    ("queue: 1\na: b: c\n", ":2: is not YAML: "),
    ("workers: 1.5", ": workers: \"1.5\" is not a number"),
  ])
  func mistakesAreToldOnOneLine(_ file: String, _ told: String) throws {
    let error = #expect(throws: SettingsError.self) { try settings(file: file) }
    #expect(error.map { $0.description.contains(told) && !$0.description.contains("\n") } == true)
  }

  @Test(arguments: [
    ("127.0.0.1:80", true), ("127.9.9.9:80", true), ("localhost:80", true), ("[::1]:80", true),
    ("0.0.0.0:80", false), ("172.17.0.1:80", false), ("[::]:80", false),
    ("[::ffff:127.0.0.1]:80", false),
    ("[fd00::1]:80", false),
  ])
  func beyondTheLoopbackATokenIsNeeded(_ text: String, _ isLoopback: Bool) throws {
    let address = try #require(TCPAddress(text))
    #expect(address.isLoopback == isLoopback)
  }

  @Test func whatCanBeReadAgainIsTakenOver() throws {
    let (old, new) = (
      try source(["queue": "7"]),
      try source(["writers": "33", "queue": "8", "limits.body": "1MiB"])
    )
    let inForce = try SettingsInForce(try settings(old), from: old)
    let result = try inForce.take(try settings(new), from: new)
    #expect(Set(result.changed) == [.writers, .limitsBody])
    #expect(result.waiting == [.queue])
    #expect(inForce.current.writers == [33] && inForce.current.queue == 7)
    #expect(
      inForce.current.maximumBodyBytes == 1 << 20 && inForce.current.decoding.bytes == 1 << 20)
    // What waits for a restart is told each time.
    #expect(try inForce.take(try settings(new), from: new).waiting == [.queue])
  }

  private func source(_ values: [String: String]) throws -> SettingsSource {
    try SettingsSource(
      assignments: values.map { ($0.key, $0.value) }, environment: [:], file: nil)
  }

  private func settings(_ source: SettingsSource) throws -> Settings {
    try Settings(source, environment: ["HOME": "/home/x"])
  }

  /// What is printed makes the same settings.
  @Test func printedSettingsCanBeReadAgain() throws {
    let source = try SettingsSource(
      assignments: [("queue", "7"), ("path_root", "/a \"b\"")], environment: [:], file: nil)
    let text = try SettingsText(source, environment: ["HOME": "/h"]).text
    #expect(text.contains("(command line)"))
    let found = try settings(file: text)
    #expect(found.queue == 7)
    #expect(found.pathRoot == "/a \"b\"")
    #expect(try found.database == Settings(source, environment: ["HOME": "/h"]).database)
  }
}
