/// What an import noticed of ids that are another picture's, or several pictures'.
struct IDRemarks {
  /// How many ids are named.
  private static let maximumExamples = 10

  private var sharing = 0
  private var replacing = 0
  private var keeping = 0
  private var replacedExamples: [String] = []
  private var keptExamples: [String] = []

  private var severalExamples: [String] = []
  private var isMoreThanShown = false

  /// Rows of one id are of different pictures, which make one entry.
  mutating func several(_ id: String) {
    guard severalExamples.last != id else { return }
    if severalExamples.count < Self.maximumExamples {
      severalExamples.append(id)
    } else {
      isMoreThanShown = true
    }
  }

  private var older = 0
  private var masks = 0
  private var stayingListed = 0

  /// A record is older than what the list has of its entry, and says something else.
  mutating func isOlder() { older += 1 }

  /// A text had something like a hash in it, and not one of its entry.
  mutating func masked() { masks += 1 }

  /// A hash that the file takes back is listed under another id.
  mutating func stillListed() { stayingListed += 1 }

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
    if !severalExamples.isEmpty {
      warnings.append(
        "ids that stand for several pictures, which are listed and withdrawn as one entry:"
          + " \(severalExamples.joined(separator: ", "))\(isMoreThanShown ? " and others" : "")")
    }
    if older > 0 {
      warnings.append("records older than what the list has, which were not taken: \(older)")
    }
    if masks > 0 {
      warnings.append(
        "ids or texts with something like a hash in them, which was not listed and is shown as hash~…:"
          + " \(masks)")
    }
    if stayingListed > 0 {
      warnings.append(
        "hashes that the file takes back under an id that the list does not have, and that stay listed under"
          + " another: \(stayingListed)")
    }
    return warnings
  }

  private static func listed(_ examples: [String], of count: Int) -> String {
    examples.joined(separator: ", ") + (count > examples.count ? " and others" : "")
  }
}
