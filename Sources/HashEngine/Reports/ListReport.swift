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

  enum CodingKeys: String, CodingKey {
    case list, entries, withdrawn, meaning
    case pdqRadius = "pdq_radius"
    case reviewRadius = "review_radius"
    case phash64Radius = "phash64_radius"
    case effort, enabled, expires, note, serial, created
  }

  package init(_ list: HashList) {
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
  }
}
