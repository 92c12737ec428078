import TestSupport
import Testing

@testable import HashEngine

/// Lists as spreadsheets, programs and tired people leave them: what is listed is what the file says, or the receipt
/// tells.
@Suite struct ListsFromLifeTests {
  private let fixture: ListFixture
  private var store: ListStore { fixture.store }

  init() throws { fixture = try ListFixture() }

  /// PDQ hashes that look like pictures': half of their bits are set.
  private static let hashes: [String] = {
    var random = SeededGenerator(seed: 16)
    return (0..<40).map { _ in
      var words = SIMD4<UInt64>.zero
      for bit in (0..<256).shuffled(using: &random).prefix(128) {
        words[bit / 64] |= 1 << UInt64(bit % 64)
      }
      return PDQHash(words: words).description
    }
  }()
  private static let sums = hashes.map { String($0.prefix(32)) }
  private var h: [String] { Self.hashes }

  private func listed(_ list: String = "l") throws -> Set<String> {
    var found: Set<String> = []
    for entry in try store.entries(in: list) where entry.state == .active {
      found.formUnion(entry.hashes.map(\.text))
    }
    return found
  }

  private func ids(_ list: String = "l") throws -> Set<String> {
    Set(try store.entries(in: list).map(\.id))
  }

  private let pdq = ImportOptions(kind: .pdq)

  // MARK: Ids

  @Test(arguments: [
    "-", "", "NULL", "null", "N/A", "n/a", "NA", "#N/A", "none", "\\N", "ORIGINAL", "?", "unknown",
    "nan",
    "(null)",
  ])
  func whatIsNoIDNeverBecomesOne(_ word: String) throws {
    for (monday, tuesday) in [
      ("hash,id\n\(h[0]),\(word)\n\(h[1]),\(word)\n", "hash,id\n\(h[2]),\(word)\n"),
      ("\(h[3]),\(word)\n\(h[4]),\(word)\n", "\(h[5]),\(word)\n"),
      ("\(h[6])  \(word)\n\(h[7])  \(word)\n", "\(h[8])  \(word)\n"),
    ] {
      #expect(try fixture.importText(monday, pdq).added == 2)
      #expect(try fixture.importText(tuesday, pdq).added == 1)
    }
    #expect(try listed() == Set(h[0..<9]))
    #expect(try ids().allSatisfy { $0.hasPrefix("auto-") })
  }

  @Test(arguments: ["csam", "from the police", "batch 7", "reported"])
  func aRemarkThatManyShareIsALabel(_ remark: String) throws {
    for separator in [" ", ",", ";", "\t", "|"] {
      let list = "l\(separator.utf8.first ?? 0)"
      let rows = h[0..<5].map { "\($0)\(separator)\(remark)\n" }.joined()
      #expect(try fixture.importText(rows, into: list, pdq).added == 5)
      #expect(try listed(list) == Set(h[0..<5]))
      #expect(try store.entries(in: list).allSatisfy { $0.details.label == remark })
    }
  }

  @Test(arguments: [
    ("100\n", "98\n", "20\n", [true, true, false]),
    ("100.0\n", "87.5\n", "12.0\n", [true, true, false]),
    ("0,a.jpg\n", "49,b.jpg\n", "50,c.jpg\n", [false, false, true]),
    ("100,a.jpg\n", "100,a.jpg\n", "100,a.jpg\n", [true, true, true]),
    ("  87\n", " 99\n", " 87\n", [true, true, true]),
  ])
  func aNumberBehindAHashIsItsQuality(
    _ first: String, _ second: String, _ third: String, _ isListed: [Bool]
  ) throws {
    let text = "\(h[0]),\(first)\(h[1]),\(second)\(h[2]),\(third)"
    _ = try? fixture.importText(text, pdq)
    #expect(try listed() == Set(zip(h, isListed).filter(\.1).map(\.0)))
    #expect(try ids().allSatisfy { $0.hasPrefix("auto-") })
  }

