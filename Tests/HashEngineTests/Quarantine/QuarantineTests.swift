import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

@Suite struct QuarantineTests {
  private let folder: TemporaryFolder
  private let quarantine: Quarantine
  private let why = Examination(verdict: .noMatch, fingerprint: nil)
  private let bytes = Array("a picture".utf8)
  private var sha256: [UInt8] { Digests.of(bytes.span, kinds: [.sha256])[.sha256] ?? [] }

  init() throws {
    folder = try TemporaryFolder()
    quarantine = try Quarantine(at: folder.path("q"), key: InstallationKey(), creates: true)
  }

  private func bytes(of path: FilePath) throws -> [UInt8] { try TestFiles.bytes(of: path) }

  private func isThere(_ path: FilePath) -> Bool {
    FileManager.default.fileExists(atPath: path.string)
  }

  @Test func aFileComesBackAsItWas() throws {
    let path = try folder.write(bytes, to: "up/a.png")
    chmod(path.string, 0o644)
    let name = try quarantine.take(path, sha256: sha256, why)
    #expect(!isThere(path))
    let file = try #require(try quarantine.files().first)
    #expect(file.name == name && file.places.map(\.filePath) == [path] && quarantine.isThere(file))
    var status = stat()
    stat(quarantine.content(name).string, &status)
    #expect(status.st_mode & 0o777 == 0o600)
    // Neither name nor side file tells a digest.
    let side = String(decoding: try bytes(of: quarantine.side(name)), as: UTF8.self)
    #expect(!side.contains(hexText(sha256)) && !hexText(sha256).contains(name))
    #expect(
      try quarantine.restore(quarantine.file(beginning: String(name.prefix(6)))).places == [path])
    #expect(try bytes(of: path) == bytes)
    stat(path.string, &status)
    #expect(status.st_mode & 0o777 == 0o644)
    #expect(try quarantine.files().isEmpty)
  }

  @Test func whatChangedStays() throws {
    let path = try folder.write("another picture", to: "a.png")
    #expect(throws: QuarantineError.self) { try quarantine.take(path, sha256: sha256, why) }
    #expect(try isThere(path) && quarantine.files().isEmpty)
    let link = folder.path("link.png")
    symlink(try folder.write(bytes, to: "b.png").string, link.string)
    #expect(throws: QuarantineError.self) { try quarantine.take(link, sha256: sha256, why) }
    #expect(isThere(folder.path("b.png")))
  }

  @Test func theSameBytesAreKeptOnce() throws {
    let first = try folder.write(bytes, to: "a.png")
    let second = try folder.write(bytes, to: "b.png")
    let third = folder.path("c.png")
    link(first.string, third.string)
    let name = try quarantine.take(first, sha256: sha256, why)
    #expect(quarantine.linksLeft(name) == 1)
    #expect(try quarantine.take(second, sha256: sha256, why) == name)
    #expect(try quarantine.take(third, sha256: sha256, why) == name)
    #expect(quarantine.linksLeft(name) == 0)
    #expect(!isThere(first) && !isThere(second) && !isThere(third))
    let file = try quarantine.file(beginning: name)
    #expect(try quarantine.restore(file).places == [first, second, third])
    #expect(try [first, second, third].allSatisfy { try bytes(of: $0) == bytes })
  }

  /// Whatever is at a file's old place stays.
  @Test func nothingIsOverwritten() throws {
    let path = try folder.write(bytes, to: "a.png")
    let name = try quarantine.take(path, sha256: sha256, why)
    try folder.write("new", to: "a.png")
    let file = try quarantine.file(beginning: name)
    #expect(throws: QuarantineError.self) { try quarantine.restore(file) }
    #expect(try bytes(of: path) == Array("new".utf8))
    #expect(quarantine.isThere(file))
    let other = folder.path("other.png")
    #expect(try quarantine.restore(file, to: other) == ([other], true))
  }

  @Test func bytesThatChangedInQuarantineDoNotComeBack() throws {
    let path = try folder.write(bytes, to: "a.png")
    let name = try quarantine.take(path, sha256: sha256, why)
    try Data("other".utf8).write(to: URL(filePath: quarantine.content(name).string))
    let file = try quarantine.file(beginning: name)
    #expect(throws: QuarantineError.self) { try quarantine.restore(file) }
    #expect(!isThere(path))
  }

  @Test func purgedAreTheOldOnes() throws {
    let path = try folder.write(bytes, to: "a.png")
    _ = try quarantine.take(path, sha256: sha256, why, at: 1000)
    #expect(try quarantine.purge(before: 1000, isDryRun: false).isEmpty)
    #expect(try quarantine.purge(before: 1001, isDryRun: true).count == 1)
    #expect(try quarantine.files().count == 1)
    #expect(try quarantine.purge(before: 1001, isDryRun: false).count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: quarantine.folder.string) == [])
  }

  @Test func aFolderThatOthersMayEnterIsRefused() throws {
    chmod(quarantine.folder.string, 0o755)
    #expect(throws: QuarantineError.self) {
      try Quarantine(at: quarantine.folder, key: InstallationKey(), creates: false)
    }
    let file = try folder.write("x", to: "file")
    #expect(throws: QuarantineError.self) {
      try Quarantine(at: file, key: InstallationKey(), creates: true)
    }
  }

  /// Names of any bytes come back.
  @Test func anyNameComesBack() throws {
    let name = folder.path.string.utf8.map { CChar(bitPattern: $0) } + [0x2F, -1, 0x0A, 0x61, 0]
    let path = name.withUnsafeBufferPointer { FilePath(platformString: $0.baseAddress!) }
    let file = try FileDescriptor.open(
      path, .writeOnly, options: .create, permissions: .ownerReadWrite)
    try file.closeAfter { _ = try file.writeAll(bytes) }
    let taken = try quarantine.take(path, sha256: sha256, why)
    let back = try quarantine.restore(quarantine.file(beginning: taken))
    #expect(back.places == [path])
  }

  /// On another file system it is copied, compared, and then removed.
  @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm")))
  func anotherFileSystemIsReached() throws {
    let path = FilePath("/dev/shm/hashscan-test-\(UUID())")
    try Data(bytes).write(to: URL(filePath: path.string))
    defer { unlink(path.string) }
    let name = try quarantine.take(path, sha256: sha256, why)
    #expect(try !isThere(path) && bytes(of: quarantine.content(name)) == bytes)
    #expect(try quarantine.restore(quarantine.file(beginning: name)).places == [path])
    #expect(try bytes(of: path) == bytes)
  }

  /// Two that take at the same time: every place is known afterwards.
  @Test func placesAreKeptWhoeverTakes() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          let own = try Quarantine(at: quarantine.folder, key: quarantine.key, creates: false)
          for number in 0..<20 {
            let path = try folder.write(bytes, to: "\(worker)/\(number).png")
            _ = try own.take(path, sha256: sha256, why)
          }
        }
      }
      try await group.waitForAll()
    }
    let file = try #require(try quarantine.files().first)
    #expect(file.places.count == 80)
    #expect(try quarantine.restore(file).places.count == 80)
  }

  /// Killed in the middle of a move: the bytes have no name yet, but a record.
  @Test func aMoveThatWasBrokenOffIsFinished() throws {
    let path = try folder.write(bytes, to: "a.png")
    let name = try quarantine.take(path, sha256: sha256, why)
    rename(
      quarantine.content(name).string, quarantine.folder.appending(".\(name).moving").string)
    let file = try #require(try quarantine.files().first)
    #expect(quarantine.isThere(file))
    #expect(try quarantine.restore(file).places == [path])
  }

  @Test func aRestoreThatWasBrokenOffGoesOn() throws {
    let paths = try (0..<3).map { try folder.write(bytes, to: "\($0).png") }
    for path in paths { _ = try quarantine.take(path, sha256: sha256, why) }
    try folder.write(bytes, to: "1.png")
    let file = try #require(try quarantine.files().first)
    #expect(try quarantine.restore(file) == (paths, true))
  }

  /// Whoever takes one copy out to look at it has not brought the others back.
  @Test func anotherPlaceIsNotTheOldOnes() throws {
    let paths = try (0..<2).map { try folder.write(bytes, to: "\($0).png") }
    for path in paths { _ = try quarantine.take(path, sha256: sha256, why) }
    let file = try #require(try quarantine.files().first)
    let other = folder.path("look.png")
    #expect(try quarantine.restore(file, to: other) == ([other], false))
    #expect(try quarantine.restore(file) == (paths, true))
  }

  @Test func aFolderThatBecameALinkIsNotFollowed() throws {
    let path = try folder.write(bytes, to: "in/a.png")
    _ = try quarantine.take(path, sha256: sha256, why)
    let elsewhere = try folder.write("x", to: "elsewhere/x").removingLastComponent()
    rmdir(folder.path("in").string)
    symlink(elsewhere.string, folder.path("in").string)
    let file = try #require(try quarantine.files().first)
    #expect(throws: QuarantineError.self) { try quarantine.restore(file) }
    #expect(!isThere(elsewhere.appending("a.png")))
  }

  /// A record that was damaged costs its own file's place, and nothing else.
  @Test func whatHasNoRecordIsShownAndKept() throws {
    let path = try folder.write(bytes, to: "a.png")
    let name = try quarantine.take(path, sha256: sha256, why)
    try Data("{".utf8).write(to: URL(filePath: quarantine.side(name).string))
    let file = try #require(try quarantine.files().first)
    #expect(file.name == name && file.places.isEmpty)
    #expect(try quarantine.purge(before: .now, isDryRun: false).isEmpty)
    #expect(throws: QuarantineError.self) { try quarantine.restore(file) }
    #expect(try quarantine.restore(file, to: path) == ([path], true))
  }

  @Test func whatIsInQuarantineIsNotTakenAgain() throws {
    let path = try folder.write(bytes, to: "a.png")
    let name = try quarantine.take(path, sha256: sha256, why)
    let second = try Quarantine(at: folder.path("q2"), key: quarantine.key, creates: true)
    #expect(throws: QuarantineError.self) {
      try second.take(quarantine.content(name), sha256: sha256, why)
    }
    #expect(try quarantine.isThere(quarantine.file(beginning: name)))
  }
}
