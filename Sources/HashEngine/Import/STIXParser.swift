/// STIX 2.1 bundles: files with hashes, and indicators whose pattern is a file's hash, or one of several.
struct STIXParser: JSONRecordParser {
  static let name = "STIX"
  static let paths = [["objects", "*"]]

  /// The time against which expiry is checked.
  let now: Timestamp

  func parse(_ value: JSONValue, number: Int) -> SourceRecord? {
    guard let type = value["type"]?.text, type == "file" || type == "indicator" else { return nil }
    guard let id = value["id"]?.text else {
      return SourceRecord(number: number, content: .rejected("without an id"))
    }
    let time = (value["modified"] ?? value["created"])?.time
    if value["revoked"]?.bool ?? false {
      return SourceRecord(number: number, content: .withdrawal(id: id, at: time))
    }
    var details = EntryDetails()
    details.sourceTime = time
    details.expiresAt = value["valid_until"]?.time
    details.label =
      value["name"]?.scalarText ?? value["labels"]?.elements.lazy.compactMap(\.text).first
    if let expiry = details.expiresAt, expiry <= now {
      return SourceRecord(
        number: number, content: .skipped(id: id, reason: "no longer valid", at: time))
    }
    var collector = HashCollector()
    if type == "file" {
      guard let hashes = value["hashes"] else {
        return SourceRecord(
          number: number, content: .skipped(id: id, reason: "file without hashes", at: time))
      }
      for hash in hashes.children { collector.add(hash.scalar ?? [], named: hash.name) }
    } else {
      guard value["pattern_type"]?.text ?? "stix" == "stix", let pattern = value["pattern"]?.text
      else {
        return SourceRecord(
          number: number, content: .skipped(id: id, reason: "pattern of another language", at: time)
        )
      }
      guard let comparisons = STIXPattern.fileHashes(pattern) else {
        return SourceRecord(
          number: number,
          content: .skipped(id: id, reason: "pattern that is not of file hashes", at: time))
      }
      for (name, text) in comparisons { collector.add(Array(text.utf8), named: name) }
    }
    return collector.record(number, id: id, details)
  }
}

/// The part of STIX's patterns that lists are made of:
/// `[file:hashes.'SHA-256' = '…' OR file:hashes.MD5 = '…']`, and such brackets joined by OR.
enum STIXPattern {
  /// Algorithms and hashes; `nil` for any other pattern. One with AND, for example, matches fewer files than
  /// each of its parts.
  static func fileHashes(_ pattern: String) -> [(algorithm: String, hash: String)]? {
    var tokens = Tokens(rest: Array(pattern.utf8)[...])
    var found: [(algorithm: String, hash: String)] = []
    repeat {
      guard tokens.take("[") else { return nil }
      repeat {
        guard tokens.take("file:hashes."), let algorithm = tokens.name(), tokens.take("="),
          let hash = tokens.quoted()
        else { return nil }
        found.append((algorithm, hash))
      } while tokens.take("OR")
      guard tokens.take("]") else { return nil }
    } while tokens.take("OR")
    return tokens.isAtEnd ? found : nil
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

    /// A name, with or without quotes.
    mutating func name() -> String? {
      if rest.first == UInt8(ascii: "'") { return quoted() }
      let name = rest.prefix { byte in
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || hexValue(byte) != nil
          || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte & 0xDF)
      }
      rest = rest.dropFirst(name.count)
      return name.isEmpty ? nil : String(decoding: name, as: UTF8.self)
    }

    mutating func quoted() -> String? {
      skipBlanks()
      guard rest.first == UInt8(ascii: "'") else { return nil }
      let text = rest.dropFirst().prefix { $0 != UInt8(ascii: "'") }
      guard text.endIndex < rest.endIndex else { return nil }
      rest = rest[(text.endIndex + 1)...]
      return String(decoding: text, as: UTF8.self)
    }
  }
}
