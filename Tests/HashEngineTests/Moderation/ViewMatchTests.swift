import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// Edited copies are found in the view that undoes the edit.
@Suite struct ViewMatchTests {
  private let fixture: ListFixture
  private var store: ListStore { fixture.store }

  init() throws {
    fixture = try ListFixture()
    _ = try fixture.importBytes(
      TestFiles.bytes(of: TestFiles.fixtures.appending("blocklist.csv")), into: "demo")
  }

  private func path(_ name: String) -> FilePath {
    TestFiles.fixtures.appending("edited").appending("\(name).jpg")
  }

  private func matches(_ name: String, _ policy: MatchPolicy = MatchPolicy()) throws -> [Match] {
    let verdict = try Moderator(store, policy: policy).examine(path(name)).verdict
    if case .match(let matches) = verdict { return matches }
    return []
  }

  @Test(arguments: [
    ("mirrored", "case-1", Effort.standard, "mirrored"),
    ("turned-left", "case-2", .standard, "turned right"),
    ("inverted", "case-3", .standard, "inverted"),
    ("bordered", "case-4", .standard, "trimmed 4.3,5.6,95.7,94.4"),
    ("bordered-mirrored", "case-5", .standard, "trimmed 2.8,3.7,97.2,96.3, mirrored"),
    ("captioned", "case-6", .standard, "trimmed 0,14.3,100,100"),
    ("letterboxed", "case-1", .standard, "trimmed 0,12.5,100,87.5"),
    ("screenshot", "case-2", .standard, "trimmed 6.9,15,96.2,93.9"),
    ("cropped-1", "case-3", .exact, "as stored"),
    ("cropped-2", "case-4", .standard, "extended -1.5,-1.5,101.5,101.5"),
    ("cropped-right", "case-5", .thorough, "extended 0,0,105,100"),
    ("rotated", "case-6", .thorough, "rotated 2.5°"),
    ("rotated-5", "case-1", .thorough, "rotated −5.3°"),
  ])
  func copiesAreFound(_ name: String, _ entry: String, _ effort: Effort, _ view: String) throws {
    for level in Effort.allCases {
      let found = try matches(name, MatchPolicy(effort: level))
      guard level >= effort else {
        #expect(found.isEmpty)
        continue
      }
      #expect(found.map(\.entry) == [entry])
      #expect(found.map(\.view.description) == [view])
      #expect(found.allSatisfy { $0.distance <= 31 && $0.radius == 31 && $0.meaning == .block })
    }
  }

  /// A copy whose quality is too low to be listed is looked up as long as it has detail; a flat one is not.
  @Test func fadedCopiesAreFound() throws {
    let picture = PaintedPicture(width: 320, height: 240) { x, y in
      128 + ((x / 19 * 37 + y / 23 * 53) % 17 - 8) * 12 + (x * y / 700) % 40 - 20
    }
    try store.takeDown([Takedown(of: picture.png.span)], on: "reported", reason: "r")
    let moderator = Moderator(store, policy: MatchPolicy(lists: ["reported"]))
    for contrast in [4, 7, 15] {
      let faded = PaintedPicture(
        width: 320, height: 240,
        pixels: picture.pixels.map { UInt8(200 + (Int($0) - 128) * contrast / 100) })
      let examination = try moderator.examine(faded.png.span)
      let pdq = try #require(examination.fingerprint?.pdq)
      #expect(!pdq.isListable && pdq.isComparable)
      #expect(examination.action == .block && !examination.lacksDetail)
      // It is not listed by its hash itself.
      #expect(try Takedown(of: faded.png.span).hashes.allSatisfy { $0.kind.isDigest })
    }
    for tone in [0, 128, 255] {
      let flat = PaintedPicture(width: 320, height: 240) { x, y in tone + (x + y) % 2 }
      #expect(try moderator.examine(flat.png.span).lacksDetail)
    }
  }

