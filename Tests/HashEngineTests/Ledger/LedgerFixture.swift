import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import HashEngine

/// Lists, a ledger and a folder of uploads for one test.
struct LedgerFixture {
  let lists: ListFixture
  let ledger: Ledger
  let decoder = CountingFingerprinter()

  init() throws {
    lists = try ListFixture()
    ledger = try Ledger(at: Ledger.folder(of: lists.folder.path("db")), creates: true)
    try lists.importBystander()
  }

  var store: ListStore { lists.store }
  var uploads: FilePath { lists.folder.path("up") }

  /// A picture that is like no other with another number.
  static func picture(_ number: Int) -> PaintedPicture {
    // Few large cells: noise of single pixels has too little in the frequencies that hashes are made of.
    let tones = PaintedPicture.paint(.noise, width: 12, height: 12, seed: UInt64(number + 1)).pixels
    return PaintedPicture(width: 96, height: 96) { x, y in Int(tones[y / 8 * 12 + x / 8]) }
  }

  /// Writes a picture among the uploads.
  @discardableResult
  func upload(_ number: Int, as name: String) throws -> FilePath {
    try lists.folder.write(Self.picture(number).png, to: "up/\(name)")
  }

  func moderator(_ policy: MatchPolicy = MatchPolicy()) -> Moderator {
    Moderator(store, policy: policy, fingerprinter: decoder)
  }

  /// Lists a picture by its hash.
  @discardableResult
  func list(_ number: Int, on list: String = "l") throws -> Receipt {
    let hash = try #require(try Fingerprint(of: Self.picture(number).png.span).pdq).hash
    return try lists.importText("\(hash),p\(number)\n", into: list, ImportOptions(kind: .pdq))
  }

  /// Scans all uploads as a program of its own would; returns what each came to, by name.
  func scan(
    _ policy: MatchPolicy = MatchPolicy(), isFresh: Bool = false
  ) throws -> [String: Verdict] {
    let scan = try FileScan(
      moderator(policy), store, ledger, isFresh: isFresh, leastAge: Self.leastAge)
    var verdicts: [String: Verdict] = [:]
    for path in TestFiles.files(below: uploads) {
      let file = try Self.walked(path)
      verdicts[path.lastComponent?.string ?? ""] =
        try scan.examine(file, try scan.recall(file)).verdict
    }
    try scan.finish()
    return verdicts
  }

  /// The same without the ledger.
  func scanWithoutLedger(_ policy: MatchPolicy = MatchPolicy()) throws -> [String: Verdict] {
    var verdicts: [String: Verdict] = [:]
    for path in TestFiles.files(below: uploads) {
      let moderator = Moderator(store, policy: policy)
      verdicts[path.lastComponent?.string ?? ""] = try moderator.examine(path).verdict
    }
    return verdicts
  }

  static func walked(_ path: FilePath) throws -> WalkedFile {
    var status = stat()
    try #require(path.withPlatformString { lstat($0, &status) } == 0)
    return WalkedFile(path, FileStamp(status), followsLink: false)
  }

  /// Waits until a change of the files written so far would show in their stamps.
  static func settle() { usleep(60_000) }

  /// The clock of a file system on a disk of this machine is no further behind, in nanoseconds.
  private static let leastAge: Int64 = 50_000_000

  /// What a rematch finds, and somebody has got then.
  func rematch() throws -> (findings: [Rematch.Finding], summary: Rematch.Summary) {
    let found = Mutex<[Rematch.Finding]>([])
    let rematch = try Rematch(moderator(), store, ledger)
    let summary = try rematch.run(threads: 2) { finding in found.withLock { $0.append(finding) } }
    let findings = found.withLock { $0 }
    for finding in findings { rematch.settle(finding) }
    try rematch.end(summary)
    return (findings, summary)
  }
}

/// Decodes in this process, and counts how often.
final class CountingFingerprinter: Fingerprinter {
  private let pictures = Atomic(0)
  var count: Int { pictures.load(ordering: .relaxed) }

  func fingerprint(
    of bytes: Span<UInt8>, _ request: FingerprintRequest
  ) throws(ImageError) -> Fingerprint {
    pictures.add(1, ordering: .relaxed)
    return try Fingerprint(of: bytes, request)
  }
}
