import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// What lists mean, and how entries change when their sources change or withdraw them.
@Suite struct ListSemanticsTests {
  private let fixture: ListFixture
  private var store: ListStore { fixture.store }
  private static let (hash, other, third) = (ListFixture.hash, ListFixture.other, ListFixture.third)

  init() throws { fixture = try ListFixture() }

  // MARK: Entries

  @Test func aLaterRecordReplacesTheEarlierOne() throws {
    try fixture.importText(
      ListFixture.jsonl(#"{"id":"a","h":"\#(Self.hash)","cat":"x","note":"n","ts":100}"#))
    let receipt = try fixture.importText(
      ListFixture.jsonl(#"{"id":"a","h":"\#(Self.other)","cat":"y","ts":200}"#))
    #expect(receipt.counts == [0, 1, 0, 0, 0, 0])
    #expect(try fixture.matches(Self.hash).isEmpty)
    #expect(try fixture.matches(Self.other) == ["l/a"])
    let entry = try store.entry("a", in: "l")
    #expect(entry.details.label == "y" && entry.details.note == nil)
    #expect(entry.details.sourceTime == 200 && entry.receipt == 2)
    #expect(try store.indexedHashes() == [try #require(PDQHash(Self.other))])
    // An older record comes late.
    let late = try fixture.importText(
      ListFixture.jsonl(#"{"id":"a","h":"\#(Self.hash)","ts":150}"#))
    #expect(late.counts == [0, 0, 0, 1, 0, 0] && late.serialAfter == late.serialBefore)
    #expect(try fixture.matches(Self.other) == ["l/a"])
  }

  @Test func aTombstoneHoldsBackOlderRecords() throws {
    let old = ListFixture.jsonl(#"{"id":"a","h":"\#(Self.hash)","ts":100}"#)
    try fixture.importText(ListFixture.jsonl(#"{"id":"a","del":true,"ts":200}"#))
    #expect(try fixture.importText(old).counts == [0, 0, 0, 1, 0, 0])
    #expect(try fixture.matches(Self.hash).isEmpty)
    let newer = ListFixture.jsonl(#"{"id":"a","h":"\#(Self.hash)","ts":300}"#)
    #expect(try fixture.importText(newer).counts == [1, 0, 0, 0, 0, 0])
    #expect(try fixture.matches(Self.hash) == ["l/a"])
  }

  @Test func aWithdrawnStopNCIIRecordStopsMatching() throws {
    func page(_ status: String, _ time: Int) -> String {
      """
      {"count":1,"hashRecords":[{"lastModtimestamp":\(time),"signalType":"ImagePDQ",
      "hashValue":"\(Self.hash)","hashStatus":"\(status)","caseNumbers":{"c1":"\(status)"}}]}
      """
    }
    #expect(try fixture.importText(page("Active", 1)).added == 1)
    try fixture.importText("\(Self.hash),b\n", into: "elsewhere", ImportOptions(kind: .pdq))
    #expect(try fixture.matches(Self.hash).count == 2)
    #expect(try fixture.importText(page("Withdrawn", 2)).withdrawn == 1)
    #expect(try fixture.matches(Self.hash) == ["elsewhere/b"])
    // The page before, fetched again, brings nothing back.
    #expect(try fixture.importText(page("Active", 1)).unchanged == 1)
    #expect(try fixture.matches(Self.hash) == ["elsewhere/b"])
    #expect(try store.listedHashes().count == 1)
  }

  @Test func aDeletedNCMECImageStopsMatching() throws {
    func page(_ body: String) -> String {
      "<?xml version=\"1.0\"?><queryResult xmlns=\"https://hashsharing.ncmec.org/hashsharing/v2\">"
        + "<images count=\"1\">\(body)</images></queryResult>"
    }
    let image = """
      <image><member id="42">M</member><timestamp>2026-01-01T15:00:00Z</timestamp><id>i</id>
      <classification>A1</classification><fingerprints><pdq>\(Self.hash)</pdq><pdna>00</pdna>
      </fingerprints><feedback><negativeFeedback type="Md5"><members><member id="9">N</member></members>
      </negativeFeedback></feedback></image>
      """
    let receipt = try fixture.importText(page(image))
    #expect(receipt.added == 1 && receipt.unsupported == ["photodna": 1])
    let entry = try store.entry("42-i", in: "l")
    #expect(entry.details.label == "A1" && entry.details.sourceTime == 1_767_279_600)
    #expect(entry.details.note == "feedback: 0 for, 1 against")
    let deleted = page(
      "<deletedImage><id>i</id><member id=\"42\">M</member>"
        + "<timestamp>2026-01-02T00:00:00Z</timestamp></deletedImage>")
    #expect(try fixture.importText(deleted).withdrawn == 1)
    #expect(try fixture.matches(Self.hash).isEmpty)
  }

  @Test func rowsOfOneIdMakeOneEntry() throws {
    let md5 = "9caa72b00ef0d7a3c3c528c73073cbbd"
    let rows = "kind,hash,id,category\npdq,\(Self.hash),a,x\nmd5,\(md5),a,\npdq,\(Self.other),b,\n"
    #expect(try fixture.importText(rows).counts == [2, 0, 0, 0, 0, 0])
    #expect(try store.entry("a", in: "l").hashes.count == 2)
    #expect(try fixture.importText(rows).counts == [0, 0, 0, 2, 0, 0])
    // The entry is what the newer file says of it, and not more.
    #expect(
      try fixture.importText("kind,hash,id\npdq,\(Self.third),a\n").counts == [0, 1, 0, 0, 0, 0])
    #expect(try store.entry("a", in: "l").hashes.map(\.text) == [Self.third])
  }

  @Test func aRecordThatIsNoLongerMeantIsTakenBack() throws {
    func set(_ category: Int) -> String {
      """
      {"odata.metadata":"http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml#Media","value":[
      {"MediaID":5,"Category":\(category),"MD5":"BC9772F17AA07C12AB3DCAFC42352CB2","MediaSize":7}]}
      """
    }
    var options = ImportOptions()
    #expect(throws: ListError.self) { try fixture.importText(set(1), options) }
    options.categories = ["1": "csam"]
    #expect(try fixture.importText(set(1), options).counts == [1, 0, 0, 0, 0, 0])
    #expect(try store.entries(in: "l").map(\.details.label) == ["csam"])
    #expect(try fixture.importText(set(0), options).counts == [0, 0, 1, 0, 0, 0])
    #expect(try fixture.importText(set(0), options).skipped == ["category 0": 1])
    #expect(try store.list("l").count == 0)
  }

  @Test func replacingMakesTheListEqualToTheFile() throws {
    var options = ImportOptions(kind: .pdq)
    try fixture.importText("\(Self.hash),a\n\(Self.other),b\n", options)
    options.replaces = true
    let receipt = try fixture.importText("\(Self.other),b\n\(Self.third),c\n", options)
    #expect(receipt.counts == [1, 0, 1, 1, 0, 0])
    #expect(try fixture.matches(Self.hash).isEmpty)
    #expect(try store.list("l").count == 2)
    // A file of which nothing can be used is no reason to empty a list.
    #expect(throws: ListError.self) { try fixture.importText("nonsense\n", options) }
    #expect(try store.list("l").count == 2)
  }

  @Test func aDryRunSaysTheSameAndChangesNothing() throws {
    try fixture.importText("\(Self.hash),a\n", ImportOptions(kind: .pdq))
    let before = (try store.lists(), try store.journal(), try store.history(of: "l"))
    var options = ImportOptions(kind: .pdq)
    options.isDryRun = true
    let text = "\(Self.hash),a\n\(Self.other),b\nbad\n"
    var dry = try fixture.importText(text, options)
    #expect(dry.isDryRun)
    #expect(try store.lists() == before.0 && store.journal() == before.1)
    #expect(try store.history(of: "l") == before.2)
    options.isDryRun = false
    dry.isDryRun = false
    #expect(try fixture.importText(text, options) == dry)
    #expect(dry.counts == [1, 0, 0, 1, 0, 1])
  }

  @Test func aDisabledEntryDoesNotMatchAndStaysDisabled() throws {
    let text = ListFixture.jsonl(#"{"id":"a","h":"\#(Self.hash)","cat":"x"}"#)
    try fixture.importText(text)
    try store.disable(entry: "a", of: "l", until: 2_000_000_000, reason: "false positive")
    #expect(try fixture.matches(Self.hash).isEmpty)
    #expect(try fixture.matches(Self.hash, now: 2_000_000_000) == ["l/a"])
    #expect(try fixture.importText(text).counts == [0, 0, 0, 1, 0, 0])
    let changed = ListFixture.jsonl(#"{"id":"a","h":"\#(Self.hash)","cat":"y"}"#)
    #expect(try fixture.importText(changed).replaced == 1)
    #expect(try fixture.matches(Self.hash).isEmpty)
    try store.enable(entry: "a", of: "l")
    #expect(try fixture.matches(Self.hash) == ["l/a"])
    #expect(throws: ListError.self) { try store.disable(entry: "none", of: "l") }
  }

  // MARK: At the edges

  @Test func tombstonesHold() throws {
    func record(_ time: Int) -> String {
      ListFixture.jsonl(#"{"id":"a","h":"\#(Self.hash)","ts":\#(time)}"#)
    }
    try fixture.importText(ListFixture.jsonl(#"{"id":"a","del":true,"ts":100}"#))
    // A later one says nothing new, but holds back more.
    try fixture.importText(ListFixture.jsonl(#"{"id":"a","del":true,"ts":300}"#))
    #expect(try fixture.importText(record(200)).unchanged == 1)
    #expect(try fixture.importText(record(400)).added == 1)
    // What the operator withdraws stays withdrawn until the source changes it.
    try store.withdraw(entries: ["a"], from: "l", by: Author(uid: 1, now: 500))
    #expect(try fixture.importText(record(400)).unchanged == 1)
    #expect(try fixture.importText(record(600)).added == 1)
  }

  @Test func olderRecordsAreNotSkippedIntoWithdrawal() throws {
    func event(_ time: Int, _ isMeant: Bool) -> String {
      """
      {"Event":{"Attribute":[{"type":"md5","to_ids":\(isMeant),"timestamp":"\(time)","uuid":"u",
      "value":"bc9772f17aa07c12ab3dcafc42352cb2"}]}}
      """
    }
    #expect(try fixture.importText(event(200, true)).added == 1)
    #expect(try fixture.importText(event(100, false)).withdrawn == 0)
    #expect(try fixture.importText(event(300, false)).withdrawn == 1)
  }

  @Test func rowsWithoutIdsAreTakenBackToo() throws {
    var options = ImportOptions(kind: .pdq)
    options.categories = ["bad": "bad"]
    #expect(try fixture.importText("hash,category\n\(Self.hash),bad\n", options).added == 1)
    #expect(try fixture.importText("hash,category\n\(Self.hash),fine\n", options).withdrawn == 1)
    #expect(try fixture.matches(Self.hash).isEmpty)
  }

  @Test func aFileWithoutEntriesEmptiesNoList() throws {
    try fixture.importText("\(Self.hash),a\n", ImportOptions(kind: .pdq))
    var options = ImportOptions()
    options.replaces = true
    for text in [
      #"{"hashRecords":[{"signalType":"VideoMD5","hashValue":"00","hashStatus":"Active"}]}"#,
      #"{"hashRecords":[]}"#, ListFixture.jsonl(#"{"id":"a","del":true}"#), "",
    ] {
      let error = #expect(throws: ListError.self) { try fixture.importText(text, options) }
      #expect(error?.code == .nothingToImport)
    }
    #expect(try fixture.matches(Self.hash) == ["l/a"])
  }

  @Test func moreRowsThanAnEntryHoldsAreRejected() throws {
    var random = SeededGenerator(seed: 11)
    let rows = (0..<5000).map { _ in "\(PDQHash.random(using: &random)),same\n" }.joined()
    let receipt = try fixture.importText("pdq,id\n" + rows)
    #expect(receipt.counts == [1, 0, 0, 0, 0, 5000 - StoredEntry.maximumHashes])
    #expect(try store.entry("same", in: "l").hashes.count == StoredEntry.maximumHashes)
    // And out and in again.
    var lines: [String] = []
    try store.export("l", as: .jsonl) { lines.append($0) }
    #expect(try fixture.importText(lines.joined(separator: "\n")).unchanged == 1)
  }

  @Test func idsAndReferencesHaveLimits() throws {
    let long = String(repeating: "x", count: 70_000)
    let deleted =
      #"{"data":[{"id":"\#(long)","type":"HASH_PDQ","should_delete":true},{"id":"1","type":"HASH_PDQ","descriptors":[]}]}"#
    #expect(try fixture.importText(deleted).counts == [0, 0, 1, 0, 0, 1])
    let many = (0..<1001).map { #"{"list":"l","entry":"\#($0)"}"# }.joined(separator: ",")
    for allows in [many, #"{"list":"l","entry":"\#(long)"}"#] {
      let receipt = try fixture.importText(
        ListFixture.jsonl(
          #"{"id":"a","h":"\#(Self.hash)","allows":[\#(allows)]}"#,
          #"{"id":"b","h":"\#(Self.other)"}"#))
      #expect(receipt.rejected == 1)
    }
  }

  @Test func anEntryWithOneBadHashImportsAgain() throws {
    let text = ListFixture.jsonl(
      #"{"id":"a","hashes":[{"kind":"md5","h":"bad"},{"kind":"pdq","h":"\#(Self.hash)"}]}"#)
    #expect(try fixture.importText(text).counts == [1, 0, 0, 0, 0, 1])
    #expect(try fixture.importText(text).counts == [0, 0, 0, 1, 0, 1])
  }

  @Test func idsThatLookAlikeAreTwo() throws {
    let (composed, decomposed) = ("aaaaaaaaaaaaaaaaé", "aaaaaaaaaaaaaaaae\u{301}")
    let receipt = try fixture.importText(
      "\(Self.hash),\(composed)\n\(Self.other),\(decomposed)\n", ImportOptions(kind: .pdq))
    #expect(receipt.added == 2)
    #expect(try fixture.matches(Self.other).count == 1)
  }
}
