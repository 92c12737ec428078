import Foundation
import SystemPackage
import TestSupport
import Testing

/// What operators do with the ledger: scan again, go on, import, look for duplicates.
@Suite struct LedgerCommandTests {
  private let hashscan: HashScanProcess
  private let list = TestFiles.fixtures.appending("blocklist.csv").string

  init() throws {
    hashscan = try HashScanProcess()
    _ = try hashscan.run("import", list, "--list", "demo")
    let uploads = TestFiles.fixtures.appending("uploads")
    for path in TestFiles.files(below: uploads) {
      let name = path.string.dropFirst(uploads.string.count + 1)
      try hashscan.folder.write(TestFiles.bytes(of: path), to: "up/\(name)")
    }
  }

  /// The lines of a scan, without the time that it took.
  private func scan(_ options: String...) throws -> [String] {
    try hashscan.run(arguments: ["scan", "up"] + options).lines.map {
      $0.replacing(/\ in [0-9.]+ s/, with: "")
    }
  }

  @Test func aSecondScanSaysTheSame() throws {
    let first = try scan()
    #expect(first.count == 9)
    // Old enough for a change to show.
    usleep(2_100_000)
    #expect(try scan() == first)
    #expect(try scan() == first)
    let known = try scan("--json").filter { $0.contains("\"no_match\"") }
    #expect(known.count == 6 && known.allSatisfy { $0.contains("\"hashes_asked\":0") })
    #expect(known.allSatisfy { $0.contains("\"width\":") && $0.contains("\"quality\":") })
    #expect(try scan("--no-ledger") == first)
    #expect(try scan("--fresh") == first)
  }

  /// Killed again and again, it ends with what an undisturbed scan says.
  @Test func killedScansGoOn() throws {
    let script = """
      for i in $(seq 150); do cp up/glacier.jpg up/n$i.jpg; printf $i >> up/n$i.jpg; done
      for i in $(seq 8); do
        hashscan scan up -q > killed.out & pid=$!
        sleep 0.$((i * 37 % 9))$i; kill -9 $pid; wait $pid
      done
      hashscan scan up > after.out; hashscan scan up --no-ledger > fresh.out
      hashscan db verify && sed -i 's/ in [0-9.]* s//' after.out fresh.out && diff after.out fresh.out
      """
    let result = try hashscan.runShell("cd \(hashscan.folder.path)\n\(script)")
    #expect(result.status == 0, "\(result.output) \(result.errors)")
  }

  @Test func twoScansAtOnceAgree() throws {
    let script = """
      hashscan scan up > a.out & hashscan scan up > b.out; wait
      hashscan db verify && sed -i 's/ in [0-9.]* s//' a.out b.out && diff a.out b.out
      """
    let result = try hashscan.runShell("cd \(hashscan.folder.path)\n\(script)")
    #expect(result.status == 0, "\(result.output) \(result.errors)")
  }

  @Test func aNewListIsComparedWithOldUploads() throws {
    _ = try scan()
    #expect(try hashscan.run("rematch").status == 0)
    let picture = try hashscan.run("hash", "up/heath.png", "--json")
    let hash = try #require(picture.output.firstMatch(of: /"pdq":"([0-9a-f]{64})"/)?.1)
    try hashscan.folder.write("id,pdq\nmoor,\(hash)\n", to: "new.csv")
    let imported = try hashscan.run("import", "new.csv", "--list", "new", "--rematch")
    #expect(imported.status == 1)
    let name = hashscan.folder.path("up/heath.png").string
    #expect(imported.output.contains("\(name): match new moor pdq distance 0"))
    #expect(imported.output.contains("Compared 14 files of the ledger: 1 matched anew"))
    #expect(!imported.output.contains(hash) && !imported.errors.contains(hash))
    _ = try hashscan.run("list", "undo", "new")
    let gone = try hashscan.run("rematch", "--json")
    #expect(gone.status == 0 && gone.lines.count == 1)
    #expect(gone.output.contains("\"gone\":[{\"entry\":\"moor\",\"list\":\"new\"}]"))
    #expect(try hashscan.run("rematch").lines.count == 1)
  }

  @Test func withoutALedgerThereIsNothingToCompare() throws {
    let result = try hashscan.run("rematch")
    #expect(result.status == 2 && result.errors.contains("hashscan scan"))
    #expect(try hashscan.run("scan", "up", "--no-ledger").status == 1)
    #expect(try hashscan.run("rematch").status == 2)
  }

