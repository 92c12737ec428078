/// How lists write yes and no: in the words of programs, spreadsheets and people.
enum SourceFlag {
  private static let yes: Set<String> = [
    "true", "t", "1", "1.0", "yes", "y", "on", "x", "✓", "✔", "☑", "checked", "wahr", "ja", "j",
    "vrai", "oui", "verdadero", "sí", "si", "vero", "sì", "verdadeiro", "sim", "waar", "prawda",
    "tak", "истина", "да", "真", "はい", "是",
  ]
  private static let no: Set<String> = [
    "false", "f", "0", "0.0", "no", "n", "off", "☐", "unchecked", "falsch", "nein", "faux", "non",
    "falso", "não", "nao", "onwaar", "nee", "fałsz", "nie", "ложь", "нет", "偽", "いいえ", "否",
  ]

  /// Whether a text is a yes or no that can hardly be anything else, such as a name.
  static func isPlainWord(_ text: String) -> Bool {
    ["true", "false", "yes", "no", "wahr", "falsch", "vrai", "faux", "ja", "nein", "oui", "non"]
      .contains(text.trimmingBlanks.lowercased())
  }

  /// `nil` for a word that is neither. What says nothing (see ``SourceText/saysNothing(_:)``) is neither, too.
  static func read(_ text: String) -> Bool? {
    let word = text.trimmingBlanks.lowercased()
    return yes.contains(word) ? true : no.contains(word) ? false : nil
  }

  /// Clocks differ, and time zones.
  private static let aDay = 86_400

  /// Whether something is so, from a word, or from the time at which it became so.
  ///
  /// - Throws: ``HashField/Refusal`` for a text that is neither: a guess would list what was withdrawn.
  static func since(_ text: String, _ name: String) throws(HashField.Refusal) -> Bool {
    if let flag = read(text) { return flag }
    if let time = Timestamp(source: text) {
      guard time.seconds <= Timestamp.now.seconds + aDay else {
        throw HashField.Refusal(reason: "\(name) \"\(text)\" lies in the future")
      }
      return true
    }
    throw HashField.Refusal(reason: "\(name) \"\(text)\" is neither yes nor no, nor a time")
  }
}

/// Texts that stand where something is missing.
enum SourceText {
  private static let empty: Set<String> = [
    "", "-", "--", "—", "–", "null", "(null)", "nil", "none", "(none)", "n/a", "#n/a", "n.a.", "na",
    "nan", "\\n", "undefined", "empty", "(empty)", "blank", "(blank)",
  ]
  private static let noIDs: Set<String> = [
    "?", "??", "???", ".", "..", "*", "unknown", "unbekannt", "inconnu", "tbd", "todo", "no id",
    "noid",
    "original", "stdin", "(stdin)", "standard input", "0", "no name", "untitled", "missing",
    "not available", "not applicable", "#value!", "#ref!", "#name?", "#null!", "#div/0!",
  ]

  /// Whether a field is empty, or is what spreadsheets, databases and programs write for nothing.
  static func isEmpty(_ text: String) -> Bool {
    // Most texts are longer than any such word.
    text.utf8.count <= 12 && empty.contains(text.trimmingBlanks.lowercased())
  }

