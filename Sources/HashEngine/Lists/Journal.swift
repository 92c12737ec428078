internal import Crypto

/// A line of the journal: one change of the lists. Each carries the digest of the line before, so that
/// whoever has a later line can detect that one was altered or removed.
public struct JournalLine: Codable, Sendable, Hashable {
  /// Counted from 1.
  public let line: Int
  /// When it was done.
  public let at: Timestamp
  /// The number of the user who did it.
  public let uid: UInt32
  /// See ``Author/client``.
  public let client: String?
  /// What was done.
  public let action: Receipt.Action
  /// To which list.
  public let list: String
  /// The receipt's number in the list's history.
  public let receipt: Int
  /// SHA-256 of the receipt, as the list's history has it.
  public let receiptSHA256: String
  /// See ``Receipt/added``.
  public let added: Int
  /// See ``Receipt/replaced``.
  public let replaced: Int
  /// See ``Receipt/withdrawn``.
  public let withdrawn: Int
  /// The operator's reason for it.
  public let reason: String?
  /// The operator's case.
  public let caseID: String?
  /// SHA-256 of the line before, without its line end; 64 zeros in the first line.
  public let previous: String

  enum CodingKeys: String, CodingKey {
    case line, at, uid, client, action, list, receipt
    case receiptSHA256 = "receipt_sha256"
    case added, replaced, withdrawn, reason
    case caseID = "case"
    case previous
  }

  init(_ line: Int, _ receipt: Receipt, receiptBytes: [UInt8], previous: String) {
    self.line = line
    at = receipt.at
    uid = receipt.uid
    client = receipt.client
    action = receipt.action
    list = receipt.list
    self.receipt = receipt.number
    receiptSHA256 = Journal.digest(receiptBytes)
    added = receipt.added
    replaced = receipt.replaced
    withdrawn = receipt.withdrawn
    reason = receipt.reason
    caseID = receipt.caseID
    self.previous = previous
  }
}

/// The record of every change of every list, written in the same transaction as the change: a change is kept
/// if and only if its line is.
enum Journal {
  static let beginning = String(repeating: "0", count: 64)

  /// Adds a receipt's line.
  ///
  /// - Parameter bytes: The receipt as it is stored.
  static func append(
    _ receipt: Receipt, bytes: [UInt8], to journal: Table<Writing>
  ) throws(StorageError) {
    let last = try journal.lastKey() ?? 0
    let before = try journal.value(for: last) { line in digest(line) }
    let line = JournalLine(
      Int(last) + 1, receipt, receiptBytes: bytes, previous: before ?? beginning)
    let text = try JSONText.encode(line)
    try journal.append(text.span, for: last + 1)
  }

  static func digest(_ bytes: [UInt8]) -> String { digest(bytes.span.bytes) }

  private static func digest(_ bytes: RawSpan) -> String {
    bytes.withUnsafeBytes { hexText(Array(SHA256.hash(data: $0))) }
  }
}
