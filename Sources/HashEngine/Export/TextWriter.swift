/// Hashes with their ids, a line each.
enum TextWriter {
  static func lines(for entry: Entry, kind: HashKind?) -> [String] {
    entry.hashes.filter { $0.kind == kind }.map { hash in
      // Left out: an id that an import would derive again, and one that a line cannot hold.
      let isHeld = entry.id != ListChange.derivedID(hash) && holds(entry.id)
      return isHeld ? "\(hash.text),\(entry.id)" : hash.text
    }
  }

  /// Whether a line gives an id back as it is.
  private static func holds(_ id: String) -> Bool {
    id.trimmingBlanks == id && !id.utf8.contains { $0 < 0x20 } && !LineSplitter.holdsEnd(id)
  }

  /// What lines cannot hold of an entry.
  static func losses(of entry: Entry, kind: HashKind?) -> [String] {
    guard entry.state != .withdrawn else { return ["withdrawn entries"] }
    var losses: [String] = []
    if entry.hashes.contains(where: { $0.kind != kind }) { losses.append("hashes of other kinds") }
    let isDerived = entry.hashes.first.map { ListChange.derivedID($0) } == entry.id
    if !isDerived, !holds(entry.id) || entry.id.isEmpty { losses.append("ids with line ends") }
    if entry.details != EntryDetails() {
      losses.append("labels, notes, times and all else that is said of entries")
    }
    if case .disabled = entry.state { losses.append("the disabled state") }
    return losses
  }
}
