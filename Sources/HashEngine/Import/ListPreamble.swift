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
    /// In seconds.
    var staleAfter: Int?

    enum CodingKeys: String, CodingKey {
      case meaning
      case pdqRadius = "pdq_radius"
      case reviewRadius = "review_radius"
      case phash64Radius = "phash64_radius"
      case effort
      case isEnabled = "enabled"
      case expires, note, common
      case staleAfter = "stale_after"
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
      staleAfter = (settings.staleAfter?.components.seconds).map { Int($0) }
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
      settings.staleAfter = staleAfter.map { .seconds($0) }
      return settings
    }
  }

  /// The first line of a JSON Lines export, as far as it is read here.
  private struct Header: Codable {
    let settings: Settings?
  }

  /// Begins what a line says, wherever it stands in it: editors and spreadsheets put something before it.
  private static let name = "hashscan-list/"

  /// What editors, spreadsheets and mail programs put before a line.
  private static let marks = Set(" \t\"'>,;\u{FEFF}".utf8)

  /// Whether a line is the comment that an export begins with, or the first of JSON Lines; not one that speaks of the
  /// format among other things.
  static func isOne(_ line: ArraySlice<UInt8>) -> Bool {
    guard line.count >= name.utf8.count, let first = line.first(where: { !marks.contains($0) }),
      first == UInt8(ascii: "#") || first == UInt8(ascii: "{"),
      line.firstRange(of: Array(name.utf8)) != nil
    else { return false }
    return first == UInt8(ascii: "#") || line.firstRange(of: Array("format".utf8)) != nil
  }

  /// The comment for a list.
  static func comment(for settings: ListSettings) throws(StorageError) -> String {
    mark + String(decoding: try JSONText.encode(Settings(settings)), as: UTF8.self)
  }

  /// What a list states of its settings, in whichever of its first lines; `nil` when it states nothing.
  ///
  /// - Throws: ``ListError`` `unreadable` for a statement that cannot be read, or two that differ: nobody knows then
  ///   whether a match is to be refused or excused.
  static func settings(in beginning: [UInt8]) throws(ListError) -> ListSettings? {
    var stated: ListSettings?
    var lines = LineSplitter(longestLine: JSONTape.maximumBytes)
    func look(_ line: ArraySlice<UInt8>?) throws(ListError) {
      guard let line, isOne(line) else { return }
      guard let settings = try settings(of: line) else { return }
      guard stated == nil || stated == settings else { throw differing }
      stated = settings
    }
    try lines.split(beginning) { line, _ throws(ListError) in try look(line) }
    try lines.finish { line, _ throws(ListError) in try look(line) }
    return stated
  }

  /// That a file has lines which state different settings, as files that were joined do.
  static let differing = ListError(
    .unreadable,
    "it has the exports of several lists, whose settings differ; import them one by one")

  /// What one line states: a comment, or the first line of JSON Lines.
  static func settings(of line: ArraySlice<UInt8>) throws(ListError) -> ListSettings? {
    let version = Array(ListFormat.jsonLinesVersion.utf8)
    guard line.firstRange(of: version) != nil else {
      throw ListError(
        .unreadable, "an export of another version than \(ListFormat.jsonLinesVersion)")
    }
    let isComment =
      line.first { $0 > UInt8(ascii: " ") && $0 != UInt8(ascii: "\"") } != UInt8(ascii: "{")
    guard let open = line.firstIndex(of: UInt8(ascii: "{")),
      let close = line.lastIndex(of: UInt8(ascii: "}")), open < close
    else { throw unreadable }
    var text = String(decoding: line[open...close], as: UTF8.self)
    // A spreadsheet doubles quotes.
    if text.contains("\"\"meaning\"\"") || text.contains("\"\"format\"\"") {
      text = text.replacing("\"\"", with: "\"")
    }
    let bytes = Array(text.utf8)
    if isComment {
      guard let settings = JSONText.decode(Settings.self, bytes.span.bytes) else {
        throw unreadable
      }
      return settings.settings
    }
    guard let header = JSONText.decode(Header.self, bytes.span.bytes) else { throw unreadable }
    return header.settings?.settings
  }

  private static let unreadable = ListError(
    .unreadable, "the line that says what the list means cannot be read; export the list anew")
}