  /// Whether an id or a name is what people and programs write for none.
  static func saysNothing(_ text: String) -> Bool {
    // No such word has a digit, but for 0 and a spreadsheet's errors: and most ids do.
    if text.utf8.count > 1, text.utf8.first != UInt8(ascii: "#"),
      text.utf8.contains(where: { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    {
      return false
    }
    return isEmpty(text)
      || text.utf8.count <= 20 && noIDs.contains(text.trimmingBlanks.lowercased())
  }
}

/// What a source's status, verdict or opinion means for its entry.
enum SourceStatus: Equatable {
  case listed
  case notListed

  private static let listing: Set<String> = [
    "active", "malicious", "bad", "confirmed", "valid", "verified", "current", "published",
    "listed",
    "block", "blocked", "illegal", "true positive", "positive", "positive class", "received", "new",
    "enabled", "live", "open", "approved", "in force", "match", "suspicious", "unknown", "csam",
    "ncii",
    "known bad", "known", "abuse", "abusive", "harmful", "reviewed manually",
    "reviewed automatically",
    "add", "added", "insert", "update", "updated", "create", "created", "upsert", "keep", "modify",
    "anomalous activity", "malicious activity", "investigation seed", "disputed", "compromised",
    "ok to block",
  ]
  private static let other: Set<String> = [
    "benign", "clean", "safe", "harmless", "good", "known good", "non malicious", "not malicious",
    "nonmalicious", "false positive", "fp", "whitelisted", "whitelist", "allowlisted", "allowlist",
    "allowed", "allow", "inactive", "disabled", "expired", "deleted", "withdrawn", "removed",
    "revoked", "retired", "rejected", "dismissed", "closed", "archived", "not blocked", "innocent",
    "legal", "negative", "negative class", "unlisted", "released", "appealed", "obsolete",
    "delete", "remove", "drop", "del", "delisted", "retracted", "deactivated", "revoke", "withdraw",
    "superseded", "non pertinent", "nonpertinent", "no match",
  ]

  private static let takingBack: Set<String> = [
    "benign", "harmless", "non malicious", "not malicious", "nonmalicious", "false positive",
    "whitelisted", "allowlisted", "known good", "withdrawn", "revoked", "deleted", "removed",
    "inactive", "released", "innocent", "negative class", "retired", "delisted", "retracted",
  ]

  /// Whether a text says, wherever it stands, that its entry is not to be listed.
  static func takesBack(_ text: String) -> Bool {
    text.utf8.count <= 20 && takingBack.contains(normalised(text))
  }

  private static func normalised(_ text: String) -> String {
    String(text.trimmingBlanks.lowercased().map { "_-/".contains($0) ? " " : $0 })
  }

  /// `nil` for a word that is not known: nobody can say whether it lists its entry.
  init?(_ text: String) {
    let word = Self.normalised(text)
    if Self.listing.contains(word) {
      self = .listed
    } else if Self.other.contains(word) {
      self = .notListed
    } else {
      return nil
    }
  }
}

extension StringProtocol {
  /// Without blanks, tabs and line ends at either end.
  var trimmingBlanks: String {
    var part = self[...]
    while let first = part.first, first.isWhitespace { part = part.dropFirst() }
    while let last = part.last, last.isWhitespace { part = part.dropLast() }
    return String(part)
  }
}

extension SourceText {
  private static let forever: Set<String> = [
    "never", "nie", "jamais", "nunca", "mai", "forever", "unlimited", "indefinite", "permanent",
    "infinity", "0", "0000-00-00", "0000-00-00 00:00:00", "no expiry", "does not expire",
  ]

  /// Whether an expiry says that there is none.
  static func isForever(_ text: String) -> Bool {
    forever.contains(text.trimmingBlanks.lowercased())
  }
}

/// A line that heads a part of a list: `Removed:`, `# Added`.
struct SectionHeading {
  let text: String
  /// Whether what follows is taken back.
  let takesBack: Bool

  private static let takingBack: Set<Substring> = [
    "removed", "deleted", "withdrawn", "revoked", "removals", "deletions", "withdrawals", "benign",
    "delisted", "gelöscht", "entfernt", "retired",
  ]
  private static let listing: Set<Substring> = [
    "added", "new", "additions", "active", "updated", "neu", "hinzugefügt", "current",
  ]
  private static let fillers: Set<Substring> = ["hashes", "entries", "hash", "pictures", "images"]

  /// `nil` for any other line.
  init?(_ line: ArraySlice<UInt8>) {
    guard line.count <= 32, line.contains(where: { $0 > 0x40 }) else { return nil }
    let text = String(decoding: line, as: UTF8.self).filter { !"#:=*[]-\"".contains($0) }
      .trimmingBlanks
    let words = text.lowercased().split { " ,;\t".contains($0) }
    guard let first = words.first, words.dropFirst().allSatisfy(Self.fillers.contains),
      Self.takingBack.contains(first) || Self.listing.contains(first)
    else { return nil }
    self.text = text
    takesBack = Self.takingBack.contains(first)
  }
}
