/// One row for each hash of an entry.
enum CSVWriter {
  static let header =
    "kind,hash,id,category,quality,comment,severity,timestamp,case,expires,deleted,disabled"

  static func lines(for entry: Entry, kind: HashKind?) -> [String] {
    let details = entry.details
    let hashes = entry.hashes.filter { kind == nil || $0.kind == kind }
    let disabled =
      if case .disabled(let until) = entry.state { until?.description ?? "true" } else { "" }
    func line(_ kind: String, _ hash: String, deleted: String) -> String {
      [
        kind, hash, entry.id, details.label ?? "", details.quality.map(String.init) ?? "",
        details.note ?? "", details.severity ?? "",
        details.sourceTime?.description ?? "",
        details.namedCases.first ?? "", details.expiresAt.map { $0.description } ?? "", deleted,
        disabled,
      ].map { quoted($0) }.joined(separator: ",")
    }
    guard entry.state != .withdrawn else { return [line("", "", deleted: "true")] }
    return hashes.map { line($0.kind.rawValue, $0.text, deleted: "") }
  }

  /// What rows cannot hold of an entry.
  static func losses(of entry: Entry, kind: HashKind?) -> [String] {
    var losses: [String] = []
    let details = entry.details
    if entry.hashes.contains(where: { kind != nil && $0.kind != kind }) {
      losses.append("hashes of other kinds")
    }
    if !details.crops.isEmpty { losses.append("which hashes are of parts of the picture") }
    if !details.allows.isEmpty { losses.append("the entries that are excused") }
    if details.namedCases.count != details.caseIDs.count || details.caseIDs.count > 1 {
      losses.append("further cases")
    }
    let texts: [String?] = [
      details.label, details.severity, details.note, details.namedCases.first, entry.id,
    ]
    if texts.contains(where: { $0.map { !holds($0) } ?? false }) {
      losses.append("texts that stand for nothing, as \"-\" does, or have blanks at an end")
    }
    return losses
  }

  private static func holds(_ text: String) -> Bool {
    !SourceText.saysNothing(text) && text.trimmingBlanks == text && !text.contains("\r")
  }

  private static func quoted(_ field: String) -> String {
    let isPlain = field.utf8.allSatisfy { byte in
      byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\"") && byte > UInt8(ascii: " ")
        && byte != UInt8(ascii: "#")
    }
    return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
