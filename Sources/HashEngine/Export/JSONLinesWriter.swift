/// `hashscan-list/1`, as `JSONLinesParser` reads it.
enum JSONLinesWriter {
  private struct Header: Encodable {
    let format: String
    let source: String
    let generated: Timestamp
    let settings: ListPreamble.Settings
  }

  private struct Hash: Encodable {
    let kind: String
    let h: String
    let crop: String?
  }

  private enum Disabled: Encodable {
    case always
    case until(Timestamp)

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
    var expires: Timestamp?
    var del: Bool?
    var disabled: Disabled?
    var allows: [EntryReference]?
    var caseID: String?
    /// Where there are several.
    var cases: [String]?

    enum CodingKeys: String, CodingKey {
      case id, kind, h, hashes, cat, severity, note, q, ts, expires, del, disabled, allows, cases
      case caseID = "case"
    }
  }

  static func header(of list: HashList) throws(StorageError) -> String {
    let header = Header(
      format: ListFormat.jsonLinesVersion, source: list.name, generated: .now,
      settings: ListPreamble.Settings(list.settings))
    return String(decoding: try JSONText.encode(header), as: UTF8.self)
  }

  /// `nil` for an entry without a hash of the kind.
  static func line(for entry: Entry, kind: HashKind?) throws(StorageError) -> String? {
    let hashes = entry.hashes.filter { kind == nil || $0.kind == kind }
    guard !hashes.isEmpty || entry.state == .withdrawn else { return nil }
    var line = Line(id: entry.id)
    if hashes.count == 1, entry.details.crops.isEmpty {
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
    if details.caseIDs.count > 1 {
      line.cases = details.caseIDs
    } else {
      line.caseID = details.caseIDs.first
    }
    line.q = details.quality
    line.ts = details.sourceTime?.seconds
    line.expires = details.expiresAt
    line.allows = details.allows.isEmpty ? nil : details.allows
    switch entry.state {
    case .active: break
    case .withdrawn: line.del = true
    case .disabled(let until):
      line.disabled = until.map { .until($0) } ?? .always
    }
    return String(decoding: try JSONText.encode(line), as: UTF8.self)
  }
}
