import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// What the importers read of each format.
@Suite struct ImporterTests {
  private let fixture: ListFixture
  private var store: ListStore { fixture.store }

  init() throws { fixture = try ListFixture() }

  // MARK: Hashes in all their spellings

  @Test(arguments: [
    ("874cda9824db38cf", nil), ("p:874cda9824db38cf", nil), ("0x874CDA9824DB38CF", nil),
    ("h0zamCTbOM8=", nil), ("-8697336433371039537", HashSpelling.decimal),
    ("9749407640338512079", .decimal),
    ("1000011101001100110110101001100000100100110110110011100011001111", nil),
  ])
  func sixtyFourBits(_ text: String, _ spelling: HashSpelling?) throws {
    let hash = try HashField.read(Array(text.utf8), kind: .phash64, spelling: spelling)
    #expect(hash.text == "874cda9824db38cf")
  }

  @Test func leadingZerosMayBeMissing() throws {
    let hash = try HashField.read(Array("4cda9824db38cf".utf8), kind: .phash64)
    #expect(hash.text == "004cda9824db38cf")
    let decimal = try HashField.read(Array("21632943".utf8), kind: .phash64, spelling: .decimal)
    #expect(decimal.phash64?.word == 21_632_943)
  }

  @Test(arguments: [
    "", "-", "p:", "d:874cda9824db38cf", "874cda9824db38cfa", "99999999999999999999999",
    "-8697336433371039537", "8000000000000000", "0", "xyz", "h0zamCTbOM8",
  ])
  func whatIsNoHash(_ text: String) {
    #expect(throws: HashField.Refusal.self) {
      try HashField.read(Array(text.utf8), kind: .phash64)
    }
  }

  @Test func digestsOfNothingAreRefused() {
    for (kind, text) in [
      (HashKind.md5, "d41d8cd98f00b204e9800998ecf8427e"),
      (.sha1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
      (.sha256, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      (.pdq, String(repeating: "f", count: 64)),
    ] {
      #expect(throws: HashField.Refusal.self) { try HashField.read(Array(text.utf8), kind: kind) }
    }
  }

  @Test func base64OfOtherKinds() throws {
    let hash = try HashField.read(
      Array("4VQHiuOP8fc/4xw9CHoCAvA88IzvRhv+E6XER/xiI7E=".utf8), kind: .pdq)
    #expect(hash.text == ListFixture.hash)
  }

  @Test func aListOfDecimalNumbersIsTakenForOne() throws {
    // The second would be a hash in hexadecimal as well.
    let text = "hash,id\n-8697336433371039537,a\n4765765813081455,b\n"
    let receipt = try fixture.importText(text, ImportOptions(kind: .phash64))
    #expect(receipt.added == 2)
    #expect(
      try store.entry("b", in: "l").hashes.first?.phash64?.word == 4_765_765_813_081_455)
  }

  @Test func linesMayNameTheirKind() throws {
    let md5 = "9caa72b00ef0d7a3c3c528c73073cbbd"
    let receipt = try fixture.importText("pdq \(ListFixture.hash)\nmd5 \(md5) *a b.jpg\n\(md5),b\n")
    #expect(receipt.added == 3 && receipt.format == .text)
    let named = try store.entries(in: "l").filter { $0.details.label == "a b.jpg" }
    #expect(named.flatMap(\.hashes).map(\.kind) == [.md5])
  }

  // MARK: Columns

  @Test func columnsAreNamedByTheCaller() throws {
    var options = ImportOptions(kind: .pdq)
    options.columns = ["Perceptual": "hash", "Ref": "id", "Why": "category", "Sum": "md5"]
    options.delimiter = "|"
    options.categories = ["bad": "B"]
    let md5 = "9caa72b00ef0d7a3c3c528c73073cbbd"
    let receipt = try fixture.importText(
      "Ref|Perceptual|Why|Sum\nr1|\(ListFixture.hash)|bad|\(md5)\nr2|\(ListFixture.other)|fine|\n",
      options)
    #expect(receipt.counts == [1, 0, 0, 0, 1, 0] && receipt.format == .csv)
    let entry = try store.entry("r1", in: "l")
    #expect(entry.details.label == "B" && Set(entry.hashes.map(\.kind)) == [.pdq, .md5])
    options.columns["None"] = "note"
    #expect(throws: ListError.self) { try fixture.importText("Ref|Perceptual\n", options) }
    options.columns = ["Ref": "nonsense"]
    #expect(throws: ListError.self) { try fixture.importText("Ref|Perceptual\n", options) }
  }

  // MARK: Patterns

  @Test func patternsOfFileHashes() {
    let pattern =
      "[file:hashes.'SHA-256' = 'aa' OR file:hashes.MD5='bb'] OR [file:hashes.PDQ = 'cc']"
    let found = STIXPattern.fileHashes(pattern)
    #expect(found?.map(\.algorithm) == ["SHA-256", "MD5", "PDQ"])
    #expect(found?.map(\.hash) == ["aa", "bb", "cc"])
    for other in [
      "[file:hashes.MD5 = 'a' AND file:name = 'b']", "[file:hashes.MD5 != 'a']", "[]", "",
      "[file:hashes.MD5 = 'a'] FOLLOWEDBY [file:hashes.MD5 = 'b']", "[file:hashes.MD5 = 'a",
    ] {
      #expect(STIXPattern.fileHashes(other) == nil, "\(other)")
    }
  }

  @Test func aVICSCaseHasItsMediaInside() throws {
    var options = ImportOptions()
    options.categories = ["1": "x"]
    let receipt = try fixture.importText(
      """
      {"@odata.context":"http://x/2.0.xml/US/$metadata#Cases","value":[{"CaseID":"g","Media":[
      {"MediaID":1,"Category":1,"SHA1":"8f66df6cd9a00ee87546e636cff619a8831f85e8",
       "AlternativeHashes":[{"HashName":"PDQ","HashValue":"\(ListFixture.hash)"},
                            {"HashName":"PhotoDNA","HashValue":"AA"}]},
      {"MediaID":2,"Category":"1","md5":"bc9772f17aa07c12ab3dcafc42352cb2"}]}]}
      """, options)
    #expect(receipt.counts == [2, 0, 0, 0, 0, 0] && receipt.unsupported == ["photodna": 1])
    #expect(try fixture.matches(ListFixture.hash).count == 1)
  }

  @Test func clamAVsOtherSignaturesAreCounted() throws {
    let receipt = try fixture.importText(
      """
      A;Engine:150-255,Target:0;(0|1);fuzzy_img#9c9f634721996c33;fuzzy_img#9d1ebe1ee3c2e050#0
      B;Engine:150-255,Target:0;0&1;fuzzy_img#9c9f634721996c33;6161
      bc9772f17aa07c12ab3dcafc42352cb2:x:C

      """)
    #expect(receipt.counts == [1, 0, 0, 0, 0, 1])
    #expect(receipt.unsupported == ["logical signature": 1])
    #expect(try store.entry("A", in: "l").hashes.count == 2)
  }

  // MARK: Warnings

  @Test func likelyMistakesAreTold() throws {
    var random = SeededGenerator(seed: 3)
    func balanced() -> String {
      let bits = (0..<256).shuffled(using: &random).prefix(128)
      var words = SIMD4<UInt64>.zero
      for bit in bits { words[bit / 64] |= 1 << UInt64(bit % 64) }
      return PDQHash(words: words).description
    }
    func any() -> String { PDQHash.random(using: &random).description }
    let pdq = (0..<8).map { _ in balanced() }.joined(separator: "\n")
    let sha256 = (0..<8).map { _ in any() }.joined(separator: "\n")
    #expect(
      try fixture.importText(pdq, into: "a", ImportOptions(kind: .sha256)).warnings.first?
        .contains("look like PDQ") == true)
    #expect(
      try fixture.importText(sha256, into: "b", ImportOptions(kind: .pdq)).warnings.first?
        .contains("look like SHA-256") == true)
    #expect(try fixture.importText(pdq, into: "c", ImportOptions(kind: .pdq)).warnings.isEmpty)
    #expect(
      try fixture.importText(sha256, into: "d", ImportOptions(kind: .sha256)).warnings.isEmpty)
    let many = (0..<10_001).map { _ in String(any().prefix(16)) }.joined(separator: "\n")
    #expect(
      try fixture.importText(many, into: "e", ImportOptions(kind: .phash64)).warnings.first?
        .contains("64 bits") == true)
  }

  @Test func aHashOnAnAllowlistAndAnotherIsTold() throws {
    var settings = ListSettings()
    settings.meaning = .allow
    try store.create("fine", settings: settings)
    let md5 = "9caa72b00ef0d7a3c3c528c73073cbbd,x\n"
    #expect(try fixture.importText(md5, into: "fine").warnings.isEmpty)
    let receipt = try fixture.importText(md5, into: "bad")
    #expect(receipt.warnings == ["listed now, and on the allowlist fine: entry x"])
  }

  // MARK: Exports

  @Test(arguments: ExportFormat.allCases)
  func anExportImportsAsAnEqualList(_ format: ExportFormat) throws {
    let md5 = "9caa72b00ef0d7a3c3c528c73073cbbd"
    if format == .text {
      try fixture.importText(
        "\(ListFixture.hash),a b\n\(ListFixture.other)\n", ImportOptions(kind: .pdq))
    } else {
      let more = format == .jsonl ? #","disabled":true,"allows":[{"list":"x","entry":"y"}]"# : ""
      try fixture.importText(
        ListFixture.jsonl(
          #"{"id":"a","h":"\#(ListFixture.hash)","cat":"x, \"y\"","note":" n\nm","q":77,"ts":5,"severity":"s"}"#,
          #"{"id":"\u0023b","hashes":[{"kind":"pdq","h":"\#(ListFixture.other)"},{"kind":"md5","h":"\#(md5)"}],"case":"7","expires":"2030-01-01T00:00:00Z"\#(more)}"#,
          #"{"h":"\#(ListFixture.third)"}"#, #"{"id":"gone","del":true,"ts":9}"#))
    }
    var lines: [String] = []
    try store.export("l", as: format) { lines.append($0) }
    var options = ImportOptions(kind: .pdq)
    options.format = ListFormat(rawValue: format.rawValue)
    let receipt = try fixture.importText(
      lines.joined(separator: "\n") + "\n", into: "copy", options, now: 1_764_000_000)
    #expect(receipt.rejected == 0)
    #expect(try store.entries(in: "copy") == store.entries(in: "l"))
    let same = try fixture.importText(lines.joined(separator: "\n") + "\n", options)
    #expect(same.counts.prefix(3) == [0, 0, 0])
  }

  @Test func timesAsSourcesWriteThem() {
    for (text, seconds) in [
      ("2026-01-01T00:00:00Z", 1_767_225_600), ("2026-01-01", 1_767_225_600),
      ("2026-01-01T01:00:00+0100", 1_767_225_600), ("2026-01-01 00:00:00.99", 1_767_225_600),
      ("2025-12-31T19:00:00-05:00", 1_767_225_600), ("1767225600.5", 1_767_225_600),
    ] {
      #expect(Timestamp(text)?.seconds == seconds, "\(text)")
    }
    for text in ["", "soon", "2026-13-01", "2026-01-01T25:00:00Z", "2026-01-01Tx", "nan", "1e400"] {
      #expect(Timestamp(text) == nil, "\(text)")
    }
    #expect(Timestamp(seconds: 1_767_225_600).description == "2026-01-01T00:00:00Z")
  }
}
