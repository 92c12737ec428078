import HashEngine

/// What a scan prints of each file.
struct ScanTable {
  enum Format { case text, json, csv }

  let format: Format

  init(_ format: Format) {
    self.format = format
    if format == .csv { Output.print(Self.columns.joined(separator: ",")) }
  }

  /// - Parameters:
  ///   - isIgnored: Whether the file is no picture, and that is no error.
  ///   - outcome: What was done with it.
  func lines(
    _ path: ShownPath, _ examination: Examination, isIgnored: Bool,
    _ outcome: MatchActions.Outcome = MatchActions.Outcome()
  ) -> [String] {
    switch format {
    case .json:
      return [JSONLine.render(ScanLine(path, examination, quarantine: outcome.quarantine))]
    case .csv:
      // A table has no place for it.
      for line in outcome.lines { Terminal.warn(line) }
      return Self.rows(path, examination)
    case .text: return (isIgnored ? [] : Self.text(path, examination)) + outcome.lines
    }
  }

  /// What a rematch prints of a file.
  func lines(
    _ path: ShownPath, _ finding: Rematch.Finding, _ outcome: MatchActions.Outcome
  ) -> [String] {
    switch format {
    case .json:
      return [
        JSONLine.render(
          ScanLine(
            path, finding.examination, gone: finding.gone, quarantine: outcome.quarantine))
      ]
    case .csv:
      for line in outcome.lines { Terminal.warn(line) }
      return Self.rows(path, finding.examination, gone: finding.gone)
    case .text:
      let matches = finding.isNew ? Self.text(path, finding.examination) : []
      return matches + outcome.lines
        + finding.gone.map { "\(path): no longer matches \($0.list) \(ShownText($0.entry))" }
    }
  }

  private static func text(_ path: ShownPath, _ examination: Examination) -> [String] {
    switch examination.verdict {
    case .noMatch: return []
    case .notScanned(let reason): return ["\(path): not scanned: \(reason)"]
    case .match(let matches):
      return matches.map { match in
        var line = "\(path): \(MatchText.word(for: match)) \(MatchText(match))"
        if let fingerprint = examination.fingerprint, !match.kind.isDigest {
          let frame = fingerprint.frames.first {
            $0.number == match.frame && $0.backdrop == match.view.backdrop && $0.part == match.part
          }
          line += frame?.pdq.map { " quality \($0.quality)" } ?? ""
          if fingerprint.frameCount > 1 { line += " frame \(match.frame)" }
          if let part = match.part.text { line += " \(part)" }
          if match.view != .asStored { line += ", \(match.view)" }
          if let crop = match.crop { line += ", of its part \(crop.text)" }
        }
        return line
      }
    }
  }

  private static let columns = [
    "path", "verdict", "action", "list", "entry", "label", "kind", "distance", "radius", "view",
    "reason",
  ]

  private static func rows(
    _ path: ShownPath, _ examination: Examination, gone: [EntryReference] = []
  ) -> [String] {
    // A spreadsheet takes a cell that begins so for a formula; with ./ before it, it is the same path.
    let name = path.text.first.map { "=+-@".contains($0) } ?? false ? "./" + path.text : path.text
    func row(_ cells: [String]) -> String {
      let rest = Array(repeating: "", count: max(0, columns.count - cells.count - 1))
      return ([name] + cells + rest).map(quoted).joined(separator: ",")
    }
    let gone = gone.map { row(["gone", "", $0.list, Self.plain($0.entry)]) }
    switch examination.verdict {
    case .noMatch: return gone.isEmpty ? [row(["no_match"])] : gone
    case .notScanned(let reason):
      let empty = Array(repeating: "", count: columns.count - 3)
      return gone + [row(["not_scanned"] + empty + [reason.description])]
    case .match(let matches):
      return gone
        + matches.map { match in
          row([
            "match", match.isExcused ? "allow" : match.meaning.rawValue, match.list,
            Self.plain(match.entry), Self.plain(match.label ?? ""), match.kind.rawValue,
            "\(match.distance)", "\(match.radius)",
            "\(match.view)",
          ])
        }
    }
  }

  /// A text of a source, on one line and no formula.
  private static func plain(_ text: String) -> String {
    let shown = ShownText(text).description
    return shown.first.map { "=+-@".contains($0) } ?? false ? "'" + shown : shown
  }

  /// As RFC 4180 has it.
  private static func quoted(_ cell: String) -> String {
    guard
      cell.utf8.contains(where: { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 < 0x20 }
      )
    else {
      return cell
    }
    return "\"\(cell.replacing("\"", with: "\"\""))\""
  }
}
