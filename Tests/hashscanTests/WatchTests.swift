import Foundation
import SystemPackage
import TestSupport
import Testing

/// Files that come while hashscan watches, in all the ways in which files come.
@Suite struct WatchTests {
  private let hashscan: HashScanProcess
  private let picture = TestFiles.fixtures.appending("uploads/2026/11/dunes.webp").string

  init() throws {
    hashscan = try HashScanProcess()
    let list = TestFiles.fixtures.appending("blocklist.csv").string
    _ = try hashscan.run("import", list, "--list", "demo")
    try hashscan.folder.write(TestFiles.bytes(of: .init(picture)), to: "up/there.webp")
  }

  /// Runs a script while hashscan watches `up`, waits until the output has each of `names`, and ends it.
  private func watch(
    _ script: String, until names: [String], _ options: String = ""
  ) throws -> HashScanProcess.Result {
    let waiting = names.map {
      """
      for i in $(seq 400); do grep -q '\($0): match' out.txt && break; sleep 0.05; done
      grep -q '\($0): match' out.txt || echo 'missed \($0)'
      """
    }
    return try hashscan.runShell(
      """
      cd \(hashscan.folder.path); P=\(picture)
      hashscan watch up \(options) > out.txt 2> err.txt & pid=$!
      for i in $(seq 400); do [ -s out.txt ] && break; sleep 0.05; done
      \(script)
      \(waiting.joined(separator: "\n"))
      kill -TERM $pid; wait $pid; status=$?
      cat out.txt; cat err.txt >&2; exit $status
      """)
  }

  @Test func whatIsThereIsScannedFirst() throws {
    let result = try watch("", until: ["up/there.webp"])
    #expect(result.status == 1 && result.lines.last?.hasPrefix("Scanned 1 file") == true)
    #expect(!result.output.contains("missed"))
  }

  @Test func filesAreScannedHoweverTheyCome() throws {
    let result = try watch(
      """
      cp $P up/copied.webp
      cp $P outside.webp; mv outside.webp up/moved.webp
      cp $P outside.webp; ln outside.webp up/linked.webp
      mkdir -p up/a/b/c; cp $P up/a/b/c/deep.webp
      mkdir -p tree/x; cp $P tree/x/tree.webp; mv tree up/tree
      sleep 0.5; mv up/a/b up/renamed; sleep 0.5; cp $P up/renamed/c/later.webp
      mv up/tree gone; sleep 0.3; cp $P gone/x/outside.webp
      (dd if=$P bs=1000 count=1; sleep 0.4; dd if=$P bs=1000 skip=1) > up/slow.webp 2> /dev/null
      """,
      until: [
        "copied.webp", "moved.webp", "linked.webp", "deep.webp", "tree.webp",
        "up/renamed/c/later.webp", "slow.webp",
      ])
    #expect(result.status == 1)
    #expect(!result.output.contains("missed"), "\(result.output) \(result.errors)")
    // Neither half a file, nor one that is outside.
    #expect(!result.output.contains(": not scanned"), "\(result.output)")
    #expect(!result.output.contains("gone/"))
  }

  @Test func manyAtOnceAreAllScanned() throws {
    let result = try hashscan.runShell(
      """
      cd \(hashscan.folder.path); P=\(picture)
      hashscan watch up --only-new --json > out.txt & pid=$!
      for i in $(seq 100); do sleep 0.05; touch up/probe.txt; [ -s out.txt ] && break; done
      mkdir new; for i in $(seq 3000); do ln $P new/$i.webp || cp $P new/$i.webp; done
      mv new up/new; mkdir up/more; for i in $(seq 500); do cp $P up/more/$i.webp; done
      for i in $(seq 600); do
        n=$(grep -o '/new/[0-9]*.webp\\|/more/[0-9]*.webp' out.txt | sort -u | wc -l)
        [ $n = 3500 ] && break; sleep 0.1
      done
      kill -INT $pid; wait $pid; echo $n
      """)
    #expect(result.lines.last == "3500", "\(result.errors)")
  }

  @Test func whatCannotBeWatchedIsTold() throws {
    let result = try hashscan.run("watch", "nowhere")
    #expect(result.status == 2 && result.errors.contains("nowhere: No such file or directory"))
    #expect(try hashscan.run("watch", picture).status == 2)
  }

  /// Matches are moved as they come; the quarantine is not watched.
  @Test func matchesAreMovedAway() throws {
    let result = try watch(
      "cp $P up/new.webp", until: ["new.webp"], "--quarantine up/q --yes")
    #expect(result.output.contains("up/new.webp: quarantined as "), "\(result.output)")
    #expect(!result.output.contains("/q/"))
    let listed = try hashscan.run("quarantine", "list", "up/q")
    #expect(listed.output.contains("up/new.webp") && listed.output.contains("up/there.webp"))
  }

  @Test func aFolderThatIsRenamedAwayIsTold() throws {
    let result = try hashscan.runShell(
      """
      cd \(hashscan.folder.path); mkdir other
      hashscan watch up other > out.txt 2> err.txt & pid=$!
      for i in $(seq 100); do [ -s out.txt ] && break; sleep 0.05; done; sleep 0.3
      mv other gone
      for i in $(seq 100); do grep -q other err.txt && break; sleep 0.05; done
      cp \(picture) up/later.webp
      for i in $(seq 100); do grep -q later out.txt && break; sleep 0.05; done
      kill -TERM $pid; wait $pid; cat out.txt; cat err.txt >&2
      """)
    #expect(result.errors.contains("other: is gone"))
    #expect(result.output.contains("later.webp: match"))
  }
}
