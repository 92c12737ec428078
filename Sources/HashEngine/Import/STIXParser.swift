/// STIX 2 bundles: files with hashes, and indicators whose pattern is a file's hash, or one of several.
struct STIXParser: JSONRecordParser {
  static let name = "STIX"
  static let paths = [["objects", "*"]]

  /// The time against which expiry is checked.
  let now: Timestamp

  func parse(_ value: JSONValue, number: Int) throws(HashField.Refusal) -> SourceRecord? {
    guard let type = value["type"]?.text, type == "file" || type == "indicator" else { return nil }
    guard let id = value["id"]?.text else {
      return SourceRecord(number: number, content: .rejected("without an id"))
    }
    var time = try value.moment("modified")
    if time == nil { time = try value.moment("created") }
    func skipped(_ reason: String) -> SourceRecord {
      SourceRecord(number: number, content: .skipped(id: id, reason: reason, at: time))
    }
    if try value.flag("revoked") ?? false {
      return SourceRecord(number: number, content: .withdrawal(id: id, at: time))
    }
    // STIX 2.0 says what an indicator is of by its labels.
    let words = [value["indicator_types"], value["labels"]].flatMap { $0?.elements ?? [] }
      .compactMap { $0.text?.lowercased() }
    if let word = words.first(where: { SourceStatus($0) == .notListed }) { return skipped(word) }
    var details = EntryDetails()
    details.sourceTime = time
    details.expiresAt = try value.moment("valid_until")
    details.label =
      value["name"]?.scalarText ?? value["labels"]?.elements.lazy.compactMap(\.text).first
    if let expiry = details.expiresAt, expiry <= now { return skipped("no longer valid") }
    var collector = HashCollector()
    if type == "file" {
      guard let hashes = value["hashes"] else { return skipped("file without hashes") }
      for hash in hashes.children { collector.add(hash.scalar ?? [], named: hash.name) }
    } else {
      guard value["pattern_type"]?.text ?? "stix" == "stix", let pattern = value["pattern"]?.text
      else { return skipped("pattern of another language") }
      switch STIXPattern.read(pattern) {
      case .hashes(let comparisons):
        for (name, text) in comparisons { collector.add(Array(text.utf8), named: name) }
      case .other(let what): return skipped(what)
      }
    }
    return collector.record(number, id: id, details)
  }
}

/// The part of STIX's patterns that lists are made of: comparisons of a file's hashes, with `=` or `IN`, joined by OR,
/// in brackets and in parentheses: `[file:hashes.'SHA-256' = '…' OR (file:hashes.MD5 IN ('…', '…'))]`.
///
/// Specification: STIX 2.1, 9 "STIX Patterning".
enum STIXPattern {
  enum Reading {
    /// Algorithms and hashes: any one of them matches.
    case hashes([(algorithm: String, hash: String)])
    /// What it is, for a reason. One with AND, for example, matches fewer files than each of its parts.
    case other(String)
  }

  static func read(_ pattern: String) -> Reading {
    if let found = fileHashes(pattern) { return .hashes(found) }
    for word in ["AND", "NOT", "FOLLOWEDBY", "MATCHES", "LIKE", "START", "WITHIN", "REPEATS"]
    where pattern.split(whereSeparator: { !$0.isLetter }).contains(Substring(word)) {
      return .other("pattern with \(word)")
    }
    return .other("pattern that is not of file hashes")
  }

  /// Algorithms and hashes; `nil` for any other pattern.
  static func fileHashes(_ pattern: String) -> [(algorithm: String, hash: String)]? {
    var tokens = Tokens(rest: Array(pattern.utf8)[...])
    var found: [(algorithm: String, hash: String)] = []
    guard observations(&tokens, &found, depth: 0), tokens.isAtEnd else { return nil }
    return found
  }

  /// How many parentheses may be open.
  private static let deepest = 32

  /// Brackets joined by OR, in parentheses or not.
  private static func observations(
    _ tokens: inout Tokens, _ found: inout [(algorithm: String, hash: String)], depth: Int
  ) -> Bool {
    guard depth < deepest else { return false }
    repeat {
      if tokens.take("(") {
        guard observations(&tokens, &found, depth: depth + 1), tokens.take(")") else {
          return false
        }
      } else {
        guard tokens.take("["), comparisons(&tokens, &found, depth: depth + 1), tokens.take("]")
        else { return false }
      }
    } while tokens.take("OR")
    return true
  }

  /// Comparisons joined by OR, in parentheses or not.
  private static func comparisons(
    _ tokens: inout Tokens, _ found: inout [(algorithm: String, hash: String)], depth: Int
  ) -> Bool {
    guard depth < deepest else { return false }
    repeat {
      if tokens.take("(") {
        guard comparisons(&tokens, &found, depth: depth + 1), tokens.take(")") else { return false }
        continue
      }
      guard tokens.take("file:hashes."), let algorithm = tokens.name() else { return false }
      if tokens.take("IN") {
        guard tokens.take("(") else { return false }
        repeat {
          guard let hash = tokens.quoted() else { return false }
          found.append((algorithm, hash))
        } while tokens.take(",")
        guard tokens.take(")") else { return false }
      } else {
        guard tokens.take("=="), let hash = tokens.quoted() else {
          guard tokens.take("="), let hash = tokens.quoted() else { return false }
          found.append((algorithm, hash))
          continue
        }
        found.append((algorithm, hash))
      }
    } while tokens.take("OR")
    return true
  }

  private struct Tokens {
    var rest: ArraySlice<UInt8>

    private mutating func skipBlanks() { rest = rest.drop { $0 <= UInt8(ascii: " ") } }

    var isAtEnd: Bool { rest.allSatisfy { $0 <= UInt8(ascii: " ") } }

    mutating func take(_ token: String) -> Bool {
      skipBlanks()
      guard rest.starts(with: token.utf8) else { return false }
      rest = rest.dropFirst(token.utf8.count)
      return true
    }

    /// A name, with or without quotes of either kind.
    mutating func name() -> String? {
      if rest.first == UInt8(ascii: "'") || rest.first == UInt8(ascii: "\"") { return quoted() }
      let name = rest.prefix { byte in
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || hexValue(byte) != nil
          || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xDF)
      }
      rest = rest.dropFirst(name.count)
      return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }

    mutating func quoted() -> String? {
      skipBlanks()
      guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
        return nil
      }
      let text = rest.dropFirst().prefix { $0 != quote }
      guard text.endIndex < rest.endIndex else { return nil }
      rest = rest[(text.endIndex + 1)...]
      return String(decoding: text, as: UTF8.self)
    }
  }
}
