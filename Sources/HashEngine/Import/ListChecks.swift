/// Checks the hashes of an import for likely mistakes.
struct ListChecks {
  /// Past this many 64-bit hashes, unrelated pictures begin to match.
  static let maximumPHash64 = 10_000
  /// Fewer hashes than this are not enough for a warning.
  private static let minimum = 4

  private var counts: [HashKind: Int] = [:]
  /// How many hashes have exactly 128 bits set, half of 256.
  private var balanced: [HashKind: Int] = [:]
  private var perceptualWithoutPairs = 0
  /// 64-bit hashes that end in zeros as decimal numbers, as a spreadsheet leaves them.
  private var rounded = 0

  var hasPHash64: Bool { counts[.phash64] != nil }

  mutating func look(at record: SourceRecord) {
    guard case .entry(let entry) = record.content else { return }
    for hash in entry.hashes {
      counts[hash.kind, default: 0] += 1
      if hash.kind == .phash64, Self.isRounded(hash) { rounded += 1 }
      if hash.bitsSet == 128 { balanced[hash.kind, default: 0] += 1 }
      if !hash.kind.isDigest, entry.details.allows.isEmpty { perceptualWithoutPairs += 1 }
    }
  }

  /// Digits that a spreadsheet keeps of a number.
  private static let spreadsheetDigits = 15

  private static func isRounded(_ hash: ListedHash) -> Bool {
    let word = hash.words.0
    return [String(word), String(Int64(bitPattern: word).magnitude)].contains { digits in
      digits.count > spreadsheetDigits + 1
        && digits.dropFirst(spreadsheetDigits).allSatisfy { $0 == "0" }
    }
  }

  /// - Parameters:
  ///   - phash64: 64-bit hashes of all lists, with this one's.
  ///   - spelling: How the file's were written.
  func warnings(for meaning: ListMeaning, phash64: Int, spelling: HashSpelling?) -> [String] {
    var warnings: [String] = []
    if spelling == .decimal, rounded > 0, 2 * rounded >= counts[.phash64, default: 0] {
      warnings.append(
        "\(rounded) of the decimal hashes end in zeros: a spreadsheet has rounded them, and they match nothing;"
          + " export them anew as text")
    }
    // Nearly every PDQ hash has exactly half of its bits set; of SHA-256 digests, one in twenty has.
    if let count = counts[.sha256], count >= Self.minimum, balanced[.sha256] == count {
      warnings.append(
        "every sha256 has exactly 128 bits set: these look like PDQ hashes")
    }
    if let count = counts[.pdq], count >= Self.minimum, balanced[.pdq, default: 0] < count / 2 {
      warnings.append(
        "most of the pdq hashes do not have 128 bits set: these look like SHA-256")
    }
    if counts[.phash64] != nil, phash64 > Self.maximumPHash64 {
      warnings.append(
        "\(phash64) hashes of 64 bits: past \(Self.maximumPHash64), pictures that nobody listed begin to"
          + " match; prefer PDQ")
    }
    if meaning == .allow, perceptualWithoutPairs > 0 {
      warnings.append(
        "\(perceptualWithoutPairs) perceptual hashes on an allowlist without the entries they excuse:"
          + " they excuse none; digests do")
    }
    return warnings
  }
}
