import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// The sample lists of every format, and the pictures that they name.
@Suite(.enabled(if: TestFiles.hasShared, "the shared lists are not beside this checkout"))
struct SampleListTests {
  struct Sample: Sendable, CustomStringConvertible {
    let name: String
    var kind: HashKind?
    var categories: [String: String]?
    let format: ListFormat
    /// As in `Receipt.counts`.
    let counts: [Int]
    var unsupported: [String: Int] = [:]
    /// Lines or records that are rejected.
    var rejected: [Int] = []

    var description: String { name }
    var list: String { name.replacing(".", with: "_") }
  }

  static let samples = [
    Sample(name: "pdq.txt", kind: .pdq, format: .text, counts: [6, 0, 0, 0, 0, 0]),
    Sample(name: "pdq-metadata.txt", kind: .pdq, format: .text, counts: [6, 0, 0, 0, 0, 0]),
    Sample(name: "pdq-quality.csv", kind: .pdq, format: .text, counts: [6, 0, 0, 0, 0, 0]),
    Sample(name: "pdq-bom-crlf-upper.txt", kind: .pdq, format: .text, counts: [6, 0, 0, 0, 0, 0]),
    Sample(
      name: "pdq-some-bad.txt", kind: .pdq, format: .text, counts: [2, 0, 0, 1, 0, 4],
      rejected: [2, 3, 4, 8]),
    Sample(name: "md5.txt", format: .text, counts: [6, 0, 0, 0, 0, 0]),
    Sample(name: "sha256.txt", kind: .sha256, format: .text, counts: [6, 0, 0, 0, 0, 0]),
    Sample(name: "phash.txt", kind: .phash64, format: .text, counts: [6, 0, 0, 0, 0, 0]),
    Sample(
      name: "phash-goimagehash.txt", kind: .phash64, format: .text, counts: [6, 0, 0, 0, 0, 0]),
    Sample(name: "phash-signed.csv", kind: .phash64, format: .csv, counts: [6, 0, 0, 0, 0, 0]),
    Sample(name: "columns.csv", format: .csv, counts: [6, 0, 1, 0, 0, 0]),
    Sample(name: "hashscan-list.jsonl", format: .jsonl, counts: [6, 0, 0, 0, 0, 0]),
    Sample(name: "clamav.hdb", format: .clamav, counts: [6, 0, 0, 0, 0, 0]),
    Sample(name: "clamav.hsb", format: .clamav, counts: [6, 0, 0, 0, 0, 0]),
    Sample(name: "clamav.ldb", format: .clamav, counts: [6, 0, 0, 0, 0, 0]),
    Sample(name: "icse.csv", format: .icse, counts: [3, 0, 0, 0, 3, 0]),
    Sample(
      name: "vics-2.0.json", categories: ["1": "one", "2": "two"], format: .vics,
      counts: [3, 0, 0, 0, 3, 0], unsupported: ["photodna": 3]),
    Sample(name: "ncmec.xml", format: .ncmec, counts: [6, 0, 1, 0, 0, 0]),
    Sample(
      name: "stopncii.json", format: .stopncii, counts: [4, 0, 2, 0, 0, 1],
      unsupported: ["VideoMD5": 1], rejected: [8]),
    Sample(name: "tat.json", format: .tat, counts: [3, 0, 1, 0, 0, 0]),
    Sample(name: "threatexchange.json", format: .threatexchange, counts: [2, 0, 2, 0, 1, 0]),
    Sample(name: "misp-event.json", format: .misp, counts: [3, 0, 1, 0, 1, 0]),
    Sample(name: "stix-2.1.json", format: .stix, counts: [3, 0, 1, 0, 0, 0]),
  ]

  private let fixture: ListFixture

  init() throws { fixture = try ListFixture() }

  @discardableResult
  private func importSample(_ sample: Sample) throws -> Receipt {
    var options = ImportOptions(source: sample.name, kind: sample.kind)
    options.categories = sample.categories
    let path = TestFiles.shared.appending("lists/\(sample.name)")
    return try fixture.importBytes(
      TestFiles.bytes(of: path), into: sample.list, options, now: 1_790_000_000)
  }

  @Test(arguments: samples)
  func receipts(_ sample: Sample) throws {
    let receipt = try importSample(sample)
    #expect(receipt.format == sample.format)
    #expect(receipt.counts == sample.counts)
    #expect(receipt.unsupported == sample.unsupported)
    #expect(receipt.rejections.map(\.number) == sample.rejected)
    #expect(receipt.serialBefore == 0 && receipt.serialAfter == 1)
    #expect(receipt.sourceSHA256?.count == 64 && receipt.warnings.isEmpty)
    let list = try fixture.store.list(sample.list)
    // The entries that a list takes back may be its own.
    #expect(list.count + list.withdrawn >= receipt.added && list.count <= receipt.added)
    #expect(try fixture.store.history(of: sample.list) == [receipt])
    // Again: nothing changes.
    let before = try fixture.store.list(sample.list)
    let again = try importSample(sample)
    #expect(again.counts.prefix(3) == [0, 0, 0])
    #expect(try fixture.store.list(sample.list) == before)
    #expect(try fixture.store.indexProblems().isEmpty)
  }

  /// A picture of `expected.json`, with its hashes.
  private struct Expected: Decodable {
    let file: String
    let md5: String
    let sha1: String
    let sha256: String
    let pdq: String
    let phash: String

    var hashes: [ListedHash] {
      [
        ListedHash(kind: .md5, text: md5), ListedHash(kind: .sha1, text: sha1),
        ListedHash(kind: .sha256, text: sha256), ListedHash(kind: .pdq, text: pdq),
        ListedHash(kind: .phash64, text: phash),
      ].compactMap { $0 }
    }
  }

  @Test func scansFindThePicturesThatTheListsName() throws {
    let expected = try JSONDecoder().decode(
      [Expected].self,
      from: Data(TestFiles.bytes(of: TestFiles.shared.appending("lists/expected.json"))))
    var files: [ListedHash: String] = [:]
    for picture in expected { for hash in picture.hashes { files[hash] = picture.file } }
    var wanted: [String: Set<String>] = [:]
    for sample in Self.samples {
      try importSample(sample)
      var named: Set<String> = []
      try fixture.store.forEachEntry(of: sample.list) { entry in
        named.formUnion(entry.hashes.compactMap { files[$0] })
        return true
      }
      wanted[sample.list] = named
    }
    #expect(wanted["ncmec_xml"]?.count == 5 && wanted["stopncii_json"]?.count == 3)
    let moderator = Moderator(fixture.store)
    var found: [String: Set<String>] = [:]
    for path in TestFiles.files(below: TestFiles.shared.appending("images/photos")) {
      guard case .match(let matches) = try moderator.examine(path).verdict else { continue }
      for match in matches {
        found[match.list, default: []].insert(path.lastComponent?.string ?? "")
      }
    }
    for sample in Self.samples {
      #expect(found[sample.list] == wanted[sample.list], "\(sample.name)")
    }
  }
}
