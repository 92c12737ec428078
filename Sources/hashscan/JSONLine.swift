import HashEngine

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// JSON Lines: one object a line, keys in a fixed order.
enum JSONLine {
  static func render(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Only values without NaN, infinities or keys that fail to encode come here.
    guard let data = try? encoder.encode(value) else { return "{}" }
    return String(decoding: data, as: UTF8.self)
  }
}

/// A line of `hashscan lists --json`.
struct ListLine: Encodable {
  let list: String
  let entries: Int
}

/// An entry that was matched.
struct MatchLine: Encodable {
  let list: String
  let entry: String
  let label: String?
  let kind: HashKind
  let distance: Int

  init(_ match: Match) {
    list = match.list
    entry = match.entry
    label = match.label
    kind = match.kind
    distance = match.distance
  }
}

/// Why a picture was not scanned, or not hashed.
struct ReasonLine: Encodable {
  let code: ImageError.Code
  let message: String

  init(_ error: ImageError) {
    code = error.code
    message = error.description
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
  /// The name in base64 when it is no UTF-8; `path` then has stand-ins.
  let pathBytes: String?
  let verdict: Verdict
  let matches: [MatchLine]?
  let reason: ReasonLine?
  let format: ImageFormat?
  let width: Int?
  let height: Int?
  let quality: Int?
  /// True when the picture is too flat to be compared by its look.
  let lacksDetail: Bool?

  enum CodingKeys: String, CodingKey {
    case path
    case pathBytes = "path_base64"
    case verdict, matches, reason, format, width, height, quality
    case lacksDetail = "lacks_detail"
  }

  init(_ path: ShownPath, _ examination: Examination) {
    self.path = path.text
    pathBytes = path.bytesIfNotText.map { Data($0).base64EncodedString() }
    switch examination.verdict {
    case .match(let found):
      (verdict, matches, reason) = (.match, found.map { MatchLine($0) }, nil)
    case .noMatch:
      (verdict, matches, reason) = (.noMatch, nil, nil)
    case .notScanned(let error):
      (verdict, matches, reason) = (.notScanned, nil, ReasonLine(error))
    }
    format = examination.fingerprint?.format
    width = examination.fingerprint?.width
    height = examination.fingerprint?.height
    quality = examination.fingerprint?.pdq.quality
    lacksDetail = examination.lacksDetail ? true : nil
  }
}

/// A line of `hashscan hash --json`.
struct HashLine: Encodable {
  let path: String
  let pathBytes: String?
  let pdq: String?
  let quality: Int?
  let format: ImageFormat?
  let width: Int?
  let height: Int?
  let reason: ReasonLine?

  enum CodingKeys: String, CodingKey {
    case path
    case pathBytes = "path_base64"
    case pdq, quality, format, width, height, reason
  }

  init(_ path: ShownPath, _ fingerprint: Fingerprint?, _ error: ImageError?) {
    self.path = path.text
    pathBytes = path.bytesIfNotText.map { Data($0).base64EncodedString() }
    pdq = fingerprint?.pdq.hash.description
    quality = fingerprint?.pdq.quality
    format = fingerprint?.format
    width = fingerprint?.width
    height = fingerprint?.height
    reason = error.map { ReasonLine($0) }
  }
}
