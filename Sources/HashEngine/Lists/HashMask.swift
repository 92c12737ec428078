internal import Crypto

#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif

/// Keeps hashes out of ids and other texts, which are printed and logged where listed hashes must not be.
package enum HashMask {
  /// As many hexadecimal digits in a row are taken for a hash: those of an MD5. Ids in that form, too: nobody can tell
  /// them apart, and the mask is the same at every import.
  private static let shortest = 32

  /// The text, with a short digest in place of each hash in it.
  ///
  /// - Parameter own: The hashes of the text's entry. Even short ones are looked for.
  package static func masked(_ text: String, own: [ListedHash] = []) -> String {
    guard isNeeded(in: text) else { return text }
    // Written in groups, with colons or dashes, it is a hash all the same.
    if holds(text, own), !hasRun(text) {
      for hash in own where 2 * hash.kind.byteCount >= shortest && digits(text).contains(hash.text)
      {
        return mask(hash.bytes)
      }
    }
    var text = text
    for hash in own {
      for spelling in spellings(of: hash, in: text) {
        text = text.replacing(spelling, caseInsensitive: true, with: mask(hash.bytes))
      }
    }
    return hasRun(text) ? maskingRuns(text) : text
  }

  /// Letters and digits in a row that a short hash has at least, in any spelling.
  private static let shortestWord = 10

  /// Whether a text may have a hash in it: most are too short, or of short words.
  static func isNeeded(in text: String) -> Bool {
    guard text.utf8.count >= shortestWord, !isDerivedID(text) else { return false }
    if text.utf8.count >= shortest { return true }
    var run = 0
    for byte in text.utf8 {
      let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      let isDigit = (UInt8(ascii: "+")...UInt8(ascii: "9")).contains(byte)
      run = isLetter || isDigit ? run + 1 : 0
      if run >= shortestWord { return true }
    }
    return false
  }

  /// Whether an id is one that a list has made of a hash, which does not reveal it.
  private static func isDerivedID(_ text: String) -> Bool {
    text.utf8.count == 21 && text.hasPrefix("auto-")
  }

  /// Whether a text has one of some hashes in it, in whatever groups of digits.
  static func holds(_ text: String, _ hashes: [ListedHash]) -> Bool {
    guard text.utf8.count >= 16, !hashes.isEmpty else { return false }
    let digits = digits(text)
    return hashes.contains { digits.contains($0.text) }
  }

  /// The hexadecimal digits of a text, in lower case, without what stands between them.
  private static func digits(_ text: String) -> String {
    String(decoding: text.utf8.filter { hexValue($0) != nil }.map { $0 | 0x20 }, as: UTF8.self)
  }

  /// What a list may have in place of an id that its source sent with hashes in it, the likeliest first.
  static func candidates(for id: String) -> [String] {
    guard isNeeded(in: id) else { return [] }
    var candidates = [masked(id)]
    // Short hashes were masked where they were the entry's own.
    for word in id.split(whereSeparator: { !$0.isLetter && !$0.isNumber && !"+/=-".contains($0) }) {
      let forms = [word, word.drop { $0 == "-" }]
      for form in forms {
        for word in words(in: form) {
          candidates.append(masked(id, own: [ListedHash(kind: .phash64, words: (word, 0, 0, 0))]))
        }
      }
    }
    return candidates.filter { $0 != id }
  }

  /// The 64-bit hashes that a text may be: as sixteen hexadecimal digits, a decimal number, or base64.
  private static func words(in text: Substring) -> [UInt64] {
    var words: [UInt64] = []
    if text.utf8.count == 16, let word = UInt64(text, radix: 16) { words.append(word) }
    if let word = Int64(text).map({ UInt64(bitPattern: $0) }) ?? UInt64(text) { words.append(word) }
    if text.utf8.count == 12, let bytes = Data(base64Encoded: String(text)), bytes.count == 8 {
      words.append(bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }
    return words
  }

  /// The ways to write a hash that are not a long run of hexadecimal digits.
  private static func spellings(of hash: ListedHash, in text: String) -> [String] {
    var spellings: [String] = []
    if text.utf8.contains(UInt8(ascii: "=")) {
      spellings.append(Data(hash.bytes).base64EncodedString())
    }
    if hash.kind == .phash64 {
      let word = hash.words.0
      spellings += [hash.text, String(word), String(Int64(bitPattern: word))]
    }
    return spellings
  }

  private static func hasRun(_ text: String) -> Bool {
    guard text.utf8.count >= shortest else { return false }
    var run = 0
    for byte in text.utf8 {
      run = hexValue(byte) == nil ? 0 : run + 1
      if run >= shortest { return true }
    }
    return false
  }

  /// Masks each run of digits that is as long as a hash.
  private static func maskingRuns(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    var position = 0
    var isMasked = false
    while position < bytes.count {
      let run = bytes[position...].prefix { hexValue($0) != nil }
      guard run.count >= shortest else {
        // With the byte that ended the run.
        let end = min(bytes.count, run.endIndex + (run.endIndex < bytes.count ? 1 : 0))
        out += bytes[position..<end]
        position = end
        continue
      }
      out += mask(run.map { $0 | 0x20 }).utf8
      position = run.endIndex
      isMasked = true
    }
    return isMasked ? String(decoding: out, as: UTF8.self) : text
  }

  /// What stands for a hash: the same for the same one, and no way back.
  private static func mask(_ hash: [UInt8]) -> String {
    var digest = SHA256()
    digest.update(data: hash)
    return "hash~" + digest.finalize().withUnsafeBytes { hexText($0.prefix(6)) }
  }
}

extension String {
  /// Each occurrence of `part` replaced, whatever the case of its letters.
  fileprivate func replacing(
    _ part: String, caseInsensitive: Bool, with other: String
  ) -> String {
    let (text, part) = (Array(utf8), Array(part.utf8))
    guard !part.isEmpty, text.count >= part.count else { return self }
    var out: [UInt8] = []
    var position = 0
    while position < text.count {
      let isHere =
        position + part.count <= text.count
        && zip(text[position...], part).allSatisfy {
          $0 == $1 || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) && $0 | 0x20 == $1
        }
      if isHere {
        out += other.utf8
        position += part.count
      } else {
        out.append(text[position])
        position += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
