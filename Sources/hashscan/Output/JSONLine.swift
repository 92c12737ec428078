import HashEngine

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// JSON Lines: one object a line, keys in a fixed order.
enum JSONLine {
  static func render(_ value: some Encodable) -> String {
    // Only values without NaN, infinities or keys that fail to encode come here.
    guard let text = try? JSONText.encode(value) else { return "{}" }
    return String(decoding: text, as: UTF8.self)
  }
}

/// What `hashscan entry show` prints.
struct EntryLine: Encodable {
  let list: String
  let entry: String
  let state: String
  let disabledUntil: Timestamp?
  let kinds: [String: Int]
  let hashes: [String: [String]]?
  let label: String?
  let severity: String?
  let note: String?
  let caseID: String?
  /// Where there are several.
  let cases: [String]?
  let sourceTime: Timestamp?
  let quality: Int?
  let expires: Timestamp?
  let allows: [EntryReference]?
  /// How many of its hashes are of parts of the picture.
  let crops: Int?
  let added: Timestamp
  /// The number of its last change in the list's history.
  let receipt: Int

  enum CodingKeys: String, CodingKey {
    case list, entry, state
    case disabledUntil = "disabled_until"
    case kinds, hashes, label, severity, note
    case caseID = "case"
    case cases
    case sourceTime = "source_time"
    case quality, expires, allows, crops, added, receipt
  }

  init(_ entry: Entry, list: String, showsHashes: Bool) {
    self.list = list
    self.entry = entry.id
    switch entry.state {
    case .active: (state, disabledUntil) = ("active", nil)
    case .withdrawn: (state, disabledUntil) = ("withdrawn", nil)
    case .disabled(let until):
      (state, disabledUntil) = ("disabled", until)
    }
    let byKind = Dictionary(grouping: entry.hashes, by: \.kind.rawValue)
    kinds = byKind.mapValues(\.count)
    hashes = showsHashes ? byKind.mapValues { $0.map(\.text) } : nil
    let details = entry.details
    label = details.label
    severity = details.severity
    note = details.note
    caseID = details.namedCases.first
    cases = details.namedCases.count > 1 ? details.namedCases : nil
    sourceTime = details.sourceTime
    quality = details.quality
    expires = details.expiresAt
    allows = details.allows.isEmpty ? nil : details.allows
    crops = details.crops.isEmpty ? nil : details.crops.count
    added = entry.addedAt
    receipt = entry.receipt
  }
}

/// A line of `hashscan scan --json`: one for every file.
struct ScanLine: Encodable {
  enum Verdict: String, Encodable {
    case match
    case noMatch = "no_match"
    case notScanned = "not_scanned"
  }

  let path: String
  /// The path's bytes in base64 when they are not UTF-8; `path` then has replacement characters.
  let pathBytes: String?
  let verdict: Verdict
  /// What the matches come to: block, review or allow.
  let action: ListMeaning?
  let matches: [MatchReport]?
  /// Whether the file was moved into quarantine, and as what.
  let quarantine: QuarantineReport?
  /// In a rematch the entries that it no longer matches.
  let gone: [EntryReference]?
  let reason: ReasonReport?
  let format: ImageFormat?
  let width: Int?
  let height: Int?
  let frames: Int?
  /// The PDQ quality of the first frame, 0 to 100.
  let quality: Int?
  /// True when the picture is too flat for its perceptual hashes to be compared, else `nil`.
  let lacksDetail: Bool?
  /// The media type of what lies behind the picture; `nil` for nothing.
  let trailing: String?
  /// True when the file says where the picture was taken, else `nil`.
  let hasLocation: Bool?
  /// How many of its hashes were looked up: those of its views, and digests; 0 where the verdict was known.
  let hashesAsked: Int

  enum CodingKeys: String, CodingKey {
    case path
    case pathBytes = "path_base64"
    case verdict, action, matches, gone, quarantine, reason, format, width, height, frames, quality
    case lacksDetail = "lacks_detail"
    case trailing
    case hasLocation = "has_location"
    case hashesAsked = "hashes_asked"
  }

  init(
    _ path: ShownPath, _ examination: Examination, gone: [EntryReference] = [],
    quarantine: QuarantineReport? = nil
  ) {
    self.quarantine = quarantine
    self.gone = gone.isEmpty ? nil : gone
    self.path = path.text
    pathBytes = path.base64IfNotText
    switch examination.verdict {
    case .match(let found):
      let isAnimation = examination.facts.map { $0.frameCount > 1 } ?? false
      matches = found.map { MatchReport($0, isAnimation: isAnimation) }
      (verdict, reason) = (.match, nil)
    case .noMatch:
      (verdict, matches, reason) = (.noMatch, nil, nil)
    case .notScanned(let error):
      (verdict, matches, reason) = (.notScanned, nil, ReasonReport(error))
    }
    action = examination.action
    let facts = examination.facts
    format = facts?.format
    width = facts?.width
    height = facts?.height
    frames = facts?.frameCount
    quality = facts?.quality
    lacksDetail = examination.lacksDetail ? true : nil
    trailing = facts?.trailing
    hasLocation = facts?.hasLocation == true ? true : nil
    hashesAsked = examination.lookups
  }
}

/// A line of `hashscan hash --json`.
struct HashLine: Encodable {
  let path: String
  let pathBytes: String?
  let frames: [FrameReport]?
  let digests: [String: String]?
  let format: ImageFormat?
  let width: Int?
  let height: Int?
  /// The EXIF orientation, 2 to 8; `nil` when the picture is shown as stored.
  let orientation: Int?
  let reason: ReasonReport?

  enum CodingKeys: String, CodingKey {
    case path
    case pathBytes = "path_base64"
    case frames, digests, format, width, height, orientation, reason
  }

  init(_ path: ShownPath, _ fingerprint: Fingerprint?, _ error: ImageError?) {
    self.path = path.text
    pathBytes = path.base64IfNotText
    frames = fingerprint.map { FrameReport.all(of: $0) }
    digests = fingerprint?.digestTexts
    format = fingerprint?.format
    width = fingerprint?.width
    height = fingerprint?.height
    orientation = fingerprint.flatMap {
      $0.orientation == .asStored ? nil : $0.orientation.rawValue
    }
    reason = error.map { ReasonReport($0) }
  }
}