  @Test func numbersThatGrowAreIDs() throws {
    let numbers = [17, 23, 48, 51, 60, 71, 99]
    let rows = zip(h, numbers).map { "\($0),\($1)\n" }.joined()
    #expect(try fixture.importText(rows, pdq).added == 7)
    #expect(try ids() == Set(numbers.map(String.init)))
    // Numbers of lines are another picture's in the next file.
    try fixture.importText("\(h[0]),1\n\(h[1]),2\n\(h[2]),3\n", into: "rows", pdq)
    try fixture.importText("\(h[3]),1\n\(h[4]),2\n", into: "rows", pdq)
    #expect(try listed("rows").count == 5)
  }

  @Test func aPictureUnderAnothersNameDoesNotTakeItsPlace() throws {
    try fixture.importText("\(h[0]),holiday\n", pdq)
    let receipt = try fixture.importText("\(h[1]),holiday\n", pdq)
    #expect(receipt.added == 1 && receipt.replaced == 0)
    #expect(receipt.warnings.contains { $0.contains("holiday") && $0.contains("both are listed") })
    #expect(try listed() == [h[0], h[1]])
    // Again, nothing changes.
    #expect(try fixture.importText("\(h[1]),holiday\n", pdq).hasEffect == false)
  }

  @Test(arguments: ConflictPolicy.allCases)
  func whatAnIDOfAnotherPictureDoesIsDecided(_ policy: ConflictPolicy) throws {
    var options = pdq
    try fixture.importText("hash,id\n\(h[0]),a\n\(h[1]),b\n", options)
    options.onConflict = policy
    let receipt = try fixture.importText("hash,id\n\(h[2]),a\n\(h[1]),b\n", options)
    switch policy {
    case .keepBoth: #expect(try listed() == [h[0], h[1], h[2]] && receipt.added == 1)
    case .replace: #expect(try listed() == [h[1], h[2]] && receipt.replaced == 1)
    case .refuse: #expect(try listed() == [h[0], h[1]] && receipt.rejected == 1)
    }
    let told = receipt.warnings.joined() + receipt.rejections.map(\.reason).joined()
    #expect(told.contains("a") && !h.contains { told.contains($0) })
  }

  @Test func aStatedIDIsReplacedAndThatIsTold() throws {
    try fixture.importText("hash,id\n\(h[0]),a\n", pdq)
    let receipt = try fixture.importText("hash,id\n\(h[1]),a\n", pdq)
    #expect(receipt.replaced == 1)
    #expect(receipt.warnings.contains { $0.contains("no longer listed: a") })
  }

  @Test func mediaNumbersOfTwoCasesAreTwoPictures() throws {
    func media(_ number: Int, _ category: Int, _ sum: String) -> String {
      #"{"@odata.context":"x","value":[{"MediaID":\#(number),"Category":\#(category),"MD5":"\#(sum)"}]}"#
    }
    var options = ImportOptions()
    options.categories = ["1": "x"]
    #expect(try fixture.importText(media(1, 1, Self.sums[0]), options).added == 1)
    #expect(try fixture.importText(media(1, 1, Self.sums[1]), options).added == 1)
    // A harmless picture of the same number takes nothing back.
    #expect(try fixture.importText(media(1, 0, Self.sums[2]), options).withdrawn == 0)
    #expect(try listed() == [Self.sums[0], Self.sums[1]])
  }

