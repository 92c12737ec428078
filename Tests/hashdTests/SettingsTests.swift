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
    #expect(found.socketPath == "/run/user/5/hashd.sock")
    #expect(try settings().socketPath == "/run/hashd/hashd.sock")
    #expect(found.database == "/home/x/.local/share/hashscan")
    #expect(found.socketMode == 0o660)
    #expect(found.maximumBodyBytes == 64 << 20)
    #expect(found.timeouts.idle == .seconds(60))
  }

  @Test(arguments: [
    "que: 1", "limits:\n  body: much", "limits: 3", "timeouts:\n  body: -1s", "workers: 1.5",
    "socket:\n  mode: \"0666\"", "socket:\n  path: none", "queue: [1, 2]", "tcp:\n  host: 0.0.0.0",
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

  /// What is printed makes the same settings.
  @Test func printedSettingsCanBeReadAgain() throws {
    let source = try SettingsSource(
      assignments: [("queue", "7"), ("path_root", "/a \"b\"")], environment: [:], file: nil)
    let text = try SettingsText(source, environment: ["HOME": "/h"]).text
    #expect(text.contains("(command line)"))
    let found = try settings(file: text)
    #expect(found.queue == 7)
    #expect(found.pathRoot == "/a \"b\"")
    #expect(found.database == "/h/.local/share/hashscan")
  }
}
