import HashEngine

/// A receipt on one line.
struct ReceiptText: CustomStringConvertible {
  let description: String

  init(_ receipt: Receipt) {
    var parts = [
      "\(receipt.added) added", "\(receipt.replaced) replaced", "\(receipt.withdrawn) withdrawn",
      "\(receipt.unchanged) unchanged",
    ]
    let skipped = receipt.skipped.values.reduce(0, +)
    if skipped > 0 { parts.append("\(skipped) skipped (\(Self.counts(receipt.skipped)))") }
    parts.append("\(receipt.rejected) rejected")
    if receipt.withheld > 0 { parts.append("\(receipt.withheld) missing but kept") }
    let unsupported = receipt.unsupported.values.reduce(0, +)
    if unsupported > 0 {
      parts.append("\(unsupported) of unsupported kinds (\(Self.counts(receipt.unsupported)))")
    }
    var text = parts.joined(separator: ", ") + "; list \(receipt.list)"
    text += " serial \(receipt.serialBefore)"
    if receipt.serialAfter != receipt.serialBefore { text += " to \(receipt.serialAfter)" }
    if let format = receipt.format {
      text += "; read as \(format.rawValue)" + (receipt.kind.map { " of \($0.rawValue)" } ?? "")
    }
    if receipt.spelling == .decimal { text += ", 64-bit hashes as decimal numbers" }
    if receipt.isDryRun { text += "; a dry run, nothing was changed" }
    description = text
  }

  private static func counts(_ counts: [String: Int]) -> String {
    counts.sorted { $0.key < $1.key }.map { "\($0.value) \(ShownText($0.key))" }
      .joined(separator: ", ")
  }
}
