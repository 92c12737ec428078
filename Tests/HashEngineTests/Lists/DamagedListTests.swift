import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// Lists that are cut off, nested, swollen or of the wrong shape are imported, or refused with a reason; a
/// refused one leaves the database as it was.
@Suite struct DamagedListTests {
  private let fixture: ListFixture
  private static let hash = ListFixture.hash

  init() throws { fixture = try ListFixture() }

  /// One small list of each format.
  static let lists: [(ListFormat, String)] = [
    (.text, "\(hash),a\n\(ListFixture.other),b\n"),
    (.csv, "kind,hash,id,label\npdq,\(hash),a,\"x \"\"y\"\"\"\npdq,\(ListFixture.other),b,\n"),
    (.jsonl, ListFixture.jsonl(#"{"id":"a","h":"\#(hash)","cat":"é"}"#)),
    (
      .ncmec,
      "<?xml version=\"1.0\"?>\n<queryResult xmlns=\"https://hashsharing.ncmec.org/hashsharing/v2\">"
        + "<images><image><member id=\"1\">é</member><id>2</id><fingerprints><pdq>\(hash)</pdq>"
        + "</fingerprints></image></images></queryResult>"
    ),
    (
      .stopncii,
      #"{"hashRecords":[{"signalType":"ImagePDQ","hashValue":"\#(hash)","hashStatus":"Active"}]}"#
    ),
    (
      .threatexchange,
      #"{"data":[{"id":"1","indicator":"\#(hash)","type":"HASH_PDQ","descriptors":{"data":[{"status":"MALICIOUS","tags":["é"]}]}}]}"#
    ),
    (.tat, #"{"results":[{"id":1,"hash_digest":"\#(hash)","algorithm":"PDQ","deleted":false}]}"#),
    (
      .vics,
      #"{"odata.metadata":"x","value":[{"MediaID":1,"Category":1,"MD5":"BC9772F17AA07C12AB3DCAFC42352CB2"}]}"#
    ),
    (
      .misp,
      #"{"Event":{"Attribute":[{"type":"md5","to_ids":true,"value":"bc9772f17aa07c12ab3dcafc42352cb2","uuid":"u"}]}}"#
    ),
    (
      .stix,
      #"{"type":"bundle","objects":[{"type":"file","id":"file--1","hashes":{"MD5":"bc9772f17aa07c12ab3dcafc42352cb2"}}]}"#
    ),
    (.clamav, "bc9772f17aa07c12ab3dcafc42352cb2:7:Name\nN;T:0;0;fuzzy_img#9c9f634721996c33\n"),
    (
      .icse,
      ICSEParser.header
        + "\nbc9772f17aa07c12ab3dcafc42352cb2;;;1;True;False;False;;3;True;Image;True\n"
    ),
  ]

  private static func options(_ format: ListFormat) -> ImportOptions {
    var options = ImportOptions(kind: format == .text ? .pdq : nil)
    options.categories = format == .vics ? ["1": "x"] : nil
    return options
  }

  /// The reason why a list was refused, `nil` when it was taken; refused, it must have left nothing.
  private func refusal(_ bytes: [UInt8], _ options: ImportOptions) throws -> ListError? {
    let before = try fixture.store.journal()
    do {
      let receipt = try fixture.importBytes(bytes, options)
      #expect(try fixture.store.latestReceipt(of: "l") == receipt)
      return nil
    } catch let error as ListError {
      #expect(try fixture.store.journal() == before)
      return error
    }
  }

  @Test(arguments: lists)
  func whole(_ format: ListFormat, _ text: String) throws {
    let receipt = try fixture.importText(text, Self.options(format))
    #expect(receipt.format == format && receipt.added > 0 && receipt.rejected == 0)
  }

  @Test(arguments: lists)
  func cutAnywhere(_ format: ListFormat, _ text: String) throws {
    let bytes = Array(text.utf8)
    var options = Self.options(format)
    options.format = format
    for length in stride(from: 0, to: bytes.count, by: 3) {
      let error = try refusal(Array(bytes[..<length]), options)
      // XML and JSON have an end, without which they are not whole.
      if ![.text, .csv, .jsonl, .clamav, .icse].contains(format) {
        #expect(
          error?.code == (length == 0 && format != .ncmec ? .nothingToImport : .unreadable),
          "\(length) bytes")
        #expect(error?.description.isEmpty == false)
      }
    }
  }

  @Test(arguments: lists)
  func anyByteAnother(_ format: ListFormat, _ text: String) throws {
    var random = SeededGenerator(seed: 9)
    var refused = 0
    for _ in 0..<150 {
      var bytes = Array(text.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
      }
      // Refused with a reason and nothing changed, or taken with a receipt; `refusal` looks at both.
      if try refusal(bytes, Self.options(format)) != nil { refused += 1 }
    }
    #expect(refused > 0 && refused < 150)
    #expect(try fixture.store.indexProblems().isEmpty)
    #expect(try fixture.store.verifyJournal().problems.isEmpty)
  }

  /// However a list's bytes come, in two pieces or one by one, its records are the same.
  @Test(arguments: lists)
  func splitAnywhere(_ format: ListFormat, _ text: String) throws {
    let bytes = Array(text.utf8)
    let whole = try records(of: [bytes], format)
    #expect(!whole.isEmpty)
    for place in 1..<bytes.count {
      let parts = [Array(bytes[..<place]), Array(bytes[place...])]
      #expect(try records(of: parts, format) == whole, "split at \(place)")
    }
    #expect(try records(of: bytes.map { [$0] }, format) == whole)
  }

  private func records(of pieces: [[UInt8]], _ format: ListFormat) throws -> [String] {
    var importer = try ListStore.importer(
      of: format, Self.options(format), beginning: pieces.flatMap { $0 }, now: 0)
    var records: [SourceRecord] = []
    for piece in pieces { try importer.read(piece, into: &records) }
    try importer.finish(into: &records)
    return records.map { "\($0)" }
  }

  @Test(arguments: lists)
  func theWrongEncoding(_ format: ListFormat, _ text: String) throws {
    var wide: [UInt8] = [0xFF, 0xFE]
    for unit in text.utf16 { wide += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    var options = Self.options(format)
    #expect(try refusal(wide, options)?.description.contains("UTF-16") == true)
    options.format = format
    // XML says itself how it is encoded, and may be in UTF-16.
    #expect(try refusal(wide, options) != nil || format == .ncmec)
    let latin = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    if text.contains("é") {
      let receipt = try? fixture.importBytes(latin, options)
      #expect(receipt == nil || receipt?.rejected == 1 || receipt?.warnings.isEmpty == false)
    }
  }

  @Test(arguments: lists.filter { ![.text, .csv, .clamav, .icse].contains($0.0) })
  func othersWhereTextsBelong(_ format: ListFormat, _ text: String) throws {
    var options = Self.options(format)
    options.format = format
    for value in ["7", "null", "[]", "{}", "true", "-1e999", "[[[[]]]]", "\"\""] {
      let parts = text.split(
        separator: "\"\(format == .vics ? "BC9772F17AA07C12AB3DCAFC42352CB2" : Self.hash)\"")
      if parts.count == 2 {
        let error = try refusal(Array("\(parts[0])\(value)\(parts[1])".utf8), options)
        #expect(
          error?.code == .nothingToImport && error?.description.contains("1") == true, "\(value)")
      }
      let whole = value == "\"\"" ? "{\"value\":\(value)}" : value
      // A list of nothing is one of ThreatExchange's forms.
      if format == .threatexchange, value == "[]" { continue }
      #expect(try refusal(Array(whole.utf8), options) != nil, "\(value)")
    }
  }

  @Test func nestingIsCutShort() throws {
    for (format, open) in [
      (ListFormat.stopncii, "["), (.vics, "{\"value\":["), (.ncmec, "<a>"), (.jsonl, "["),
      (.misp, "{\"a\":"),
    ] {
      var options = Self.options(format)
      options.format = format
      options.categories = ["1": "x"]
      let error = try refusal(Array(String(repeating: open, count: 100_000).utf8), options)
      #expect(error != nil, "\(format)")
      #expect(error?.description.contains("deep") == true || format == .jsonl, "\(format)")
    }
  }

  @Test func swollenTokensAreCutShort() throws {
    let ten = String(repeating: "x", count: 10_000_000)
    for (format, text) in [
      (ListFormat.stopncii, "{\"hashRecords\":[{\"a\":\"\(ten)\"}]}"),
      (.ncmec, "<queryResult><images><image><id>\(ten)</id></image></images></queryResult>"),
      (.text, ten), (.csv, "hash,id\n\(ten)"), (.jsonl, "{\"h\":\"\(ten)\"}"), (.clamav, ten),
      (.icse, ICSEParser.header + "\n" + ten),
    ] {
      var options = ImportOptions(kind: .pdq)
      options.format = format
      let error = try refusal(Array(text.utf8), options)
      #expect(error != nil, "\(format)")
      #expect(error?.description.contains("1") == true, "\(format)")
    }
  }

  @Test(arguments: [
    """
    <?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">\
    <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>\
    <queryResult><images><image><id>&d;</id></image></images></queryResult>
    """,
    """
    <?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>\
    <queryResult><images><image><id>&f;</id></image></images></queryResult>
    """,
    "<queryResult><images><image><id>&unknown;</id></image></images></queryResult>",
  ])
  func entitiesAreNotTaken(_ text: String) throws {
    let error = try refusal(Array(text.utf8), ImportOptions())
    #expect(error?.code == .unreadable)
  }

  @Test func aRecordIsNamedWhereAListBreaks() throws {
    let record = #"{"signalType":"ImagePDQ","hashValue":"\#(Self.hash)","hashStatus":"Active"}"#
    let text = "{\"hashRecords\":[\(record),\(record),{\"signalType\":x"
    let error = try refusal(Array(text.utf8), ImportOptions())
    #expect(error?.description.hasPrefix("record 3: ") == true)
  }
}