  @Test func hashesInIDsAndNamesAreMasked() throws {
    let (md5, sha1) = (Self.sums[0], String(h[1].prefix(40)))
    let texts = [
      "\(md5)\t\(sha1)\ta.jpg\n", "md5,id\n\(Self.sums[1]),\(sha1)\n",
      "md5,name\n\(Self.sums[2]),\(h[3]).jpg\n", "md5,id\n\(Self.sums[3]),case \(h[4])\n",
      "\(Self.sums[4])  \(h[5].uppercased()).png\n",
      #"{"Event":{"Attribute":[{"type":"md5","uuid":"\#(h[6])","to_ids":true,"value":"\#(Self.sums[5])"}]}}"#,
    ]
    for text in texts { #expect(try fixture.importText(text).added == 1, "\(text)") }
    for entry in try store.entries(in: "l") {
      let shown = entry.id + (entry.details.label ?? "") + (entry.details.note ?? "")
      for hash in h + [sha1] {
        #expect(!shown.lowercased().contains(hash), "\(shown)")
      }
    }
    // By the id of its source it is found all the same, and taken back.
    #expect(try store.entry("case \(h[4])", in: "l").hashes.map(\.text) == [Self.sums[3]])
    #expect(try store.withdraw(entries: ["case \(h[4])"], from: "l").withdrawn == 1)
    #expect(
      try fixture.importText("md5,id,deleted\n,\(sha1),yes\n").withdrawn == 1)
  }

  // MARK: Rows

