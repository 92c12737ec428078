import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// A picture that matched nothing and was told to have nothing new to match must match nothing.
@Suite struct ListGainsTests {
  private static let names = ["a", "b", "c"]

  /// Whatever is done to lists: what matches now and did not match then is let through.
  @Test(arguments: 0..<12)
  func nothingThatMatchesAnewIsHeldBack(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed + 900))
    let fixture = try ListFixture()
    try fixture.importBystander()
    let pictures = (0..<30).map { _ in PDQHash.random(using: &random) }
    var states: [(state: ListsState, clean: [PDQHash])] = []
    var clock = Timestamp(seconds: 1_764_000_000)
    for step in 0..<40 {
      try Self.change(fixture, pictures, step, clock, using: &random)
      // Time goes on, and disabled entries come back by themselves.
      clock = Timestamp(seconds: clock.seconds + Int.random(in: 0...40, using: &random))
      let matching = try Set(pictures.filter { try Self.isMatch($0, in: fixture.store, at: clock) })
      for (state, clean) in states {
        let filter = GainFilter(try fixture.store.gains(since: state, at: clock))
        for picture in clean where matching.contains(picture) {
          let isLetThrough = filter.lets(through: [:]) { Self.packed([picture]) }
          #expect(isLetThrough, "step \(step)")
        }
      }
      states.append(
        (try fixture.store.state(at: clock), pictures.filter { !matching.contains($0) }))
    }
  }

  private static func packed(_ hashes: [PDQHash]) -> PackedHashes { PackedHashes(pdq: hashes) }

  private static func isMatch(
    _ picture: PDQHash, in store: ListStore, at now: Timestamp
  ) throws -> Bool {
    try !store.matches(for: ListedHash(picture), now: now).isEmpty
  }

  /// Does something to a list, as people and sources do.
  private static func change(
    _ fixture: ListFixture, _ pictures: [PDQHash], _ step: Int, _ now: Timestamp,
    using random: inout SeededGenerator
  ) throws {
    let (store, author) = (fixture.store, Author(now: now))
    guard let list = names.randomElement(using: &random),
      let picture = pictures.randomElement(using: &random)
    else { return }
    let isThere = try store.lists().contains { $0.name == list }
    let id = "e\(Int.random(in: 0..<8, using: &random))"
    guard isThere else {
      let near = picture.flipping(Int.random(in: 0...40, using: &random), using: &random)
      try fixture.importText("\(near),\(id)\n", into: list, ImportOptions(kind: .pdq), now: now)
      return
    }
    // What cannot be done, as to withdraw what is not there, changes nothing.
    switch Int.random(in: 0..<12, using: &random) {
    case 0...4:
      var options = ImportOptions(kind: .pdq)
      options.replaces = Bool.random(using: &random)
      options.forcesWithdrawal = true
      let near = picture.flipping(Int.random(in: 0...40, using: &random), using: &random)
      _ = try? fixture.importText("\(near),\(id)\n", into: list, options, now: now)
    case 5: _ = try? store.withdraw(entries: [id], from: list, by: author)
    case 6:
      let until = Timestamp(seconds: now.seconds + Int.random(in: 1...60, using: &random))
      _ = try? store.disable(
        entry: id, of: list, until: Bool.random(using: &random) ? until : nil, by: author)
    case 7: _ = try? store.enable(entry: id, of: list, by: author)
    case 8: _ = try? store.undo(list, by: author)
    case 9: _ = try? store.remove(list: list, by: author)
    default:
      let (radius, kind) = (
        Int.random(in: 0...60, using: &random), Int.random(in: 0..<5, using: &random)
      )
      try store.set(list, by: author) { settings in
        switch kind {
        case 0: settings.pdqRadius = radius
        case 1: settings.reviewRadius = radius
        case 2: settings.isEnabled.toggle()
        case 3: settings.meaning = settings.meaning == .allow ? .block : .allow
        default:
          settings.expiresAt =
            settings.expiresAt == nil ? Timestamp(seconds: now.seconds + radius) : nil
        }
      }
    }
  }

  @Test func anImportGainsItsEntriesOnly() throws {
    let fixture = try ListFixture()
    try fixture.importText("\(ListFixture.hash),one\n", into: "l", ImportOptions(kind: .pdq))
    let state = try fixture.store.state()
    #expect(try fixture.store.gains(since: state).isEmpty)
    try fixture.importText("\(ListFixture.other),two\n", into: "l", ImportOptions(kind: .pdq))
    try fixture.store.withdraw(entries: ["one"], from: "l")
    let gains = try fixture.store.gains(since: state)
    #expect(!gains.isEverything && gains.hashes.map(\.text) == [ListFixture.other])
    #expect(gains.radii[.pdq] == 31)
    #expect(try fixture.store.gains(since: try fixture.store.state()).isEmpty)
  }

  /// A number of a change says little: another history may have one of the same number.
  @Test func anotherHistoryIsNotTakenForThisOne() throws {
    let fixture = try ListFixture()
    try fixture.importText("\(ListFixture.hash),one\n", into: "l", ImportOptions(kind: .pdq))
    try fixture.store.backUp(to: fixture.folder.path("backup"))
    try fixture.importText("\(ListFixture.other),two\n", into: "l", ImportOptions(kind: .pdq))
    let state = try fixture.store.state()
    let restored = try ListStore(at: fixture.folder.path("backup"))
    let file = try fixture.folder.write("\(ListFixture.third),three\n", to: "third")
    let list = try FileDescriptor.open(file, .readOnly)
    defer { try? list.close() }
    _ = try restored.importList(list, into: "l", options: ImportOptions(kind: .pdq))
    #expect(try restored.state().members.map(\.changes) == state.members.map(\.changes))
    let gained = Set(try restored.gains(since: state).hashes.map(\.text))
    #expect(gained == [ListFixture.hash, ListFixture.third])
  }
}

extension PackedHashes {
  /// Hashes of a picture that was never encoded.
  fileprivate init(pdq: [PDQHash]) {
    self.init()
    for hash in pdq { append(hash) }
  }
}
