import ArgumentParser
import HashEngine
import SystemPackage

/// Whether a scan remembers what it has seen.
struct LedgerOptions: ParsableArguments {
  @Flag(help: "Read every file, whatever the ledger has of it.")
  var fresh = false

  @Flag(help: "Neither use nor write the ledger of what was scanned.")
  var noLedger = false

  /// The scan that remembers; `nil` where it is not wanted, or not possible, which is then told: verdicts are the same
  /// without.
  ///
  /// - Throws: ``Failure``, ``ListError``.
  func scan(_ moderator: Moderator, _ store: ListStore, database: FilePath) throws -> FileScan? {
    guard !noLedger else { return nil }
    let ledger: Ledger
    do throws(StorageError) {
      ledger = try Ledger(at: Ledger.folder(of: database), creates: true)
    } catch {
      Terminal.warn("warning: without the ledger, nothing is remembered: \(error)")
      return nil
    }
    return try FileScan(moderator, store, ledger, isFresh: fresh)
  }
}
