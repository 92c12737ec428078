import TestSupport
import Testing

@testable import HashEngine

/// What columns and values mean: a word that is not understood never lists, and never lasts for ever.
@Suite struct ListMeaningTests {
  private let fixture: ListFixture
  private var store: ListStore { fixture.store }

  init() throws { fixture = try ListFixture() }

  private let pdq = ImportOptions(kind: .pdq)
  private static let (hash, other, third) = (
    ListFixture.hash, ListFixture.other, ListFixture.third
  )

  // MARK: Columns

  @Test(arguments: [
    ("MD5 Hash", HashKind.md5), ("md5", .md5), ("MD5", .md5), ("File MD5", .md5),
    ("md5_hash", .md5),
    ("Hash MD5", .md5), ("md5sum", .md5), ("SHA1 Hash", .sha1), ("SHA-1", .sha1), ("sha_1", .sha1),
    ("sha-256", .sha256), ("SHA256 hash", .sha256), ("pdqHash", .pdq), ("PDQ", .pdq),
    ("pdq_hash_value", .pdq), ("PDQ Hash", .pdq), ("HashPDQ", .pdq), ("pHash", .phash64),
    ("phash64", .phash64), ("SHA2-256", .sha256),
  ])
  func kindsAsPeopleWriteThem(_ name: String, _ kind: HashKind) {
    #expect(ColumnName(name).kind == kind)
  }

  @Test(arguments: [
    "Hash Value", "File Hash", "hash", "HASH", "hashValue", "Hash-Value", "checksum",
    "raw_indicator",
    "signal_str", "Indicator",
  ])
  func columnsOfHashes(_ name: String) throws {
    #expect(ColumnName(name).column == .hash)
    #expect(try fixture.importText("\(name),id\n\(Self.hash),a\n", pdq).added == 1)
  }

  @Test(arguments: [
    "x509-fingerprint-md5", "HASH_URL_MD5", "video_md5", "PhotoDNA", "ssdeep", "url", "sha512",
    "dhash",
    "filename", "imphash",
  ])
  func whatIsNoKindOfPicturesHash(_ name: String) { #expect(ColumnName(name).kind == nil) }

  @Test func columnsThatAreNotReadAreNamed() throws {
    let receipt = try fixture.importText("pdq,Weight,id,ID\n\(Self.hash),3,a,b\n")
    #expect(receipt.warnings.contains { $0.contains("\"Weight\"") && $0.contains("COLUMN=FIELD") })
    #expect(receipt.warnings.contains { $0.contains("say the same") && $0.contains("\"ID\"") })
    let error = #expect(throws: ListError.self) {
      try fixture.importText("Name,Ref\nx,\(Self.hash)\n", into: "n", csv)
    }
    #expect(error?.description.contains("\"Name\", \"Ref\"") == true)
  }

  private var csv: ImportOptions {
    var options = ImportOptions()
    options.format = .csv
    return options
  }

  // MARK: Yes and no

  @Test(arguments: [
    ("deleted", "TRUE "), ("deleted", "t"), ("deleted", "X"), ("deleted", "on"),
    ("deleted", "WAHR"),
    ("deleted", "VRAI"), ("deleted", "2026-01-01 10:00:00"), ("deleted_at", "2026-01-01"),
    ("withdrawn", "yes"), ("is_deleted", "1"), ("to_ids", "0"), ("to_ids", "FALSE"),
    ("active", "no"),
    ("active", "FALSCH"), ("benign", "1"), ("status", "withdrawn"), ("status", "NON_MALICIOUS"),
    ("verdict", "benign"), ("verdict", "false positive"), ("state", "Inactive"),
    ("false_positive", "x"),
  ])
  func rowsThatAreNotToBeListed(_ column: String, _ value: String) throws {
    let receipt = try fixture.importText(
      "hash,id,\(column)\n\(Self.hash),a,\(value)\n\(Self.other),b,\n", pdq)
    #expect(receipt.added == 1 && receipt.rejected == 0)
    #expect(try fixture.matches(Self.hash).isEmpty && fixture.matches(Self.other) == ["l/b"])
  }

