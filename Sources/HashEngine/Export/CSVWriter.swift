/// One row for each hash of an entry.
enum CSVWriter {
  static let header =
    "kind,hash,id,category,quality,comment,severity,timestamp,case,expires,deleted"

  static func lines(for entry: Entry, kind: HashKind?) -> [String] {
    let details = entry.details
    let hashes = entry.hashes.filter { kind == nil || $0.kind == kind }
    func line(_ kind: String, _ hash: String, deleted: String) -> String {
      [
        kind, hash, entry.id, details.label ?? "", details.quality.map(String.init) ?? "",
        details.note ?? "", details.severity ?? "",
        details.sourceTime.map { String($0.seconds) } ?? "",
        details.caseID ?? "", details.expiresAt.map { $0.description } ?? "", deleted,
      ].map { quoted($0) }.joined(separator: ",")
    }
    guard entry.state != .withdrawn else { return [line("", "", deleted: "true")] }
    return hashes.map { line($0.kind.rawValue, $0.text, deleted: "") }
  }

  private static func quoted(_ field: String) -> String {
    let isPlain = field.utf8.allSatisfy { byte in
      byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\"") && byte > UInt8(ascii: " ")
        && byte != UInt8(ascii: "#")
    }
    return isPlain ? field : "\"" + field.replacing("\"", with: "\"\"") + "\""
  }
}
