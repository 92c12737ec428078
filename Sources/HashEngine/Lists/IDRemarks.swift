/// What an import noticed of ids that are another picture's, or several pictures'.
struct IDRemarks {
  /// How many ids are named.
  private static let maximumExamples = 10

  private var sharing = 0
  private var replacing = 0
  private var keeping = 0
  private var replacedExamples: [String] = []
  private var keptExamples: [String] = []

  /// Some records have the same text beside their hashes.
  mutating func shared(_ records: Int) { sharing += records }

  /// An entry is an entirely different picture now.
  mutating func replaced(_ id: String) {
    replacing += 1
    if replacedExamples.count < Self.maximumExamples { replacedExamples.append(id) }
  }

  /// An entry stays, and the picture that came under its id is listed beside it.
  mutating func kept(_ id: String, beside other: String) {
    keeping += 1
    if keptExamples.count < Self.maximumExamples { keptExamples.append("\(other) beside \(id)") }
  }

  var warnings: [String] {
    var warnings: [String] = []
    if sharing > 0 {
      warnings.append(
        "\(sharing) hashes have a text beside them that others have, too: it is their label, not their id"
      )
    }
    if replacing > 0 {
      warnings.append(
        "\(replacing) entries are entirely different pictures than before, and the earlier ones are no longer"
          + " listed: \(Self.listed(replacedExamples, of: replacing))")
    }
    if keeping > 0 {
      warnings.append(
        "\(keeping) entries have the id of an entirely different picture; both are listed:"
          + " \(Self.listed(keptExamples, of: keeping))")
    }
    return warnings
  }

  private static func listed(_ examples: [String], of count: Int) -> String {
    examples.joined(separator: ", ") + (count > examples.count ? " and others" : "")
  }
}
