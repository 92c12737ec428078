#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Reads a hash as a list writes it: strictly, and refuses others with a reason.
enum HashField {
  struct Refusal: Error, Equatable {
    let reason: String
    /// Whether the hash is read, and not listed.
    var isByPolicy = false
  }

  /// - Parameters:
  ///   - text: Without blanks around it.
  ///   - spelling: How 64-bit hashes are written; `nil` for any way but decimal, since a short decimal number
  ///     can also be read as hexadecimal.
  static func read(
    _ text: some BidirectionalCollection<UInt8>, kind: HashKind, spelling: HashSpelling? = nil
  ) throws(Refusal) -> ListedHash {
    var hash = hexWords(text, bytes: kind.byteCount).map { ListedHash(kind: kind, words: $0) }
    if kind == .phash64, hash == nil || spelling == .decimal {
      hash = try word(text, spelling: spelling).map {
        ListedHash(kind: .phash64, words: ($0, 0, 0, 0))
      }
    }
    guard let hash = hash ?? base64(text, kind: kind) else {
      let digits = 2 * kind.byteCount
      if isRounded(text) {
        throw Refusal(
          reason: "not a \(kind.rawValue) hash: a number that a spreadsheet has rounded")
      }
      throw Refusal(
        reason: text.count == digits
          ? "not a \(kind.rawValue) hash: not all of it is hexadecimal"
          : "not a \(kind.rawValue) hash: \(text.count) characters instead of \(digits)")
    }
    if hash.isDegenerate {
      throw Refusal(
        reason: kind.isDigest
          ? "the digest of an empty file, or all bits equal" : "all bits equal: no picture's hash",
        isByPolicy: true)
    }
    return hash
  }

  /// Reads a quality; refuses one so low that the picture's hash says nothing. `nil` for an empty text.
  static func quality(_ text: some StringProtocol) throws(Refusal) -> Int? {
    let text = text.trimmingBlanks
    guard !text.isEmpty else { return nil }
    let number = text.hasSuffix("%") ? text.dropLast() : text[...]
    guard let quality = Double(number), let whole = Int(exactly: quality.rounded(.down)) else {
      throw Refusal(reason: "its quality is not a number")
    }
    guard whole >= PDQHash.minimumQuality else {
      throw Refusal(
        reason: "quality \(text): below \(PDQHash.minimumQuality) a hash says nothing",
        isByPolicy: true)
    }
    return whole
  }

  /// Whether a text is a number like `1.23E+45`.
  private static func isRounded(_ text: some BidirectionalCollection<UInt8>) -> Bool {
    guard text.count <= 30, text.contains(UInt8(ascii: "E")) || text.contains(UInt8(ascii: "e"))
    else { return false }
    let text = String(decoding: text, as: UTF8.self).replacing(",", with: ".")
    return text.contains(".") && Double(text) != nil || text.contains("+") && Double(text) != nil
  }

  /// A 64-bit hash in any spelling but base64; `nil` when it is in none of them.
  private static func word(
    _ text: some BidirectionalCollection<UInt8>, spelling: HashSpelling?
  ) throws(Refusal) -> UInt64? {
    let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    let isSigned = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+")
    let digits = isSigned ? text.dropFirst() : text[...]
    let isDecimal =
      !digits.isEmpty && digits.count <= 20 && digits.allSatisfy(isDigit)
      && (isSigned || digits.count > 16 || spelling == .decimal)
    if isDecimal, spelling != .base64, spelling != .hex {
      guard spelling == .decimal else {
        throw Refusal(reason: "a decimal number, but the list's hashes are not read as decimal")
      }
      let number = String(decoding: text, as: UTF8.self)
      guard let word = Int64(number).map({ UInt64(bitPattern: $0) }) ?? UInt64(number) else {
        throw Refusal(reason: "not a phash64 hash: a number past 64 bits")
      }
      return word
    }
    guard spelling == nil || spelling == .hex else { return nil }
    if text.count == 64, text.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") }) {
      return text.reduce(0) { $0 << 1 | UInt64($1 & 1) }
    }
    var hex = text[...]
    if let prefix = hex.first, hex.dropFirst().first == UInt8(ascii: ":") {
      // goimagehash names its algorithm by a letter.
      guard prefix == UInt8(ascii: "p") else {
        throw Refusal(
          reason:
            "not a phash64 hash: it is of another algorithm (\(Character(Unicode.Scalar(prefix))):)"
        )
      }
      hex = hex.dropFirst(2)
    } else if hex.starts(with: Array("0x".utf8)) {
      hex = hex.dropFirst(2)
    }
    guard (1...16).contains(hex.count) else { return nil }
    var word: UInt64 = 0
    for digit in hex {
      guard let value = hexValue(digit) else { return nil }
      word = word << 4 | UInt64(value)
    }
    return word
  }

  private static func base64(
    _ text: some BidirectionalCollection<UInt8>, kind: HashKind
  ) -> ListedHash? {
    guard text.count == (kind.byteCount + 2) / 3 * 4,
      let bytes = Data(base64Encoded: Data(text))
    else { return nil }
    return ListedHash(kind: kind, bytes: bytes)
  }
}

