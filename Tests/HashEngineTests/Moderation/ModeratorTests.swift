import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

@Suite struct ModeratorTests {
  private let folder: TemporaryFolder
  private let moderator: Moderator

  init() throws {
    folder = try TemporaryFolder()
    let blocklist = try Blocklist(at: folder.path("db"), creates: true)
    let list = try FileDescriptor.open(TestFiles.fixtures.appending("blocklist.csv"), .readOnly)
    defer { try? list.close() }
    _ = try blocklist.importList(list, into: "demo", now: 0)
    moderator = Moderator(blocklist: blocklist)
  }

  private func verdict(_ name: String) throws -> Verdict {
    try moderator.examine(TestFiles.fixtures.appending("uploads").appending(name)).verdict
  }

  @Test(arguments: [
    ("2026/10/aurora-recompressed.jpg", "case-1"), ("2026/10/basalt-half-size.jpg", "case-2"),
    ("2026/10/canyon-128-colours.png", "case-3"), ("2026/11/dunes.webp", "case-4"),
    ("2026/11/estuary.gif", "case-5"), ("2026/11/fjord-grey-progressive.jpg", "case-6"),
  ])
  func editedCopiesMatchTheirOriginal(_ upload: (name: String, entry: String)) throws {
    guard case .match(let matches) = try verdict(upload.name) else {
      Issue.record("no match")
      return
    }
    #expect(matches.map(\.entry) == [upload.entry])
    #expect(matches.allSatisfy { $0.list == "demo" && (0...31).contains($0.distance) })
  }

  @Test(arguments: [
    "glacier.jpg", "heath.png", "island.webp", "jungle.gif", "kelp-cmyk.jpg",
    "lagoon-lossless.webp",
  ])
  func strangersDoNotMatch(_ name: String) throws {
    #expect(try verdict(name) == .noMatch)
  }

  @Test func whatWasNotScannedIsNotClean() throws {
    let expected: [String: ImageError.Code] = [
      "broken/cut-off.jpg": .truncated, "broken/a-text.jpg": .notAnImage,
      "broken": .notAFile, "missing.jpg": .unreadable,
    ]
    for (name, code) in expected {
      guard case .notScanned(let reason) = try verdict(name) else {
        Issue.record("\(name) counts as scanned")
        continue
      }
      #expect(reason.code == code)
    }
  }

  /// What came of a damaged picture may match, and then it counts.
  @Test func aTruncatedCopyStillMatches() throws {
    let name = "uploads/2026/10/aurora-recompressed.jpg"
    let bytes = try TestFiles.bytes(of: TestFiles.fixtures.appending(name))
    let cut = Array(bytes.prefix(bytes.count * 97 / 100))
    let examination = try moderator.examine(cut.span)
    guard case .partial = examination.fingerprint?.completeness, case .match = examination.verdict
    else {
      Issue.record("\(examination)")
      return
    }
  }

  @Test func flatPicturesAreNeitherMatchedNorUnscanned() throws {
    let path = TestFiles.fixtures.appending("flat.gif")
    let examination = try moderator.examine(path)
    #expect(examination.verdict == .noMatch)
    #expect(examination.lacksDetail)
  }
}
