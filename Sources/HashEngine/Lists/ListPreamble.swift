/// What an export says of its list before the entries: settings that must not be lost on the way, above all what a match
/// means. In JSON Lines they are a member of the first line, in text and CSV a comment.
enum ListPreamble {
  /// Begins the comment.
  private static let mark = "# \(ListFormat.jsonLinesVersion) "

  /// The settings, as an export has them.
  struct Settings: Codable {
    var meaning: ListMeaning
    var pdqRadius: Int?
    var reviewRadius: Int?
    var phash64Radius: Int?
    var effort: Effort?
    var isEnabled: Bool?
    var expires: Timestamp?
    var note: String?
    var common: CommonHashPolicy?

    enum CodingKeys: String, CodingKey {
      case meaning
      case pdqRadius = "pdq_radius"
      case reviewRadius = "review_radius"
      case phash64Radius = "phash64_radius"
      case effort
      case isEnabled = "enabled"
      case expires, note, common
    }

    init(_ settings: ListSettings) {
      meaning = settings.meaning
      pdqRadius = settings.pdqRadius
      reviewRadius = settings.reviewRadius
      phash64Radius = settings.phash64Radius
      effort = settings.effort
      isEnabled = settings.isEnabled
      expires = settings.expiresAt
      note = settings.note
      common = settings.commonHashes
    }

    var settings: ListSettings {
      var settings = ListSettings()
      settings.meaning = meaning
      settings.pdqRadius = pdqRadius ?? settings.pdqRadius
      settings.reviewRadius = reviewRadius
      settings.phash64Radius = phash64Radius ?? settings.phash64Radius
      settings.effort = effort ?? settings.effort
      settings.isEnabled = isEnabled ?? settings.isEnabled
      settings.expiresAt = expires
      settings.note = note
      settings.commonHashes = common ?? settings.commonHashes
      return settings
    }
  }

  /// The first line of a JSON Lines export, as far as it is read here.
  private struct Header: Codable {
    let format: String
    let settings: Settings?
  }

  /// Whether a line is the comment that an export begins with.
  static func isOne(_ line: ArraySlice<UInt8>) -> Bool { line.starts(with: mark.utf8) }

  /// The comment for a list.
  static func comment(for settings: ListSettings) throws(StorageError) -> String {
    mark + String(decoding: try JSONText.encode(Settings(settings)), as: UTF8.self)
  }

  /// What the first line of a list states; `nil` when it states nothing.
  static func settings(in beginning: [UInt8]) -> ListSettings? {
    let start = beginning.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let line = beginning[start...].prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    if isOne(line) {
      let text = Array(line.dropFirst(mark.utf8.count))
      return JSONText.decode(Settings.self, text.span.bytes)?.settings
    }
    guard line.trimmed.first == UInt8(ascii: "{") else { return nil }
    let text = Array(line)
    guard let header = JSONText.decode(Header.self, text.span.bytes),
      header.format == ListFormat.jsonLinesVersion
    else { return nil }
    return header.settings?.settings
  }
}
