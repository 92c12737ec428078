import TestSupport
import Testing

@testable import HashEngine

/// Whose record it is: of ids with hashes in them, of two pictures under one id, of none; and what a file is that
/// begins otherwise than it should.
@Suite struct ListIdentityTests {
  private let fixture: ListFixture
  private var store: ListStore { fixture.store }
  private static let sums = (0..<8).map { "0123456789abcdef0123456789abcde\($0)" }
  private var m: [String] { Self.sums }

  init() throws { fixture = try ListFixture() }

  private func listed(_ list: String = "l") throws -> Set<String> {
    Set(
      try store.entries(in: list).filter { $0.state == .active }.flatMap { $0.hashes.map(\.text) })
  }

  // MARK: Ids with hashes in them

  @Test func maskedIDsAreTheSameAtEveryImport() throws {
    let text = "md5,id\n\(m[0]),img-\(m[0])\n\(m[1]),\(m[1]).jpg\n\(m[2]),other-\(m[3])\n"
    #expect(try fixture.importText(text).added == 3)
    #expect(try fixture.importText(text).counts == [0, 0, 0, 3, 0, 0])
    var options = ImportOptions()
    options.replaces = true
    #expect(try fixture.importText(text, options).counts == [0, 0, 0, 3, 0, 0])
    #expect(
      try store.entries(in: "l").allSatisfy { entry in !m.contains { entry.id.contains($0) } })
    // Taken back by the source's own ids, in every way.
    #expect(try fixture.importText("md5,id,deleted\n,img-\(m[0]),yes\n").withdrawn == 1)
    #expect(try fixture.importText("md5,id,status\n\(m[1]),\(m[1]).jpg,benign\n").withdrawn == 1)
    #expect(try store.withdraw(entries: ["other-\(m[3])"], from: "l").withdrawn == 1)
    #expect(try listed().isEmpty)
  }

  @Test(arguments: ["874cda9824db38cf", "9749407640338512079", "-8697336433371039537"])
  func shortHashesInIDsAreFoundAgain(_ spelling: String) throws {
    let hash = "874cda9824db38cf"
    let text = "phash64,id\n\(hash),picture \(spelling)\n"
    #expect(try fixture.importText(text).added == 1)
    #expect(try fixture.importText(text).unchanged == 1)
    #expect(try store.entries(in: "l").allSatisfy { !$0.id.contains(spelling) })
    #expect(try fixture.importText("phash64,id,deleted\n,picture \(spelling),1\n").withdrawn == 1)
    #expect(try listed().isEmpty)
  }

  @Test func aRefusedRowOfAMaskedIDKeepsItsEntry() throws {
    try fixture.importText("md5,id\n\(m[0]),img-\(m[0])\n\(m[1]),b\n")
    var options = ImportOptions()
    options.replaces = true
    let receipt = try fixture.importText("md5,id\nbad,img-\(m[0])\n\(m[1]),b\n", options)
    #expect(receipt.rejected == 1 && receipt.withdrawn == 0)
    #expect(try listed() == [m[0], m[1]])
  }

  @Test func hashesInGroupsAreHashes() throws {
    let grouped = stride(from: 0, to: 32, by: 2).map { m[0].dropFirst($0).prefix(2) }.joined(
      separator: ":")
    let uuid =
      "\(m[1].prefix(8))-\(m[1].dropFirst(8).prefix(4))-\(m[1].dropFirst(12).prefix(4))-"
      + "\(m[1].dropFirst(16).prefix(4))-\(m[1].dropFirst(20))"
    try fixture.importText("md5,id,note\n\(m[0]),\(grouped),a\n\(m[1]),\(uuid),b \(m[2])\n")
    for entry in try store.entries(in: "l") {
      #expect(entry.id.hasPrefix("hash~"))
      #expect(entry.details.note?.contains(m[2]) == false)
    }
  }

  // MARK: Two pictures under one id

  @Test(arguments: [
    "deleted\n%@,101,yes\n", "status\n%@,101,withdrawn\n", "verdict\n%@,101,benign\n",
  ])
  func aWithdrawalGoesToThePictureThatItNames(_ row: String) throws {
    try fixture.importText("md5,id\n\(m[0]),101\n")
    var options = ImportOptions()
    options.onConflict = .keepBoth
    #expect(try fixture.importText("md5,id\n\(m[1]),101\n", options).added == 1)
    let receipt = try fixture.importText("md5,id," + row.replacing("%@", with: m[1]))
    #expect(receipt.withdrawn == 1)
    #expect(try listed() == [m[0]])
    // One that nobody has listed takes nothing away.
    _ = try? fixture.importText("md5,id," + row.replacing("%@", with: m[2]))
    #expect(try listed() == [m[0]])
  }

  @Test func aWithdrawalWithoutAnIDGoesByItsHash() throws {
    try fixture.importText("md5,id\n\(m[0]),zz\n\(m[1]),yy\n")
    #expect(try fixture.importText("md5,deleted\n\(m[0]),yes\n").withdrawn == 1)
    #expect(try listed() == [m[1]])
    let receipt = try fixture.importText("md5,id,deleted\n\(m[1]),YY,yes\n")
    #expect(receipt.warnings.contains { $0.contains("stay listed under") })
    #expect(try listed() == [m[1]])
  }

  @Test func replacingGoesByPicturesNotByTheirNames() throws {
    var options = ImportOptions()
    options.replaces = true
    try fixture.importText("\(m[0]),batch\n", options)
    try fixture.importText("\(m[1]),batch\n\(m[2]),batch\n", options)
    #expect(try listed() == [m[1], m[2]])
    try fixture.importText("\(m[3]),batch\n", options)
    #expect(try listed() == [m[3]])
  }

  @Test func whatIsOlderIsTold() throws {
    try fixture.importText("md5,id,updated\n\(m[0]),a,2026-11-01\n")
    let receipt = try fixture.importText("md5,id,updated\n\(m[1]),a,2026-10-01\n")
    #expect(receipt.unchanged == 1 && receipt.warnings.contains { $0.contains("older") })
    let taken = try fixture.importText("md5,id,updated,deleted\n,a,2026-10-02,yes\n")
    #expect(taken.warnings.contains { $0.contains("older") })
    #expect(try listed() == [m[0]])
  }

  @Test func rowsOfOneEntryLastAsLongAsTheLongest() throws {
    let receipt = try fixture.importText(
      "md5,id,expires\n\(m[0]),a,2020-01-01\n\(m[1]),a,\n")
    #expect(try store.entry("a", in: "l").details.expiresAt == nil)
    #expect(receipt.warnings.contains { $0.contains("several pictures") })
  }

  // MARK: Words where nobody expects them

  @Test(arguments: [
    "%@\tbenign\n", "%@ withdrawn\n", "%@,a1,removed\n", "%@,false positive\n", "%@,true\n",
    "hash,kind,id,Remark of us\n%@,md5,a,benign\n",
    "hash,kind,id,category\n%@,md5,a,Non-Malicious\n",
    "md5,id,Deleted (Y/N)\n%@,a,Y\n", "md5,id,Record Status\n%@,a,withdrawn\n",
    "md5,id,action\n%@,a,delete\n", "md5,id,Zurückgezogen\n%@,a,ja\n",
    "{\"format\":\"hashscan-list/1\",\"kind\":\"md5\"}\n{\"id\":\"a\",\"h\":\"%@\",\"status\":\"benign\"}\n",
    "{\"format\":\"hashscan-list/1\",\"kind\":\"md5\"}\n{\"id\":\"a\",\"h\":\"%@\",\"deleted\":true}\n",
  ])
  func aStateIsNotTakenForAName(_ text: String) throws {
    _ = try? fixture.importText(text.replacing("%@", with: m[0]))
    #expect((try? listed())?.isEmpty ?? true)
  }

  @Test func severalTablesAndParts() throws {
    let receipt = try fixture.importText(
      "md5,id,note\n\(m[0]),a,x\nmd5,id,deleted\n\(m[1]),b,yes\n\(m[2]),c,no\n")
    #expect(receipt.rejected == 0)
    #expect(try listed() == [m[0], m[2]])
    for text in [
      "Added:\n\(m[3])\n# Removed\n\(m[4])\n", "md5,id\nAdded\n\(m[3]),d\nRemoved\n\(m[4]),e\n",
    ] {
      let receipt = try fixture.importText(text, into: "parts")
      #expect(receipt.rejections.map(\.reason) == ["below a line that says \"Removed\""])
      #expect(try listed("parts") == [m[3]])
    }
  }

  @Test func furtherDigestsOnALineAreRead() throws {
    let sha1 = "0123456789abcdef0123456789abcdef01234567"
    #expect(try fixture.importText("\(m[0]) \(m[1]) \(sha1)  a b.jpg\n").added == 1)
    #expect(try listed() == [m[0], m[1], sha1])
    #expect(try store.entries(in: "l").first?.details.label == "a b.jpg")
    let joined = try fixture.importText("\(m[2])  b.jpg\(m[3])  c.jpg\n")
    #expect(joined.warnings.contains { $0.contains("something like a hash") })
  }

  // MARK: What a file means

  @Test(arguments: [
    "\n%@", "\u{FEFF}\n%@", " %@", "# made on Monday\n%@", "sep=,\n%@", "%@,,,", "\"%@\"",
  ])
  func anAllowlistNeverBecomesABlocklist(_ form: String) throws {
    var settings = ListSettings()
    settings.meaning = .allow
    try store.create("fine", settings: settings)
    try fixture.importText("\(m[0]),a\n", into: "fine")
    for format in [ExportFormat.csv, .text] {
      var lines: [String] = []
      try store.export("fine", as: format) { lines.append($0) }
      let quoted = form.contains("\"") ? lines[0].replacing("\"", with: "\"\"") : lines[0]
      let text =
        ([form.replacing("%@", with: quoted)] + lines.dropFirst()).joined(separator: "\n") + "\n"
      let name = "to-\(format)"
      _ = try? fixture.importText(text, into: name)
      let made = try store.lists().first { $0.name == name }
      #expect(made == nil || made?.settings.meaning == .allow, "\(text)")
      // Cut, or of a later version: nobody knows what it means.
      for broken in [
        text.replacing("\"}", with: ""), text.replacing("list/1", with: "list/2"),
        text.replacing("allow", with: "permit"),
      ] where broken != text {
        #expect(throws: ListError.self) { try fixture.importText(broken, into: "broken") }
      }
    }
  }

  @Test func aNoteThatSpeaksOfTheFormatIsANote() throws {
    #expect(
      try fixture.importText("md5,id,note\n\(m[0]),a,from hashscan-list/2\n").added == 1)
    #expect(
      try fixture.importText(
        ListFixture.jsonl(#"{"id":"b","kind":"md5","h":"\#(m[1])","note":"hashscan-list/9"}"#)
      )
      .added == 1)
  }

  @Test func exportsThatWereJoinedAreRefused() throws {
    var settings = ListSettings()
    settings.meaning = .allow
    try store.create("fine", settings: settings)
    try fixture.importText("\(m[0]),a\n", into: "fine")
    try fixture.importText("\(m[1]),b\n", into: "bad")
    for format in [ExportFormat.jsonl, .text] {
      var both: [String] = []
      for list in ["fine", "bad"] { try store.export(list, as: format) { both.append($0) } }
      #expect(throws: ListError.self) {
        try fixture.importText(both.joined(separator: "\n") + "\n", into: "joined")
      }
    }
  }

  @Test(arguments: [
    ([0x1F, 0x8B, 8, 0] as [UInt8], "gzip"), (Array("PK\u{3}\u{4}xl/".utf8), "spreadsheet"),
    (Array("%PDF-1.7\n".utf8), "PDF"), (Array("<!DOCTYPE html><html>".utf8), "web page"),
    (Array("{\\rtf1\\ansi".utf8), "RTF"),
  ])
  func whatIsNoListIsNamed(_ bytes: [UInt8], _ word: String) throws {
    let error = #expect(throws: ListError.self) { try fixture.importBytes(bytes) }
    #expect(error?.description.contains(word) == true)
  }
}
