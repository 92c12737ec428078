/// A hash as a list has it: read strictly, refused with a reason.
enum HashField {
  struct Refusal: Error, Equatable {
    let reason: String
  }

  static func read(_ text: String, kind: HashKind) throws(Refusal) -> ListedHash {
    guard let hash = ListedHash(kind: kind, text: text) else {
      let digits = 2 * kind.byteCount
      throw Refusal(
        reason: text.utf8.count == digits
          ? "not a \(kind.rawValue) hash: not all of it is hexadecimal"
          : "not a \(kind.rawValue) hash: \(text.count) characters instead of \(digits)")
    }
    if hash.isDegenerate { throw Refusal(reason: "all bits equal: no picture's hash") }
    return hash
  }

  /// Refuses the hash of a picture that its source measured as too flat to have one.
  static func check(quality text: String) throws(Refusal) {
    guard !text.isEmpty else { return }
    guard let quality = Double(text) else { throw Refusal(reason: "a quality that is no number") }
    guard quality >= Double(PDQHash.leastQuality) else {
      throw Refusal(
        reason: "quality \(text): below \(PDQHash.leastQuality) a hash says nothing")
    }
  }
}
