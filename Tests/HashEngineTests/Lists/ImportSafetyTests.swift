import TestSupport
import Testing

@testable import HashEngine

/// What an import may take away, and how a list goes out and comes in again.
@Suite struct ImportSafetyTests {
  private let fixture: ListFixture
  private var store: ListStore { fixture.store }
  private static let hashes: [String] = {
    var random = SeededGenerator(seed: 17)
    return (0..<60).map { _ in PDQHash.random(using: &random).description }
  }()
  private var h: [String] { Self.hashes }

  init() throws { fixture = try ListFixture() }

  private var replacing: ImportOptions {
    var options = ImportOptions(kind: .pdq)
    options.replaces = true
    return options
  }

  private func rows(_ range: Range<Int>) -> String {
    range.map { "\(h[$0]),case-\($0)\n" }.joined()
  }

  // MARK: Withdrawals

  @Test(arguments: ["b20c1c5c184d", "b20c1c5c184d,", "1.23E+45", "1.23E+45,", "not a hash,-"])
  func aRowOfWhichNobodyKnowsWhoseItIsKeepsAll(_ row: String) throws {
    try fixture.importText("hash,id\n" + rows(0..<6), replacing)
    let receipt = try fixture.importText("hash,id\n" + rows(0..<2) + row + "\n", replacing)
    #expect(receipt.withdrawn == 0 && receipt.withheld == 4 && !receipt.isComplete)
    #expect(receipt.warnings.contains { $0.hasPrefix("nothing was withdrawn") })
    #expect(try store.list("l").count == 6)
  }

  @Test func aRefusedRowKeepsItsOwnEntry() throws {
    try fixture.importText("hash,id\n" + rows(0..<6), replacing)
    let receipt = try fixture.importText(
      "hash,id\n" + rows(0..<3) + "1.23E+45,case-3\n" + rows(4..<5), replacing)
    #expect(receipt.withdrawn == 1 && receipt.rejected == 1)
    #expect(try fixture.matches(h[3]) == ["l/case-3"] && fixture.matches(h[5]).isEmpty)
  }

  @Test func rowsRefusedByPolicyBlockNothing() throws {
    try fixture.importText("hash,id\n" + rows(0..<6), replacing)
    let flat = String(repeating: "0", count: 64)
    let receipt = try fixture.importText("hash,id\n" + rows(0..<5) + "\(flat),\n", replacing)
    #expect(receipt.withdrawn == 1 && receipt.withheld == 0 && receipt.rejected == 1)
  }

  @Test func halfAFileTakesNothingBackUnlessForced() throws {
    try fixture.importText("hash,id\n" + rows(0..<60), replacing)
    #expect(try fixture.importText("hash,id\n" + rows(0..<40), replacing).withheld == 20)
    #expect(try store.list("l").count == 60)
    // Ten may always go, and a fifth.
    #expect(try fixture.importText("hash,id\n" + rows(0..<48), replacing).withdrawn == 12)
    var options = replacing
    options.maximumWithdrawn = 0.5
    #expect(try fixture.importText("hash,id\n" + rows(0..<30), options).withdrawn == 18)
    options.maximumWithdrawn = 0
    options.forcesWithdrawal = true
    #expect(try fixture.importText("hash,id\n" + rows(0..<2), options).withdrawn == 28)
  }

  // MARK: Round trips

