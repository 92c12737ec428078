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

  mutating func look(at record: SourceRecord) {
    guard case .entry(let entry) = record.content else { return }
    for hash in entry.hashes {
      counts[hash.kind, default: 0] += 1
      if hash.bitsSet == 128 { balanced[hash.kind, default: 0] += 1 }
      if !hash.kind.isDigest, entry.details.allows.isEmpty { perceptualWithoutPairs += 1 }
    }
  }

  /// - Parameter phash64: 64-bit hashes of all lists, with this one's.
  func warnings(for meaning: ListMeaning, phash64: Int) -> [String] {
    var warnings: [String] = []
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
