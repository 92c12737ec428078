/// Hashes with their ids, a line each.
enum TextWriter {
  static func lines(for entry: Entry, kind: HashKind?) -> [String] {
    entry.hashes.filter { $0.kind == kind }.map { hash in
      // Left out: an id that an import would derive again, and one that a line cannot hold.
      let isPlain = entry.id != ListChange.derivedID(hash) && !entry.id.utf8.contains { $0 < 0x20 }
      return isPlain ? "\(hash.text),\(entry.id)" : hash.text
    }
  }
}
