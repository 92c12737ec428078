/// A receipt, as the command line and the daemon report it in JSON.
package struct ReceiptReport: Encodable {
  let action: Receipt.Action
  let list: String
  let number: Int
  let serialBefore: Int
  let serialAfter: Int
  let at: Timestamp
  let uid: UInt32
  let client: String?
  let source: String?
  let sourceSHA256: String?
  let format: ListFormat?
  let kind: HashKind?
  let reason: String?
  let caseID: String?
  let added: Int
  let replaced: Int
  let withdrawn: Int
  let unchanged: Int
  let skipped: [String: Int]
  let unsupported: [String: Int]
  let rejected: Int
  let withheld: Int?
  /// Whether all that a file says was done; for imports only.
  let isComplete: Bool?
  let spelling: HashSpelling?
  let rejections: [Receipt.Rejection]
  let warnings: [String]
  let isDryRun: Bool

  enum CodingKeys: String, CodingKey {
    case action, list, number
    case serialBefore = "serial_before"
    case serialAfter = "serial_after"
    case at, uid, client, source
    case sourceSHA256 = "source_sha256"
    case format, kind, reason
    case caseID = "case"
    case added, replaced, withdrawn, unchanged, skipped, unsupported, rejected, rejections, warnings
    case withheld, spelling
    case isComplete = "complete"
    case isDryRun = "dry_run"
  }

  /// - Parameter tellsCompleteness: Whether it is the answer to an import.
  package init(_ receipt: Receipt, tellsCompleteness: Bool = false) {
    action = receipt.action
    list = receipt.list
    number = receipt.number
    serialBefore = receipt.serialBefore
    serialAfter = receipt.serialAfter
    at = receipt.at
    uid = receipt.uid
    client = receipt.client
    source = receipt.source
    sourceSHA256 = receipt.sourceSHA256
    format = receipt.format
    kind = receipt.kind
    reason = receipt.reason
    caseID = receipt.caseID
    added = receipt.added
    replaced = receipt.replaced
    withdrawn = receipt.withdrawn
    unchanged = receipt.unchanged
    skipped = receipt.skipped
    unsupported = receipt.unsupported
    rejected = receipt.rejected
    rejections = receipt.rejections
    withheld = receipt.withheld > 0 ? receipt.withheld : nil
    isComplete = tellsCompleteness ? receipt.isComplete : nil
    spelling = receipt.spelling
    warnings = receipt.warnings
    isDryRun = receipt.isDryRun
  }
}