  /// Each list has its own effort, unless the request says otherwise; lists that ask for less are not
  /// matched by what others ask for.
  @Test func listsSayHowMuchEffort() throws {
    #expect(try matches("mirrored").count == 1)
    try store.set("demo") { $0.effort = .exact }
    #expect(try matches("mirrored").isEmpty)
    #expect(try matches("mirrored", MatchPolicy(effort: .standard)).count == 1)
    _ = try fixture.importBytes(
      TestFiles.bytes(of: TestFiles.fixtures.appending("blocklist.csv")), into: "other")
    try store.set("other") { $0.effort = .thorough }
    #expect(try matches("mirrored").map(\.list) == ["other"])
    #expect(try matches("rotated").map(\.list) == ["other"])
    #expect(try matches("rotated", MatchPolicy(lists: ["demo"])).isEmpty)
    #expect(
      try matches("mirrored", MatchPolicy(effort: .standard)).map(\.list) == ["demo", "other"])
  }

  @Test func viewsAreAskedOnlyWhereAListWantsThem() throws {
    func asked(_ policy: MatchPolicy) throws -> Int {
      try Moderator(store, policy: policy).examine(
        TestFiles.fixtures.appending("uploads/glacier.jpg")
      ).lookups
    }
    #expect(try asked(MatchPolicy(effort: .exact)) == 1)
    let standard = try asked(MatchPolicy())
    let thorough = try asked(MatchPolicy(effort: .thorough))
    #expect((10...40).contains(standard) && (standard + 20...120).contains(thorough))
    // With a hash of the exact picture on a list that blocks, the rest is not asked.
    let bytes = try PictureFile.read(TestFiles.fixtures.appending("uploads/glacier.jpg"))
    try store.takeDown([Takedown(of: bytes.span)], on: "reported", reason: "r")
    #expect(try asked(MatchPolicy()) == 2)
    #expect(try asked(MatchPolicy(endsEarly: false)) == standard + 1)
    try store.set("reported") { $0.meaning = .review }
    #expect(try asked(MatchPolicy()) == standard + 1)
  }

  /// Past the block radius, within the review radius, and of the picture itself only.
  @Test func aWiderRadiusIsForReview() throws {
    let copy = path("cropped-2")
    let distance = try #require(
      try matches("cropped-2", MatchPolicy(pdqRadius: 256, effort: .exact)).first?.distance)
    #expect((32...47).contains(distance))
    #expect(try matches("cropped-2", MatchPolicy(effort: .exact)).isEmpty)
    try store.set("demo") { $0.reviewRadius = ListSettings.usualReviewRadius }
    let exact = Moderator(store, policy: MatchPolicy(effort: .exact))
    let examination = try exact.examine(copy)
    #expect(examination.action == .review)
    let found = try matches("cropped-2", MatchPolicy(effort: .exact))
    #expect(found.map(\.radius) == [47] && found.map(\.distance) == [distance])
    // In another view it is near enough to be blocked.
    #expect(try Moderator(store).examine(copy).action == .block)
    #expect(try matches("mirrored", MatchPolicy(pdqRadius: 31, effort: .exact)).isEmpty)
    // A radius that is stated is all there is; one that is narrower means nothing.
    #expect(try matches("cropped-2", MatchPolicy(pdqRadius: 31, effort: .exact)).isEmpty)
    try store.set("demo") { $0.reviewRadius = 20 }
    #expect(try exact.examine(copy).verdict == .noMatch)
    #expect(throws: ListError.self) { try store.set("demo") { $0.reviewRadius = 257 } }
    let settings = try store.list("demo").settings
    #expect(settings.reviewRadius == 20 && settings.effort == .standard)
  }

  /// The hash of a view that needs effort is blocked or nothing.
  @Test func otherViewsAreNotForReview() throws {
    let listed = try #require(PDQHash(ListFixture.hash))
    let far = ListedHash(PDQHash(words: listed.words ^ SIMD4(0xFF_FFFF_FFFF, 0, 0, 0)))
    try fixture.importText("\(ListFixture.hash),a\n", ImportOptions(kind: .pdq))
    try store.set("l") { $0.reviewRadius = 47 }
    let queries = [HashQuery(far), HashQuery(far, effort: .standard)]
    #expect(try store.search(for: queries).candidates.map { $0.map(\.meaning) } == [[.review], []])
    try store.set("l") { $0.pdqRadius = 40 }
    #expect(
      try store.search(for: queries).candidates.map { $0.map(\.meaning) } == [[.block], [.block]])
  }

  /// Allowlists ask for no views themselves, and excuse in any that others ask for.
  @Test func allowlistsExcuseAtAnyEffort() throws {
    try store.set("demo") { $0.effort = .exact }
    try fixture.importText("\(ListFixture.hash),a\n", into: "fine", ImportOptions(kind: .pdq))
    try store.set("fine") { $0.meaning = .allow }
    #expect(try store.requirements().effort == .exact)
    let same = ListedHash(try #require(PDQHash(ListFixture.hash)))
    let found = try store.search(
      for: [HashQuery(same, effort: .thorough)], SearchOptions(effort: .exact))
    #expect(found.candidates.map { $0.map(\.list) } == [["fine"]])
  }

  /// An allowlist excuses a copy in the view in which it knows it.
  @Test func whatIsAllowedIsAllowedInItsViews() throws {
    let bytes = try PictureFile.read(path("mirrored"))
    try store.allow(
      [
        AllowedPicture(
          Takedown(of: bytes.span), excuses: [EntryReference(list: "demo", entry: "case-1")])
      ],
      on: "fine", reason: "a joke")
    #expect(try Moderator(store).examine(path("mirrored")).action == .allow)
    #expect(try Moderator(store).examine(path("bordered")).action == .block)
  }

  @Test func framesAreSeenInTheirViews() throws {
    let gif = TestFiles.fixtures.appending("animated/three.gif")
    let bytes = try PictureFile.read(gif)
    let fingerprint = try Fingerprint(of: bytes.span, views: .queried(.standard))
    #expect(fingerprint.frames.count == 3 && fingerprint.frames.allSatisfy { $0.views.count >= 8 })
    #expect(try Fingerprint(of: bytes.span).frames.allSatisfy(\.views.isEmpty))
  }
}