  @Test func aLedgerThatCannotBeMadeIsToldAndTheScanGoesOn() throws {
    try hashscan.folder.write("in the way", to: "db/ledger")
    let result = try hashscan.run("scan", "up")
    #expect(result.status == 1 && result.errors.contains("warning: without the ledger"))
  }

  @Test func likeUploadsAreShownTogether() throws {
    try hashscan.folder.write(
      TestFiles.bytes(of: hashscan.folder.path("up/glacier.jpg")), to: "up/again.jpg")
    _ = try scan()
    let result = try hashscan.run("duplicates")
    #expect(result.lines.first == "2 files, 1 distinct content:" && result.lines.count == 4)
    let json = try hashscan.run("duplicates", "up", "--json")
    #expect(json.lines.count == 1 && json.output.contains("again.jpg"))
    #expect(try hashscan.run("duplicates", "up/2026").lines == ["0 groups of 0 files."])
  }

  /// A backup has lists and ledger, and both come back.
  @Test func theLedgerIsBackedUp() throws {
    _ = try scan()
    #expect(try hashscan.run("db", "backup", "copy").output.contains("and the ledger"))
    #expect(try hashscan.run("db", "verify", "--db", "copy").output.contains("14 files"))
    _ = try hashscan.runShell("rm -r \(hashscan.database)")
    let restored = try hashscan.run("db", "restore", "copy")
    #expect(restored.status == 0 && restored.output.contains("and the ledger"))
    #expect(try hashscan.run("rematch").output.contains("Compared 14 files"))
  }

  /// Each path is scanned when it comes, although the pipe stays open.
  @Test func pathsAreScannedAsTheyCome() throws {
    let script = """
      mkfifo pipe
      hashscan scan --files-from pipe --line-buffered > out.txt & pid=$!
      exec 3> pipe
      echo up/2026/11/dunes.webp >&3
      for i in $(seq 100); do grep -q dunes out.txt && break; sleep 0.05; done
      grep -q dunes out.txt || exit 9
      printf 'up/2026/11/estuary.gif' >&3; exec 3>&-
      wait $pid; grep -q estuary out.txt && grep -q 'Scanned 2 files' out.txt
      """
    let result = try hashscan.runShell("cd \(hashscan.folder.path)\n\(script)")
    #expect(result.status == 0, "\(result.output) \(result.errors)")
  }

  @Test func readingCanBeHeldBack() throws {
    let start = ContinuousClock.now
    let result = try hashscan.run("scan", "up", "--limit-rate", "100K", "--nice", "--no-ledger")
    #expect(result.status == 1)
    // 157 kB at 100 KiB a second.
    #expect(ContinuousClock.now - start > .milliseconds(500))
    #expect(try hashscan.run("scan", "up", "--limit-rate", "0").status == 64)
  }

  /// Damage costs time, not answers.
  @Test func aDamagedLedgerStopsNothing() throws {
    let first = try scan()
    let data = "\(hashscan.database)/ledger/data.mdb"
    let result = try hashscan.runShell(
      """
      cd \(hashscan.folder.path)
      for i in 3 4 5 6 7 8 9; do printf '%032d' 7 | dd of=\(data) bs=4096 seek=$i conv=notrunc 2> /dev/null; done
      hashscan scan up
      """)
    #expect(result.lines.dropLast() == first.dropLast()[...], "\(result.errors)")
    #expect(result.errors.contains("warning"))
  }

  /// A trial, or a program that failed, does not use up what is new.
  @Test func newsStaysUntilItIsDoneWith() throws {
    _ = try scan()
    let picture = hashscan.folder.path("up/heath.png").string
    _ = try hashscan.run("takedown", picture, "--reason", "x", "--list", "own", "--yes")
    #expect(
      try hashscan.run("rematch", "--quarantine", "q").output.contains("would be quarantined"))
    #expect(try hashscan.run("rematch", "--exec", "/bin/false").status == 1)
    #expect(try hashscan.runShell("hashscan rematch > /dev/full").status == 2)
    #expect(
      try hashscan.run("rematch", "--quarantine", "q", "--yes").output.contains("quarantined as"))
    #expect(try hashscan.run("rematch").status == 0)
  }

  /// Nothing is replaced if the backup of the ledger is not whole.
  @Test func aDamagedBackupOfTheLedgerChangesNothing() throws {
    _ = try scan()
    _ = try hashscan.run("db", "backup", "copy")
    _ = try hashscan.runShell(
      "printf X | dd of=\(hashscan.folder.path("copy"))/ledger/data.mdb bs=1 seek=9000 conv=notrunc"
    )
    let restored = try hashscan.run("db", "restore", "copy")
    #expect(restored.status == 2 && restored.output.isEmpty)
  }
}
