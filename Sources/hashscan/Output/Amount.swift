/// A number with its noun, as in "1 file" and "2 files".
struct Amount: CustomStringConvertible {
  let description: String

  /// - Parameter plural: Where it is more than the noun with an s.
  init(_ count: Int, _ noun: String, _ plural: String? = nil) {
    description = "\(count) " + (count == 1 ? noun : plural ?? noun + "s")
  }
}

/// A length of time in the largest unit that is not too coarse, as in "3 days"; and from a text, as in "14d".
struct Age: CustomStringConvertible {
  let description: String

  init(_ age: Duration) {
    let seconds = Int(age.components.seconds)
    description =
      switch seconds {
      case ..<120: "\(Amount(seconds, "second"))"
      case ..<7200: "\(seconds / 60) minutes"
      case ..<172_800: "\(seconds / 3600) hours"
      default: "\(seconds / 86_400) days"
      }
  }

  /// Reads a number with `s`, `m`, `h`, `d` or `w`; `nil` for anything else.
  static func read(_ text: String) -> Duration? {
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    guard let unit = text.last.flatMap({ units[$0] }), let number = Int(text.dropLast()),
      (1...100_000).contains(number)
    else { return nil }
    return .seconds(number * unit)
  }
}