extension HashSpelling {
  /// Looks for numbers that can only be decimal (a sign, or more digits than 64 bits have in hexadecimal) among a
  /// list's 64-bit hashes; `nil` when there are none, or when some are not decimal.
  static func guess(from hashes: [ArraySlice<UInt8>]) -> HashSpelling? {
    let isDigit = { (byte: UInt8) in (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    var hasDecimal = false
    for hash in hashes where !hash.isEmpty {
      let isSigned = hash.first == UInt8(ascii: "-")
      let digits = isSigned ? hash.dropFirst() : hash
      // Binary digits are decimal ones, too.
      guard digits.count <= 20 else { continue }
      guard digits.allSatisfy(isDigit) else {
        if digits.count <= 18, digits.contains(where: { hexValue($0) != nil && !isDigit($0) }) {
          return nil
        }
        continue
      }
      if isSigned || digits.count > 16 { hasDecimal = true }
    }
    return hasDecimal ? .decimal : nil
  }
}

/// The hashes of one record, with what is wrong with some and what is not supported.
struct HashCollector {
  /// How 64 bits are written.
  private let spelling: HashSpelling?
  private(set) var hashes: [ListedHash] = []
  private(set) var unsupported: [String] = []
  private var refusals: [HashField.Refusal] = []

  init(spelling: HashSpelling? = nil) { self.spelling = spelling }

  /// Takes a hash whose kind has the source's name; an unknown name is counted as unsupported.
  mutating func add(_ text: some BidirectionalCollection<UInt8>, named name: String) {
    guard let kind = HashKind(sourceName: name) else {
      unsupported.append(name.lowercased())
      return
    }
    add(text, kind: kind)
  }

  mutating func add(_ text: some BidirectionalCollection<UInt8>, kind: HashKind) {
    do throws(HashField.Refusal) {
      let hash = try HashField.read(text, kind: kind, spelling: spelling)
      // One more than an entry can have is enough for the whole record to be refused.
      if hashes.count <= StoredEntry.maximumHashes, !hashes.contains(hash) { hashes.append(hash) }
    } catch {
      refusals.append(error)
    }
  }

  mutating func add(unsupported name: String) { unsupported.append(name) }

  /// The id of a record that has none of its own.
  var derivedID: String? { hashes.first.map { ListChange.derivedID($0) } }

  /// The record with these hashes.
  func record(_ number: Int, id: String?, _ details: EntryDetails, merges: Bool = false)
    -> SourceRecord
  {
    let entry = SourceEntry(id: id, hashes: hashes, details: details, merges: merges)
    var content = SourceRecord.Content.entry(entry)
    if hashes.isEmpty {
      content =
        refusals.first.map { .rejected($0.reason, id: id, byPolicy: $0.isByPolicy) }
        ?? (unsupported.isEmpty ? .rejected("no hash", id: id) : .unsupported)
    }
    var record = SourceRecord(number: number, content: content, unsupported: unsupported)
    if !hashes.isEmpty { record.refusals = refusals.map(\.reason) }
    return record
  }
}

/// Which of a source's categories are imported, and under which labels.
struct CategoryMap {
  /// `nil` to take all under their own names.
  let labels: [String: String]?

  /// Why a record is left out, or the label it gets.
  enum Answer {
    case label(String?)
    case skipped(String)
  }

  func answer(for category: String?) -> Answer {
    guard let labels else { return .label(category) }
    guard let category, let label = labels[category] else {
      return .skipped("category \(category ?? "(none)")")
    }
    return .label(label)
  }
}
