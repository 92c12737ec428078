import HashEngine

/// A list on one line.
struct ListText: CustomStringConvertible {
  let description: String

  init(_ list: HashList) {
    let settings = list.settings
    var text = "\(list.name)  \(list.count) entries  \(settings.meaning.rawValue)"
    text += "  pdq \(settings.pdqRadius)"
    if settings.meaning != .allow, let review = settings.reviewRadius, review > settings.pdqRadius {
      text += " review \(review)"
    }
    text +=
      "  \(settings.effort.rawValue)  phash64 \(settings.phash64Radius)  serial \(list.serial)"
    if list.withdrawn > 0 { text += "  \(list.withdrawn) withdrawn" }
    if !settings.isEnabled { text += "  disabled" }
    if let expiry = settings.expiresAt { text += "  expires \(expiry)" }
    if let note = settings.note { text += "  (\(ShownText(note)))" }
    description = text
  }
}
