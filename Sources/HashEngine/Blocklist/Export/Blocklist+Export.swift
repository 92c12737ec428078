/// The formats that lists are written in. Each is read by ``Blocklist/importList(_:into:options:by:onProgress:)``.
public enum ExportFormat: String, Sendable, Hashable, CaseIterable {
  /// All of it (see `JSONLinesParser`), withdrawn entries too.
  case jsonl
  /// A row for each hash: all but what only an allowlist, or the operator, says of an entry.
  case csv
  /// Hashes of one kind with their ids.
  case text
}

extension Blocklist {
  /// Writes a list out, line by line. The hashes are in it: what holds for the list, holds for the file.
  ///
  /// - Parameters:
  ///   - kind: Only hashes of that kind; text needs one where the list has several.
  ///   - body: Takes a line, without its end.
  /// - Throws: ``BlocklistError`` `unknown-list`, `kind-not-stated`.
  public func export(
    _ list: String, as format: ExportFormat, kind: HashKind? = nil,
    _ body: (String) throws -> Void
  ) throws {
    guard let record = try self.list(list) else { throw BlocklistError.unknownList(list) }
    var kind = kind
    if format == .text, kind == nil {
      kind = try onlyKind(of: list)
    }
    switch format {
    case .jsonl:
      try body(JSONLinesWriter.header(of: record))
    case .csv: try body(CSVWriter.header)
    case .text: break
    }
    var failure: (any Error)?
    try forEachEntry(of: list) { entry in
      do {
        switch format {
        case .jsonl: try JSONLinesWriter.line(for: entry, kind: kind).map(body)
        case .csv: try CSVWriter.lines(for: entry, kind: kind).forEach(body)
        case .text: try TextWriter.lines(for: entry, kind: kind).forEach(body)
        }
        return true
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
  }

  private func onlyKind(of list: String) throws(BlocklistError) -> HashKind? {
    var kinds: Set<HashKind> = []
    try forEachEntry(of: list) { entry in
      kinds.formUnion(entry.hashes.map(\.kind))
      return kinds.count < 2
    }
    guard kinds.count < 2 else {
      throw BlocklistError(
        .kindNotStated, "list \(list) has hashes of several kinds; state one (--kind pdq)")
    }
    return kinds.first
  }
}

/// `hashscan-list/1`, as `JSONLinesParser` reads it.
private enum JSONLinesWriter {
  private struct Header: Encodable {
    let format: String
    let source: String
    let generated: String
  }

  private struct Hash: Encodable {
    let kind: String
    let h: String
    let crop: String?
  }

  private enum Disabled: Encodable {
    case always
    case until(String)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .always: try container.encode(true)
      case .until(let time): try container.encode(time)
      }
    }
  }

  private struct Line: Encodable {
    var id: String
    var kind: String?
    var h: String?
    var hashes: [Hash]?
    var cat: String?
    var severity: String?
    var note: String?
    var q: Int?
    var ts: Int?
    var expires: String?
    var del: Bool?
    var disabled: Disabled?
    var allows: [EntryReference]?
    var caseID: String?

    enum CodingKeys: String, CodingKey {
      case id, kind, h, hashes, cat, severity, note, q, ts, expires, del, disabled, allows
      case caseID = "case"
    }
  }

  static func header(of list: HashList) throws(StorageError) -> String {
    let header = Header(
      format: JSONLinesParser.format, source: list.name, generated: Timestamp.text(Timestamp.now))
    return String(decoding: try JSONText.encode(header), as: UTF8.self)
  }

  /// `nil` for an entry without a hash of the kind.
  static func line(for entry: Entry, kind: HashKind?) throws(StorageError) -> String? {
    let hashes = entry.hashes.filter { kind == nil || $0.kind == kind }
    guard !hashes.isEmpty || entry.state == .withdrawn else { return nil }
    var line = Line(id: entry.id)
    if hashes.count == 1 {
      (line.kind, line.h) = (hashes[0].kind.rawValue, hashes[0].text)
    } else if !hashes.isEmpty {
      let crops = entry.details.crops
      line.hashes = hashes.map { hash in
        Hash(
          kind: hash.kind.rawValue, h: hash.text, crop: crops.first { $0.hash == hash }?.region.text
        )
      }
    }
    let details = entry.details
    line.cat = details.label
    line.severity = details.severity
    line.note = details.note
    line.caseID = details.caseID
    line.q = details.quality
    line.ts = details.sourceTime
    line.expires = details.expiresAt.map { Timestamp.text($0) }
    line.allows = details.allows.isEmpty ? nil : details.allows
    switch entry.state {
    case .active: break
    case .withdrawn: line.del = true
    case .disabled(let until):
      line.disabled = until.map { .until(Timestamp.text($0)) } ?? .always
    }
    return String(decoding: try JSONText.encode(line), as: UTF8.self)
  }
}

private enum CSVWriter {
  static let header =
    "kind,hash,id,category,quality,comment,severity,timestamp,case,expires,deleted"

  static func lines(for entry: Entry, kind: HashKind?) -> [String] {
    let details = entry.details
    let hashes = entry.hashes.filter { kind == nil || $0.kind == kind }
    func line(_ kind: String, _ hash: String, deleted: String) -> String {
      [
        kind, hash, entry.id, details.label ?? "", details.quality.map(String.init) ?? "",
        details.note ?? "", details.severity ?? "", details.sourceTime.map(String.init) ?? "",
        details.caseID ?? "", details.expiresAt.map { Timestamp.text($0) } ?? "", deleted,
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

private enum TextWriter {
  static func lines(for entry: Entry, kind: HashKind?) -> [String] {
    entry.hashes.filter { $0.kind == kind }.map { hash in
      // An id that an import derives anew is left to it; so is one that a line cannot hold.
      let isPlain = entry.id != ListChange.derivedID(hash) && !entry.id.utf8.contains { $0 < 0x20 }
      return isPlain ? "\(hash.text),\(entry.id)" : hash.text
    }
  }
}
