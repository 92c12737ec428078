/// A receipt as it is stored, as JSON. The journal holds the digest of its bytes: fields may be added, but
/// none may change its name or form.
struct StoredReceipt: Codable {
  let receipt: Receipt

  init(_ receipt: Receipt) { self.receipt = receipt }

  private enum CodingKeys: String, CodingKey {
    case action, list, number
    case serialBefore = "serial_before"
    case serialAfter = "serial_after"
    case at, uid, client, source
    case sourceSHA256 = "source_sha256"
    case format, kind, reason
    case caseID = "case"
    case added, replaced, withdrawn, unchanged, skipped, unsupported, rejected, rejections, warnings
    case spelling, withheld
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    var receipt = Receipt(
      action: try values.decode(Receipt.Action.self, forKey: .action),
      list: try values.decode(String.self, forKey: .list),
      number: try values.decode(Int.self, forKey: .number),
      serialBefore: try values.decode(Int.self, forKey: .serialBefore),
      at: try values.decode(Timestamp.self, forKey: .at),
      uid: try values.decode(UInt32.self, forKey: .uid))
    receipt.serialAfter = try values.decode(Int.self, forKey: .serialAfter)
    receipt.client = try values.decodeIfPresent(String.self, forKey: .client)
    receipt.source = try values.decodeIfPresent(String.self, forKey: .source)
    receipt.sourceSHA256 = try values.decodeIfPresent(String.self, forKey: .sourceSHA256)
    receipt.format = try values.decodeIfPresent(ListFormat.self, forKey: .format)
    receipt.kind = try values.decodeIfPresent(HashKind.self, forKey: .kind)
    receipt.reason = try values.decodeIfPresent(String.self, forKey: .reason)
    receipt.caseID = try values.decodeIfPresent(String.self, forKey: .caseID)
    receipt.added = try values.decode(Int.self, forKey: .added)
    receipt.replaced = try values.decode(Int.self, forKey: .replaced)
    receipt.withdrawn = try values.decode(Int.self, forKey: .withdrawn)
    receipt.unchanged = try values.decode(Int.self, forKey: .unchanged)
    receipt.skipped = try values.decode([String: Int].self, forKey: .skipped)
    receipt.unsupported = try values.decode([String: Int].self, forKey: .unsupported)
    receipt.rejected = try values.decode(Int.self, forKey: .rejected)
    receipt.rejections = try values.decode([Receipt.Rejection].self, forKey: .rejections)
    receipt.warnings = try values.decode([String].self, forKey: .warnings)
    receipt.spelling = try values.decodeIfPresent(HashSpelling.self, forKey: .spelling)
    receipt.withheld = try values.decodeIfPresent(Int.self, forKey: .withheld) ?? 0
    self.receipt = receipt
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(receipt.action, forKey: .action)
    try values.encode(receipt.list, forKey: .list)
    try values.encode(receipt.number, forKey: .number)
    try values.encode(receipt.serialBefore, forKey: .serialBefore)
    try values.encode(receipt.serialAfter, forKey: .serialAfter)
    try values.encode(receipt.at, forKey: .at)
    try values.encode(receipt.uid, forKey: .uid)
    try values.encodeIfPresent(receipt.client, forKey: .client)
    try values.encodeIfPresent(receipt.source, forKey: .source)
    try values.encodeIfPresent(receipt.sourceSHA256, forKey: .sourceSHA256)
    try values.encodeIfPresent(receipt.format, forKey: .format)
    try values.encodeIfPresent(receipt.kind, forKey: .kind)
    try values.encodeIfPresent(receipt.reason, forKey: .reason)
    try values.encodeIfPresent(receipt.caseID, forKey: .caseID)
    try values.encode(receipt.added, forKey: .added)
    try values.encode(receipt.replaced, forKey: .replaced)
    try values.encode(receipt.withdrawn, forKey: .withdrawn)
    try values.encode(receipt.unchanged, forKey: .unchanged)
    try values.encode(receipt.skipped, forKey: .skipped)
    try values.encode(receipt.unsupported, forKey: .unsupported)
    try values.encode(receipt.rejected, forKey: .rejected)
    try values.encode(receipt.rejections, forKey: .rejections)
    try values.encode(receipt.warnings, forKey: .warnings)
    try values.encodeIfPresent(receipt.spelling, forKey: .spelling)
    if receipt.withheld > 0 { try values.encode(receipt.withheld, forKey: .withheld) }
  }
}
