import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

@Suite struct ModeratorTests {
  private let folder: TemporaryFolder
  private let moderator: Moderator

  init() throws {
    folder = try TemporaryFolder()
    let store = try ListStore(at: folder.path("db"), creates: true)
    let list = try FileDescriptor.open(TestFiles.fixtures.appending("blocklist.csv"), .readOnly)
    defer { try? list.close() }
    _ = try store.importList(list, into: "demo")
    moderator = Moderator(store)
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

  @Test func theMatchingFrameIsNamed() throws {
    for (name, frame) in [("three.gif", 2), ("three.webp", 2), ("three-behind-a-cover.png", 3)] {
      let path = TestFiles.fixtures.appending("animated").appending(name)
      guard case .match(let matches) = try moderator.examine(path).verdict else {
        Issue.record("\(name) does not match")
        continue
      }
      #expect(matches.map(\.entry) == ["case-4"] && matches.map(\.frame) == [frame], "\(name)")
    }
  }

  @Test func theOrientationThatMatchedIsNamed() throws {
    let upright = TestFiles.fixtures.appending("turned/upright.png")
    let hash = try #require(try fingerprint(of: upright).pdq?.hash)
    let store = try ListStore(at: folder.path("turned"), creates: true)
    let list = try FileDescriptor.open(try folder.write("\(hash),island", to: "l"), .readOnly)
    _ = try store.importList(list, into: "l", options: ImportOptions(kind: .pdq))
    let moderator = Moderator(store)
    for number in [2, 5, 6, 8] {
      let name = "orientation-\(number).\(number == 2 ? "png" : "jpg")"
      let path = TestFiles.fixtures.appending("turned").appending(name)
      guard case .match(let matches) = try moderator.examine(path).verdict else {
        Issue.record("\(name) does not match")
        continue
      }
      #expect(matches.map(\.view.orientation.rawValue) == [number])
    }
    guard case .match(let matches) = try moderator.examine(upright).verdict else {
      Issue.record("upright does not match")
      return
    }
    #expect(matches.map(\.view) == [.asStored])
  }

  @Test func otherKindsMatchToo() throws {
    let path = TestFiles.fixtures.appending("uploads/glacier.jpg")
    let glacier = try fingerprint(of: path, kinds: [.phash64, .sha256, .md5])
    let store = try ListStore(at: folder.path("kinds"), creates: true)
    for (kind, text) in [
      (HashKind.phash64, glacier.frames[0].phash64?.hash.description),
      (.sha256, glacier.digestText(.sha256)), (.md5, glacier.digestText(.md5)),
    ] {
      let file = try folder.write("\(try #require(text)),\(kind.rawValue)", to: "l")
      let list = try FileDescriptor.open(file, .readOnly)
      let report = try store.importList(list, into: "l", options: ImportOptions(kind: kind))
      #expect(report.added == 1)
    }
    #expect(try store.requirements().kinds == [.phash64, .sha256, .md5])
    let verdict = try Moderator(store).examine(path).verdict
    guard case .match(let matches) = verdict else {
      Issue.record("no match")
      return
    }
    #expect(Set(matches.map(\.kind)) == [.phash64, .sha256, .md5])
    #expect(matches.allSatisfy { $0.distance == 0 && $0.entry == $0.kind.rawValue })
  }

  @Test func flatPicturesAreNeitherMatchedNorUnscanned() throws {
    let path = TestFiles.fixtures.appending("flat.gif")
    let examination = try moderator.examine(path)
    #expect(examination.verdict == .noMatch)
    #expect(examination.lacksDetail)
  }
}

/// A picture that is not examined in time does not count as clean.
@Suite struct TimeLimitTests {
  @Test func aSearchThatIsCutIsTold() throws {
    let fixture = try ListFixture()
    try fixture.importText("\(ListFixture.hash),a\n", ImportOptions(kind: .pdq))
    var random = SeededGenerator(seed: 1)
    let queries = (0..<1500).map { _ in HashQuery(ListedHash(PDQHash.random(using: &random))) }
    func search(until deadline: ContinuousClock.Instant?) throws -> SearchResult {
      try fixture.store.search(for: queries, SearchOptions(deadline: deadline))
    }
    let whole = try search(until: nil)
    #expect(!whole.isCut && whole.lookups == 1500)
    let cut = try search(until: .now)
    #expect(cut.isCut && cut.lookups < 1500)
    #expect(try !search(until: .now + .seconds(60)).isCut)
  }