/// Takedowns that list a picture's crops.
@Suite struct CropTests {
  private let fixture: ListFixture
  private var store: ListStore { fixture.store }
  private let original = TestFiles.fixtures.appending("uploads/glacier.jpg")
  private let cropped = TestFiles.fixtures.appending("edited/cropped-5.jpg")

  init() throws {
    fixture = try ListFixture()
    try fixture.importBystander()
  }

  private func takedown(crops: Bool) throws -> Takedown {
    let bytes = try PictureFile.read(original)
    return try Takedown(of: bytes.span, includesCrops: crops)
  }

  @Test func cropsAreFoundAndNamed() throws {
    let plain = try takedown(crops: false)
    #expect(plain.crops.isEmpty)
    try store.takeDown([plain], on: "reported", reason: "r")
    let exact = Moderator(store, policy: MatchPolicy(effort: .exact))
    #expect(try exact.examine(cropped).verdict == .noMatch)

    let picture = try takedown(crops: true)
    #expect(picture.crops.count >= 20 && picture.hashes.starts(with: plain.hashes))
    #expect(picture.hashes.count == plain.hashes.count + picture.crops.count)
    let (receipt, ids) = try store.takeDown([picture], on: "reported", reason: "r")
    #expect(receipt.replaced == 1)
    guard case .match(let matches) = try exact.examine(cropped).verdict else {
      Issue.record("the crop is not found")
      return
    }
    #expect(matches.map(\.entry) == ids && matches.map { $0.crop?.text } == ["5,5,95,95"])
    guard case .match(let whole) = try exact.examine(original).verdict else {
      Issue.record("the original is not found")
      return
    }
    #expect(whole.allSatisfy { $0.crop == nil })
    // The same again changes nothing, but its time; released, nothing is left.
    let time = try #require(try store.entry(ids[0], in: "reported").details.sourceTime)
    #expect(
      try store.takeDown([picture], on: "reported", reason: "r", by: Author(now: time)).receipt
        .replaced == 0)
    try store.withdraw(entries: ids, from: "reported")
    #expect(try exact.examine(cropped).verdict == .noMatch)
    #expect(try store.indexedHashes().map(\.description) == [ListFixture.third])
  }

  @Test func cropsSurviveAnExport() throws {
    try store.takeDown([takedown(crops: true)], on: "reported", reason: "r")
    var lines: [String] = []
    try store.export("reported", as: .jsonl) { lines.append($0) }
    let text = lines.joined(separator: "\n") + "\n"
    try fixture.importText(text, into: "copy")
    var entries: [Entry] = []
    for list in ["reported", "copy"] {
      try store.forEachEntry(of: list) { entry in
        entries.append(entry)
        return true
      }
    }
    #expect(entries.count == 2 && entries[0].details.crops.count >= 20)
    #expect(entries[0].details.crops == entries[1].details.crops)
  }
}
