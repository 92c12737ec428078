/// Records that wait to be written. Each part is in an array of its own, so that sorting moves little memory.
struct PendingRecords {
  enum Content {
    case entry(SourceEntry)
    case withdrawal(at: Timestamp?)
    case skipped(String, at: Timestamp?)
    /// The file has no record of this entry.
    case absent
  }

  /// Each record's line or record number in its file.
  private(set) var numbers: [Int] = []
  private(set) var ids: [String] = []
  private(set) var contents: [Content] = []
  /// About how many bytes of memory the records take.
  private(set) var bytes = 0

  mutating func append(_ number: Int, _ id: String, _ content: Content) {
    numbers.append(number)
    ids.append(id)
    contents.append(content)
    bytes += id.utf8.count + 200
    if case .entry(let entry) = content { bytes += entry.byteCount }
  }

  /// Whether a record has that id to the byte: two texts that look the same may be two ids.
  func isID(_ index: Int, _ id: String) -> Bool {
    ids[index] == id && ids[index].utf8.elementsEqual(id.utf8)
  }

  /// Moves a record out, since a copy would cost reference counting for each of its parts.
  mutating func take(_ index: Int) -> Content {
    var content = Content.absent
    swap(&content, &contents[index])
    return content
  }

  /// Whether it is a row that adds to others of its id.
  func merges(_ index: Int) -> Bool {
    if case .entry(let entry) = contents[index] { entry.merges } else { false }
  }

  /// Whether it is a row whose id may be a remark or a file's name.
  func isGuessed(_ index: Int) -> Bool {
    if case .entry(let entry) = contents[index] { entry.isIDGuessed } else { false }
  }

  mutating func removeAll() {
    numbers.removeAll(keepingCapacity: true)
    ids.removeAll(keepingCapacity: true)
    contents.removeAll(keepingCapacity: true)
    bytes = 0
  }

  /// The records' places in the order of their ids; those of one id stay in their order.
  func order() -> [Int] {
    // Comparing the first 16 bytes of the ids as numbers is nearly always enough.
    var keys: [(UInt64, UInt64, Int)] = []
    keys.reserveCapacity(ids.count)
    for (index, id) in ids.enumerated() {
      var (high, low): (UInt64, UInt64) = (0, 0)
      var place: UInt64 = 0
      for byte in id.utf8 {
        guard place < 16 else { break }
        if place < 8 {
          high |= UInt64(byte) << (56 - 8 * place)
        } else {
          low |= UInt64(byte) << (120 - 8 * place)
        }
        place += 1
      }
      keys.append((high, low, index))
    }
    keys.sort { a, b in
      if a.0 != b.0 { return a.0 < b.0 }
      if a.1 != b.1 { return a.1 < b.1 }
      let (first, second) = (ids[a.2], ids[b.2])
      return first == second ? a.2 < b.2 : first < second
    }
    return keys.map(\.2)
  }
}