  @Test(arguments: ExportFormat.allCases, ListMeaning.allCases)
  func theSettingsGoWithTheList(_ format: ExportFormat, _ meaning: ListMeaning) throws {
    var settings = ListSettings()
    settings.meaning = meaning
    settings.pdqRadius = 20
    settings.reviewRadius = 40
    settings.phash64Radius = 3
    settings.effort = .thorough
    settings.expiresAt = 1_900_000_000
    settings.note = "of the \"police\", see 7"
    settings.commonHashes = .match
    settings.isEnabled = false
    try store.create("from", settings: settings)
    try fixture.importText(rows(0..<4), into: "from", ImportOptions(kind: .pdq))
    var lines: [String] = []
    try store.export("from", as: format) { lines.append($0) }
    let text = lines.joined(separator: "\n") + "\n"
    try fixture.importText(text, into: "to", ImportOptions(kind: .pdq))
    #expect(try store.list("to").settings == settings)
    #expect(try store.entries(in: "to").map(\.id) == store.entries(in: "from").map(\.id))
    // An allowlist never becomes a blocklist, nor the other way round.
    for other in ListMeaning.allCases where other != meaning {
      var settings = ListSettings()
      settings.meaning = other
      try store.create(other.rawValue, settings: settings)
      let error = #expect(throws: ListError.self) {
        try fixture.importText(text, into: other.rawValue, ImportOptions(kind: .pdq))
      }
      #expect(error?.description.contains(meaning.rawValue) == true)
    }
  }

  /// Random lists, every format: equal, or told.
  @Test(arguments: 0..<12)
  func whatGoesOutComesInAgain(_ seed: Int) throws {
    var random = SeededGenerator(seed: UInt64(seed))
    var lines: [String] = []
    for number in 0..<30 { lines.append(Self.entry(number, &random)) }
    try fixture.importText(ListFixture.jsonl() + lines.joined(separator: "\n") + "\n", into: "from")
    for format in ExportFormat.allCases {
      var out: [String] = []
      let losses = try store.export("from", as: format, kind: format == .text ? .pdq : nil) {
        out.append($0)
      }
      var options = ImportOptions(kind: .pdq)
      options.format = ListFormat(rawValue: format.rawValue)
      let receipt = try fixture.importText(
        out.joined(separator: "\n") + "\n", into: "to-\(format)", options, now: 1_764_000_000)
      #expect(receipt.rejected == 0, "\(receipt.rejections)")
      let (from, to) = (try store.entries(in: "from"), try store.entries(in: "to-\(format)"))
      #expect(from == to || !losses.isEmpty, "\(format)")
      #expect(format != .jsonl || losses.isEmpty)
      // What is lost, no hash is: not even in text, of its kind.
      func hashes(_ entries: [Entry]) -> Set<ListedHash> {
        Set(entries.flatMap(\.hashes).filter { format != .text || $0.kind == .pdq })
      }
      #expect(hashes(from) == hashes(to))
    }
  }

  private static let texts = [
    "plain", "with, comma", "with \"quotes\"", "#hash", "two\nlines", "ümläut", "-", "null",
    "a;b|c\td", "0",
    "100", "=1+1", "sep=;", "a/b.jpg", "x=y",
  ]

  private static func entry(_ number: Int, _ random: inout SeededGenerator) -> String {
    let text = { (random: inout SeededGenerator) in
      JSONText.quoted(texts.randomElement(using: &random) ?? "")
    }
    var members = [
      #""id":\#(JSONText.quoted("\(texts.randomElement(using: &random) ?? "") \(number)"))"#
    ]
    if Bool.random(using: &random), number > 3 {
      return #"{"id":"gone \#(number)","del":true,"ts":1700000000}"#
    }
    let count = Int.random(in: 1...3, using: &random)
    let hashes = (0..<count).map { index -> String in
      let hash = PDQHash.random(using: &random).description
      let crop = Int.random(in: 0..<5, using: &random) == 0 ? #","crop":"0,0,0.9,1""# : ""
      return index == 2
        ? #"{"kind":"md5","h":"\#(hash.prefix(32))"}"# : #"{"kind":"pdq","h":"\#(hash)"\#(crop)}"#
    }
    members.append(#""hashes":[\#(hashes.joined(separator: ","))]"#)
    for name in ["cat", "note", "severity"] where Bool.random(using: &random) {
      members.append(#""\#(name)":\#(text(&random))"#)
    }
    if Bool.random(using: &random) {
      members.append(#""q":\#(Int.random(in: 50...100, using: &random))"#)
    }
    if Bool.random(using: &random) { members.append(#""ts":\#(1_700_000_000 + number)"#) }
    if Bool.random(using: &random) {
      members.append(#""expires":"2030-01-0\#(number % 9 + 1)T00:00:00Z""#)
    }
    if Bool.random(using: &random) { members.append(#""case":\#(text(&random))"#) }
    if Int.random(in: 0..<4, using: &random) == 0 { members.append(#""disabled":true"#) }
    if Int.random(in: 0..<4, using: &random) == 0 {
      members.append(#""disabled":"2031-01-01T00:00:00Z""#)
    }
    if Int.random(in: 0..<6, using: &random) == 0 { members.append(#""cases":["7","8"]"#) }
    return "{\(members.joined(separator: ","))}"
  }
}

extension JSONText {
  fileprivate static func quoted(_ text: String) -> String {
    (try? encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}
