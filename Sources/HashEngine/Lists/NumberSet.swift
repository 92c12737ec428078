/// A set of entry numbers, stored as one bit each, since the numbers are dense.
struct NumberSet {
  private var words: [UInt64] = []

  func contains(_ number: UInt64) -> Bool {
    let word = Int(number / 64)
    return word < words.count && words[word] >> (number % 64) & 1 == 1
  }

  mutating func insert(_ number: UInt64) {
    let word = Int(number / 64)
    if word >= words.count {
      words.append(contentsOf: repeatElement(0, count: max(word + 1 - words.count, words.count)))
    }
    words[word] |= 1 << (number % 64)
  }
}