  @Test(arguments: ["\n", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"])
  func everyLineEnd(_ end: String) throws {
    let rows = h[0..<5].enumerated().map { "\($1),case-\($0)" }
    for (index, text) in [
      (["hash,id"] + rows).joined(separator: end) + end, rows.joined(separator: end) + end,
      rows.joined(separator: end), h[0..<5].joined(separator: end) + end,
      h[0..<5].map { "\($0)\tx \($0.prefix(4))" }.joined(separator: end),
    ].enumerated() {
      #expect(try fixture.importText(text, into: "l\(index)", pdq).added == 5)
      #expect(try listed("l\(index)") == Set(h[0..<5]))
    }
  }

  @Test(arguments: [",", ";", "\t", "|"])
  func spreadsheetsMarksAndPreambles(_ mark: String) throws {
    let rows = h[0..<3].map { "\($0)\(mark)case-\($0.prefix(3))" }.joined(separator: "\r\n")
    let header = "hash\(mark)id\r\n"
    for (index, text) in [
      "sep=\(mark)\r\n\(header)\(rows)\r\n", "\u{FEFF}sep=\(mark)\r\n\(header)\(rows)",
      "Exported by Tool 3.1\r\nDate: 2026-11-01\r\n\r\n\(header)\(rows)\r\n",
      "# exported\r\n\(header)\(rows)", "sep=\(mark)\r\n\(rows)\r\n",
      rows.split(separator: "\r\n").map { row in
        row.split(separator: mark).map { "\"\($0)\"" }.joined(separator: mark)
      }.joined(separator: "\r\n"),
      "\(header)\(rows)\r\n\u{FEFF}\(h[3])\(mark)case-x\r\n",
    ].enumerated() {
      let receipt = try fixture.importText(text, into: "l\(index)", pdq)
      #expect(receipt.rejected == 0 && receipt.added == (index == 6 ? 4 : 3), "\(index)")
    }
  }

  @Test(arguments: [
    "%@  %@", "%@ *%@", "\\%@  %@\\n%@", "MD5 (%@) = %@", "MD5(%@)= %@", "\\MD5 (a\\\\%@) = %@",
  ])
  func checksumProgramsLines(_ form: String) throws {
    let isTagged = form.contains("(")
    let text = Self.sums[0..<3].enumerated().map { index, sum in
      let name = "IMG_\(index).jpg"
      var line = ""
      var words = isTagged ? [name, sum] : [sum, name, "x"]
      for part in form.replacing("%@", with: "\u{1}").replacing("\\n", with: "\\n") {
        if part == "\u{1}" { line += words.removeFirst() } else { line.append(part) }
      }
      return line + "\n"
    }.joined()
    let receipt = try fixture.importText(text)
    #expect(receipt.added == 3 && receipt.rejected == 0, "\(text)")
    #expect(try listed() == Set(Self.sums[0..<3]))
    #expect(try store.entries(in: "l").allSatisfy { $0.details.label?.contains("IMG_") ?? false })
  }

  @Test func hashdeepAndOthers() throws {
    let sha256 = h[0]
    #expect(
      try fixture.importText(
        "%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n## Invoked from: /x\n## $ hashdeep -r .\n##\n"
          + "17,\(Self.sums[0]),\(sha256),./a, b.jpg\n18,\(Self.sums[1]),\(h[1]),./c.jpg\n",
        into: "deep"
      ).added == 2)
    #expect(try listed("deep") == [Self.sums[0], sha256, Self.sums[1], h[1]])
    #expect(
      try fixture.importText("\(Self.sums[0]):17\n\(Self.sums[1]):3\n", into: "counts").added == 2)
    #expect(
      try fixture.importText("pdq:\(h[0])\nmd5:\(Self.sums[0])\nsha256:\(h[1])\n", into: "api")
        .added == 3)
    #expect(
      try fixture.importText(
        "signal_type,signal_str,collab,category,tags\r\npdq,\(h[0]),C,POSITIVE_CLASS,a b\r\n"
          + "video_md5,\(Self.sums[0]),C,INVESTIGATION_SEED,\r\npdq,\(h[1]),C,NEGATIVE_CLASS,\r\n",
        into: "tx"
      ).added == 1)
    #expect(
      try fixture.importText(
        "pdq \(h[0]) 'Sample Signals' INVESTIGATION_SEED\npdq \(h[1]) 'Sample Signals' POSITIVE_CLASS a\n",
        into: "signals"
      ).added == 2)
  }

  @Test(arguments: [
    "\"Bob said", "\"", "5\" wide", "\"quoted\" he said", "he \"said\"", "\"\"\"",
  ])
  func aStrayQuoteSwallowsNoRow(_ comment: String) throws {
    for place in [0, 3, 7] {
      var rows = h[0..<8].enumerated().map { "\($1),ok,case-\($0)" }
      rows[place] = "\(h[place]),\(comment),case-\(place)"
      let list = "l\(place)"
      let receipt = try fixture.importText(
        "hash,comment,id\n" + rows.joined(separator: "\n") + "\n", into: list, pdq)
      #expect(try listed(list) == Set(h[0..<8]) && receipt.rejected == 0, "\(rows[place])")
      if comment.hasPrefix("\""), !comment.dropFirst().contains("\"") {
        #expect(receipt.warnings.contains { $0.contains("line \(place + 2)") })
      }
    }
  }

  @Test func linesInsideQuotesStayInside() throws {
    let receipt = try fixture.importText(
      "hash,comment,id\n\(h[0]),\"two\nlines, \"\"quoted\"\"\",a\n\(h[1]),ok,b\n", pdq)
    #expect(receipt.added == 2 && receipt.warnings.isEmpty)
    #expect(try store.entry("a", in: "l").details.note == "two\nlines, \"quoted\"")
  }

  @Test func namesThatAreNotTextCostOnlyTheName() throws {
    let bytes =
      Array("\(Self.sums[0])  Gr".utf8) + [0xF6, 0xDF]
      + Array("e.jpg\n\(Self.sums[1])  ok.jpg\n".utf8)
    #expect(try fixture.importBytes(bytes).added == 2)
    let long = String(repeating: "x", count: 4096)
    let receipt = try fixture.importText("\(Self.sums[2]),\(long)\n\(Self.sums[3])  \(long)\n")
    #expect(receipt.added == 2 && receipt.warnings.contains { $0.contains("left out") })
  }

  @Test func wideTextIsRefusedByName() throws {
    for text in ["hash,id\n\(h[0]),a\n", h[0] + "\n"] {
      for isLittle in [true, false] {
        for mark in [[], isLittle ? [0xFF, 0xFE] : [0xFE, 0xFF]] as [[UInt8]] {
          let bytes =
            mark
            + text.utf16.flatMap { unit -> [UInt8] in
              let (low, high) = (UInt8(unit & 255), UInt8(unit >> 8))
              return isLittle ? [low, high] : [high, low]
            }
          let error = #expect(throws: ListError.self) { try fixture.importBytes(bytes, pdq) }
          #expect(error?.description.contains("UTF-16") == true)
        }
      }
    }
  }
}
