/// A list, as the command line and the daemon report it in JSON.
package struct ListReport: Encodable {
  let list: String
  let entries: Int
  let withdrawn: Int
  let meaning: ListMeaning
  let pdqRadius: Int
  let reviewRadius: Int?
  let phash64Radius: Int
  let effort: Effort
  let enabled: Bool
  let expires: Timestamp?
  let note: String?
  let serial: Int
  let created: Timestamp
  /// The last import: when, and the name of the file.
  let imported: Timestamp?
  let source: String?
  /// Seconds that the last import may be old.
  let staleAfter: Int?
  /// Whether a picture could match the list now.
  let inForce: Bool?
  let stale: Bool?

  enum CodingKeys: String, CodingKey {
    case list, entries, withdrawn, meaning
    case pdqRadius = "pdq_radius"
    case reviewRadius = "review_radius"
    case phash64Radius = "phash64_radius"
    case effort, enabled, expires, note, serial, created, imported, source
    case staleAfter = "stale_after"
    case inForce = "in_force"
    case stale
  }

  /// - Parameter state: Whether it can be matched now; `nil` where nobody asked.
  package init(_ list: HashList, _ state: ListVersion? = nil) {
    self.list = list.name
    entries = list.count
    withdrawn = list.withdrawn
    meaning = list.settings.meaning
    pdqRadius = list.settings.pdqRadius
    reviewRadius = list.settings.reviewRadius
    phash64Radius = list.settings.phash64Radius
    effort = list.settings.effort
    enabled = list.settings.isEnabled
    expires = list.settings.expiresAt
    note = list.settings.note
    serial = list.serial
    created = list.createdAt
    imported = list.importedAt
    source = list.source
    staleAfter = (list.settings.staleAfter?.components.seconds).map { Int($0) }
    inForce = state?.canMatch
    stale = state.map(\.isStale)
  }
}

extension ListVersion {
  /// What an operator should know who believes that the list is compared; `nil` when there is nothing.
  ///
  /// - Parameter isNamed: Whether the operator asked for this list.
  package func concern(isNamed: Bool) -> String? {
    if isExpired { return "list \(name) has expired: it is not compared" }
    if isStale { return "list \(name) is stale: its last import is older than it may be" }
    guard isNamed, !canMatch else { return nil }
    return isInForce
      ? "list \(name) has no entry to compare with, or is an allowlist"
      : "list \(name) is disabled: it is not compared"
  }
}