  @Test(arguments: [
    ("deleted", "FALSE"), ("deleted", "f"), ("deleted", "off"), ("deleted", "FALSCH"),
    ("deleted", "FAUX"),
    ("deleted_at", "NULL"), ("deleted_at", "\\N"), ("to_ids", "1"), ("active", "JA"),
    ("status", "active"),
    ("status", "MALICIOUS"), ("verdict", "Confirmed"), ("benign", "0"), ("disabled", "no"),
  ])
  func rowsThatAreToBeListed(_ column: String, _ value: String) throws {
    #expect(
      try fixture.importText("hash,id,\(column)\n\(Self.hash),a,\(value)\n", pdq).added == 1)
    #expect(try fixture.matches(Self.hash) == ["l/a"])
  }

  @Test(arguments: [
    ("deleted", "maybe"), ("deleted", "unknown"), ("deleted", "?"), ("to_ids", "perhaps"),
    ("active", "2"),
    ("status", "frobbed"), ("verdict", "17"), ("expires", "soon"), ("expires", "05/06/2027"),
    ("expires", "2027"), ("expires", "46022"), ("expires", "31.02.2027"),
    ("timestamp", "yesterday"),
    ("disabled", "sometimes"),
  ])
  func wordsThatAreNotUnderstoodRefuseTheirRow(_ column: String, _ value: String) throws {
    let receipt = try fixture.importText(
      "hash,id,\(column)\n\(Self.hash),a,\(value)\n\(Self.other),b,\n", pdq)
    #expect(receipt.added == 1 && receipt.rejections.map(\.number) == [2])
    #expect(try fixture.matches(Self.hash).isEmpty)
    #expect(!receipt.isComplete)
  }

  @Test func jsonIsAsStrict() throws {
    for member in [#""del":"maybe""#, #""expires":"soon""#, #""disabled":"x?""#, #""ts":"then""#] {
      let receipt = try fixture.importText(
        ListFixture.jsonl(
          #"{"id":"a","h":"\#(Self.hash)",\#(member)}"#, #"{"id":"b","h":"\#(Self.other)"}"#))
      #expect(receipt.rejected == 1, "\(member)")
    }
    #expect(try fixture.matches(Self.hash).isEmpty)
  }

  // MARK: Times

  @Test(arguments: [
    ("2025-12-31", 1_767_139_200), ("31/12/2025", 1_767_139_200), ("12/31/2025", 1_767_139_200),
    ("31.12.2025", 1_767_139_200), ("1735689600000", 1_735_689_600),
    ("2025-12-31T10:00", 1_767_175_200),
    ("20251231", 1_767_139_200), ("31.12.2025 10:00", 1_767_175_200), ("2025/12/31", 1_767_139_200),
    ("1735689600", 1_735_689_600), ("01/01/2026", 1_767_225_600),
    ("2025-12-31T10:00:00+01:00", 1_767_171_600),
  ])
  func timesAsPeopleWriteThem(_ text: String, _ seconds: Int) {
    #expect(Timestamp(source: text)?.seconds == seconds)
  }

  @Test(arguments: [
    "05/06/2025", "Dec 31 2025", "31/31/2025", "2025-02-30", "30.02.2025", "2025", "45000", "-5",
    "1e10",
    "20251331", "nan", "12:00", "2025-13-01", "99999999999999999",
  ])
  func whatIsNoTimeOrCouldBeTwo(_ text: String) { #expect(Timestamp(source: text) == nil) }

  // MARK: 64 bits

  @Test func theSpellingIsThatOfTheHashes() throws {
    let hashes = ["b6ca89f9d00fb8b0", "a92dd6d4ec8472ca", "83bcd5140e1b8f3d"]
    for (index, text) in [
      "hash,kind,id\n"
        + hashes.map { "p:\($0),phash64,10950123456789010\($0.prefix(1))\n" }.joined(),
      hashes.map { "p:\($0),10950123456789010\($0.suffix(1))\n" }.joined(),
      "id;hash;kind\n"
        + hashes.map { "-109501234567890\($0.utf8.first ?? 0);\($0);phash64\n" }.joined(),
      "hash,kind,id,n\n"
        + hashes.map { "\($0),phash64,\($0.prefix(3)),-8697336433371039537\n" }.joined(),
      hashes.map { "\($0) -8697336433371039537\n" }.joined(),
    ].enumerated() {
      let receipt = try fixture.importText(text, into: "l\(index)", ImportOptions(kind: .phash64))
      #expect(receipt.added == 3 && receipt.rejected == 0, "\(text)")
    }
    let receipt = try fixture.importText(
      "hash,kind,id\n-8697336433371030000,phash64,a\n-4765765813081450000,phash64,b\n",
      into: "rounded")
    #expect(receipt.spelling == .decimal && receipt.warnings.contains { $0.contains("rounded") })
  }

  // MARK: The same meaning in every format

  @Test func stixThatSaysBenign() throws {
    func indicator(_ number: Int, _ pattern: String, _ more: String = "") -> String {
      #"{"type":"indicator","id":"indicator--\#(number)","pattern":"\#(pattern)","pattern_type":"stix"\#(more)}"#
    }
    let sums = (0..<8).map { "0123456789abcdef0123456789abcde\($0)" }
    let objects = [
      indicator(0, "[file:hashes.MD5 = '\(sums[0])']", #","indicator_types":["benign"]"#),
      indicator(1, "[file:hashes.MD5 = '\(sums[1])']", #","labels":["benign"]"#),
      indicator(2, "[file:hashes.'MD5' IN ('\(sums[2])', '\(sums[3])')]"),
      indicator(
        3, "[(file:hashes.MD5 = '\(sums[4])' OR (file:hashes.\\\"MD5\\\" = '\(sums[5])'))]"),
      indicator(4, "[file:hashes.MD5 = '\(sums[6])' AND file:name = 'x']"),
      indicator(
        5, "[file:hashes.MD5 NOT = '\(sums[7])']", #","indicator_types":["malicious-activity"]"#),
    ]
    let receipt = try fixture.importText(
      #"{"type":"bundle","objects":[\#(objects.joined(separator: ","))]}"#)
    #expect(
      receipt.added == 2
        && receipt.skipped == ["benign": 2, "pattern with AND": 1, "pattern with NOT": 1])
    #expect(try Set(store.listedHashes().map(\.text)) == Set(sums[2...5]))
  }

  @Test(arguments: [
    (#"{"id":"1","raw_indicator":"HASH","type":"HASH_PDQ","status":"MALICIOUS"}"#, true),
    (#"{"id":"1","indicator":"HASH","type":"HASH_PDQ"}"#, true),
    (#"{"id":"1","indicator":"HASH","type":"HASH_PDQ","should_delete":false}"#, true),
    (
      #"{"id":"1","indicator":{"indicator":"HASH","type":"HASH_PDQ","id":"9"},"status":"SUSPICIOUS"}"#,
      true
    ),
    (#"{"id":"1","raw_indicator":"HASH","type":"HASH_PDQ","status":"NON_MALICIOUS"}"#, false),
    (#"{"id":"1","indicator":"HASH","type":"HASH_PDQ","should_delete":true}"#, false),
    (#"{"id":"1","indicator":"HASH","type":"HASH_PDQ","descriptors":{"data":[]}}"#, false),
    (
      #"{"id":"1","indicator":"HASH","type":"HASH_PDQ","descriptors":[{"status":"NON_MALICIOUS"}]}"#,
      false
    ),
  ])
  func threatExchangeInItsShapes(_ record: String, _ isListed: Bool) throws {
    let record = record.replacing("HASH\"", with: "\(Self.hash)\"")
    _ = try? fixture.importText(#"{"data":[\#(record)]}"#)
    #expect(try fixture.matches(Self.hash).isEmpty != isListed)
  }

  @Test func mispInItsShapes() throws {
    func attribute(_ id: String, _ toIDs: String, _ sum: String) -> String {
      #"{"uuid":"\#(id)","type":"md5","to_ids":\#(toIDs),"value":"\#(sum)"}"#
    }
    let sums = (0..<6).map { "0123456789abcdef0123456789abcde\($0)" }
    let two = attribute("a", "true", sums[0]) + "," + attribute("b", "\"0\"", sums[1])
    for text in [
      #"{"response":{"Attribute":[\#(two)]}}"#, #"{"Attribute":[\#(two)]}"#,
      #"{"response":[{"Event":{"Attribute":[\#(two)]}}]}"#, #"{"Event":{"Attribute":[\#(two)]}}"#,
      "uuid,event_id,category,type,value,comment,to_ids,date\na,7,\"P\",\"md5\",\"\(sums[0])\",\"\",1,20260601\n"
        + "b,7,\"P\",\"md5\",\"\(sums[1])\",\"benign\",0,1767139200\n\n",
      "uuid,type,value,to_ids\na,\"filename|md5\",\"x, y.jpg|\(sums[0])\",1\nb,\"md5\",\"\(sums[1])\",\"\"\n",
    ] {
      let receipt = try fixture.importText(text)
      #expect(receipt.skipped == ["not for detection": 1], "\(text)")
      #expect(try store.listedHashes().map(\.text) == [sums[0]])
    }
  }
}