  @Test func aPictureWithoutTimeIsNotScanned() throws {
    let fixture = try ListFixture()
    try fixture.importText("\(ListFixture.hash),a\n", ImportOptions(kind: .pdq))
    let bytes = try TestFiles.bytes(of: TestFiles.fixtures.appending("animated/three.webp"))
    let moderator = Moderator(fixture.store, policy: MatchPolicy(timeLimit: .nanoseconds(1)))
    guard case .notScanned(let error) = try moderator.examine(bytes.span).verdict else {
      Issue.record("scanned")
      return
    }
    #expect(error.code == .timeLimit)
  }
}

/// With nothing to compare against there is no "no match".
@Suite struct NothingToCompareTests {
  private let fixture: ListFixture
  private var moderator: Moderator { Moderator(fixture.store) }

  init() throws { fixture = try ListFixture() }

  private func code() -> ListError.Code? {
    do throws(ListError) {
      try moderator.checkLists()
      return nil
    } catch {
      return error.code
    }
  }

  @Test func entriesMustBeInForceToo() throws {
    #expect(code() == .noListInForce)
    let text = ListFixture.jsonl(
      #"{"id":"a","h":"\#(ListFixture.hash)"}"#, #"{"id":"b","h":"\#(ListFixture.other)"}"#)
    try fixture.importText(text)
    #expect(code() == nil)
    try fixture.store.disable(entry: "a", of: "l")
    #expect(code() == nil)
    try fixture.store.disable(entry: "b", of: "l", until: Timestamp.now.later(by: 2))
    #expect(code() == .noListInForce)
    // What is known of a list holds until its entries' own times.
    sleep(3)
    #expect(code() == nil)
    try fixture.store.disable(entry: "b", of: "l")
    #expect(code() == .noListInForce)
    try fixture.store.enable(entry: "a", of: "l")
    #expect(code() == nil)
    try fixture.store.set("l") { $0.meaning = .allow }
    #expect(code() == .noListInForce)
  }

  @Test func expiredEntriesAreNotInForce() throws {
    try fixture.importText(
      ListFixture.jsonl(
        #"{"id":"a","h":"\#(ListFixture.hash)","expires":"2020-01-01T00:00:00Z"}"#))
    #expect(code() == .noListInForce)
  }

  @Test func aTakedownOnAListThatIsNotMatchedIsToldSo() throws {
    try fixture.store.create("own")
    try fixture.store.set("own") { $0.isEnabled = false }
    let bytes = try PictureFile.read(TestFiles.fixtures.appending("uploads/glacier.jpg"))
    let picture = try Takedown(of: bytes.span)
    let first = try fixture.store.takeDown([picture], on: "own", reason: "r", caseID: "1").receipt
    #expect(first.warnings.contains { $0.contains("is not matched now: it is disabled") })
    let second = try fixture.store.takeDown([picture], on: "own", reason: "r", caseID: "2").receipt
    #expect(second.warnings.contains { $0.contains("is listed already under case \"1\"") })
  }

  /// What a preview finds, a takedown finds, as near.
  @Test func aPreviewFindsWhatATakedownWould() throws {
    let bytes = try PictureFile.read(TestFiles.fixtures.appending("uploads/2026/11/dunes.webp"))
    let picture = try Takedown(of: bytes.span, includesCrops: true)
    let preview = try Moderator.preview(of: [picture], on: "own", in: fixture.store)
    try fixture.store.takeDown([picture], on: "own", reason: "r")
    var found = 0
    for file in TestFiles.files(below: TestFiles.fixtures) where file.extension != "csv" {
      let (before, after) = (try preview.examine(file), try moderator.examine(file))
      guard case .match(let matches) = before.verdict else {
        #expect(before.verdict == after.verdict, "\(file)")
        continue
      }
      found += 1
      guard case .match(let real) = after.verdict else {
        Issue.record("\(file) would not be found")
        continue
      }
      #expect(matches.map(\.distance) == real.map(\.distance), "\(file)")
      #expect(before.action == after.action)
    }
    #expect(found >= 3)
    try fixture.store.set("own") { $0.meaning = .allow }
    let error = #expect(throws: ListError.self) {
      try Moderator.preview(of: [picture], on: "own", in: fixture.store)
    }
    #expect(error?.code == .invalidSetting)
  }
}

extension Timestamp {
  fileprivate func later(by seconds: Int) -> Timestamp {
    Timestamp(seconds: self.seconds + seconds)
  }
}
