import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

@Suite struct LedgerStorageTests {
  private let fixture: LedgerFixture
  private var place: FilePath { Ledger.folder(of: fixture.lists.folder.path("db")) }

  init() throws { fixture = try LedgerFixture() }

  @Test func aBackupIsRestored() throws {
    try fixture.upload(1, as: "a.png")
    _ = try fixture.scan()
    let backup = fixture.lists.folder.path("backup")
    try fixture.ledger.backUp(to: backup)
    let other = fixture.lists.folder.path("other")
    #expect(try Ledger.restore(backup, to: other) == nil)
    let restored = try Ledger(at: other)
    #expect(try restored.amounts().uploads == 1)
    #expect(try restored.problems() == [])
  }

  @Test func aDamagedBackupIsRefused() throws {
    try fixture.upload(1, as: "a.png")
    _ = try fixture.scan()
    try fixture.ledger.write { ledger throws(StorageError) in
      try ledger.contents.put([1, 2, 3].span, for: 1)
    }
    #expect(try !fixture.ledger.problems().isEmpty)
    let backup = fixture.lists.folder.path("backup")
    try fixture.ledger.backUp(to: backup)
    #expect(throws: StorageError.self) {
      try Ledger.restore(backup, to: fixture.lists.folder.path("other"))
    }
    // A record that cannot be read is read from the file again.
    LedgerFixture.settle()
    #expect(try fixture.scan()["a.png"] == .noMatch)
  }

  /// Lists and ledger are never taken for one another.
  @Test func eachTenantHasItsOwnFolder() throws {
    #expect(throws: StorageError.self) { try ListStore(at: place) }
    #expect(throws: StorageError.self) { try Ledger(at: fixture.lists.folder.path("db")) }
    #expect(Ledger.isThere(place) && !Ledger.isThere(fixture.lists.folder.path("nowhere")))
  }

  @Test func whatIsWrittenIsRead() throws {
    let problem = ImageError(.truncated, "truncated after row 3 of 9")
    let facts = PictureFacts(of: try Fingerprint(of: LedgerFixture.picture(4).png.span))
    for verdict in [LedgerContent.Verdict.noMatch, .match, .notScanned(problem)] {
      for (facts, problem) in [(facts, nil), (nil, problem)] as [(PictureFacts?, ImageError?)] {
        let content = LedgerContent(
          revision: 7, digests: Digests.of([1, 2].span, kinds: [.md5, .sha1, .sha256]),
          read: ReadingRequest(kinds: [.pdq, .md5], effort: .thorough), version: 3, decoder: .max,
          verdict: verdict, asked: 9, facts: facts, problem: problem, hasFingerprint: facts != nil)
        let bytes = content.bytes
        #expect(LedgerContent(bytes.span.bytes) == content)
        for count in bytes.indices {
          let part = Array(bytes.prefix(count))
          #expect(LedgerContent(part.span.bytes) == nil)
        }
      }
    }
  }

  /// Names of any bytes, in folders whose paths are longer than a key.
  @Test func anyPathHasAKey() {
    var keys = UploadKeys()
    let names: [[UInt8]] = [
      [0xFF, 0xFE], Array("a\nb".utf8), [UInt8](repeating: 0x61, count: 255),
    ]
    for name in names {
      let path = FilePath(folder: Array("/tmp".utf8), name: name)
      guard let (key, folder) = keys.key(of: path) else {
        Issue.record("\(path) has no key")
        continue
      }
      #expect(key.name == name && FilePath(folder: folder, name: key.name).string == path.string)
      #expect(UploadKey(key.bytes) == key)
    }
    let tooLong = FilePath(folder: Array("/tmp".utf8), name: [UInt8](repeating: 0x61, count: 256))
    #expect(keys.key(of: tooLong) == nil)
    #expect(keys.key(of: "/nowhere/at/all.png") == nil)
    let working = FilePath(FileManager.default.currentDirectoryPath)
    let (relative, absolute) = (keys.key(of: "a.png"), keys.key(of: working.appending("a.png")))
    #expect(relative != nil && relative?.key == absolute?.key)
  }
}
