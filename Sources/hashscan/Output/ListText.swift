import HashEngine

/// A list on one line.
struct ListText: CustomStringConvertible {
  let description: String

  /// - Parameter state: Whether it can be matched now.
  init(_ list: HashList, _ state: ListVersion?, now: Timestamp = .now) {
    let settings = list.settings
    var text =
      "\(list.name)  \(Amount(list.count, "entry", "entries"))  \(settings.meaning.rawValue)"
    if let state { text += "  \(Self.word(for: state, list))" }
    if list.importedAt != nil {
      text += "  imported \(Age(list.age(at: now))) ago"
      if let source = list.source { text += " from \(ShownText(source))" }
    } else {
      text += "  made \(Age(list.age(at: now))) ago"
    }
    if list.isStale(at: now) { text += "  STALE" }
    if let limit = settings.staleAfter { text += "  stale after \(Age(limit))" }
    text += "  pdq \(settings.pdqRadius)"
    if settings.meaning != .allow, let review = settings.reviewRadius, review > settings.pdqRadius {
      text += " review \(review)"
    }
    text +=
      "  \(settings.effort.rawValue)  phash64 \(settings.phash64Radius)  serial \(list.serial)"
    if list.withdrawn > 0 { text += "  \(list.withdrawn) withdrawn" }
    if let expiry = settings.expiresAt { text += "  expires \(expiry)" }
    if let note = settings.note { text += "  (\(ShownText(note)))" }
    description = text
  }

  /// Whether the list is matched, and why not.
  private static func word(for state: ListVersion, _ list: HashList) -> String {
    if state.canMatch { return "in force" }
    if !list.settings.isEnabled { return "disabled" }
    if state.isExpired { return "EXPIRED" }
    if list.settings.meaning == .allow, list.count > 0 { return "excuses" }
    return list.count == 0 ? "empty" : "NO ENTRY IN FORCE"
  }
}
