/// What is stored of a list under its name.
struct ListRecord {
  let id: UInt32
  let createdAt: Int
  var settings = ListSettings()
  var serial: UInt32 = 0
  /// Receipts in its history.
  var receipts: UInt32 = 0
  var count: UInt64 = 0
  var withdrawn: UInt64 = 0
  /// The receipt that ``BlocklistTables/undo`` takes back, 0 for none, and the entries it brought.
  var undoable: UInt32 = 0
  var firstNew: UInt64 = 0
  var endNew: UInt64 = 0

  init(id: UInt32, createdAt: Int) {
    self.id = id
    self.createdAt = createdAt
  }

  init?(_ bytes: RawSpan) {
    var record = RecordReader(bytes)
    guard let id = record.uint32(), let created = record.uint64(), let serial = record.uint32(),
      let receipts = record.uint32(), let count = record.uint64(),
      let withdrawn = record.uint64(), let undoable = record.uint32(),
      let firstNew = record.uint64(), let endNew = record.uint64(), let meaning = record.uint8(),
      let isEnabled = record.uint8(), let pdq = record.uint16(), let phash64 = record.uint16(),
      let expiry = record.uint64(), let note = record.text(),
      let listMeaning = ListMeaning(code: meaning)
    else { return nil }
    self.id = id
    createdAt = Int(clamping: created)
    self.serial = serial
    self.receipts = receipts
    self.count = count
    self.withdrawn = withdrawn
    self.undoable = undoable
    self.firstNew = firstNew
    self.endNew = endNew
    settings.meaning = listMeaning
    settings.isEnabled = isEnabled != 0
    settings.pdqRadius = Int(pdq)
    settings.phash64Radius = Int(phash64)
    settings.expiresAt = expiry == 0 ? nil : Int(clamping: expiry)
    settings.note = note.isEmpty ? nil : note
    // Lists that were made before there were views end here.
    if let review = record.uint16(), let effort = record.uint8() {
      settings.reviewRadius = review == 0 ? nil : Int(review)
      guard let known = Effort(code: effort) else { return nil }
      settings.effort = known
    }
  }

  var bytes: [UInt8] {
    var record = RecordWriter()
    record.append(id)
    record.append(UInt64(clamping: createdAt))
    record.append(serial)
    record.append(receipts)
    record.append(count)
    record.append(withdrawn)
    record.append(undoable)
    record.append(firstNew)
    record.append(endNew)
    record.append(settings.meaning.code)
    record.append(UInt8(settings.isEnabled ? 1 : 0))
    record.append(UInt16(clamping: settings.pdqRadius))
    record.append(UInt16(clamping: settings.phash64Radius))
    record.append(settings.expiresAt.map { UInt64(clamping: max(1, $0)) } ?? 0)
    record.append(settings.note ?? "")
    record.append(UInt16(clamping: settings.reviewRadius ?? 0))
    record.append(settings.effort.code)
    return record.bytes
  }

  func list(named name: String) -> HashList {
    HashList(
      name: name, settings: settings, createdAt: createdAt, serial: Int(serial),
      count: Int(clamping: count), withdrawn: Int(clamping: withdrawn))
  }
}

/// An entry as it is stored: with its list.
struct StoredEntry {
  let list: UInt32
  var entry: Entry

  /// Hashes of one entry at the most.
  static let mostHashes = 4096

  init(list: UInt32, entry: Entry) {
    self.list = list
    self.entry = entry
  }

  /// What of an entry is there: a bit for each part that may be missing.
  private struct Parts: OptionSet {
    let rawValue: UInt16
    static let label = Parts(rawValue: 1)
    static let severity = Parts(rawValue: 2)
    static let note = Parts(rawValue: 4)
    static let caseID = Parts(rawValue: 8)
    static let sourceTime = Parts(rawValue: 16)
    static let quality = Parts(rawValue: 32)
    static let expiry = Parts(rawValue: 64)
    static let allows = Parts(rawValue: 128)
    static let withdrawn = Parts(rawValue: 256)
    static let disabled = Parts(rawValue: 512)
    static let disabledUntil = Parts(rawValue: 1024)
    static let crops = Parts(rawValue: 2048)
  }

  init?(_ bytes: RawSpan) {
    var record = RecordReader(bytes)
    guard let list = record.uint32(), let raw = record.uint16(), let id = record.text(),
      let added = record.uint64(), let receipt = record.uint32()
    else { return nil }
    let parts = Parts(rawValue: raw)
    func text(_ part: Parts) -> String? { parts.contains(part) ? record.text() : nil }
    func number(_ part: Parts) -> Int? {
      parts.contains(part) ? record.uint64().map { Int(truncatingIfNeeded: $0) } : nil
    }
    var details = EntryDetails()
    details.label = text(.label)
    details.severity = text(.severity)
    details.note = text(.note)
    details.caseID = text(.caseID)
    details.sourceTime = number(.sourceTime)
    details.quality = number(.quality)
    details.expiresAt = number(.expiry)
    if parts.contains(.allows) {
      guard let count = record.uint16() else { return nil }
      for _ in 0..<count {
        guard let list = record.text(), let entry = record.text() else { return nil }
        details.allows.append(EntryReference(list: list, entry: entry))
      }
    }
    var state = Entry.State.active
    if parts.contains(.withdrawn) { state = .withdrawn }
    if parts.contains(.disabled) { state = .disabled(until: number(.disabledUntil)) }
    guard let count = record.uint16() else { return nil }
    var hashes: [ListedHash] = []
    hashes.reserveCapacity(Int(count))
    for _ in 0..<count {
      guard let code = record.uint8(), let kind = HashKind(code: code),
        let raw = record.raw(kind.byteCount), let hash = ListedHash(kind: kind, bytes: raw)
      else { return nil }
      hashes.append(hash)
    }
    if parts.contains(.crops) {
      guard let count = record.uint16() else { return nil }
      for _ in 0..<count {
        guard let position = record.uint16(), hashes.indices.contains(Int(position)),
          let left = record.uint16(), let top = record.uint16(), let right = record.uint16(),
          let bottom = record.uint16()
        else { return nil }
        let region = Region(
          left: Self.share(left), top: Self.share(top), right: Self.share(right),
          bottom: Self.share(bottom))
        details.crops.append(CroppedHash(hashes[Int(position)], of: region))
      }
    }
    self.list = list
    entry = Entry(
      id: id, hashes: hashes, details: details, state: state, addedAt: Int(clamping: added),
      receipt: Int(receipt))
  }

  /// A side of a crop, in thousandths.
  private static func share(_ thousandths: UInt16) -> Double {
    Double(thousandths) / 1000
  }

  private static func thousandths(_ share: Double) -> UInt16 {
    UInt16(max(0, min(1000, (share * 1000).rounded())))
  }

  func write(to record: inout RecordWriter) {
    let details = entry.details
    var parts: Parts = []
    if details.label != nil { parts.insert(.label) }
    if details.severity != nil { parts.insert(.severity) }
    if details.note != nil { parts.insert(.note) }
    if details.caseID != nil { parts.insert(.caseID) }
    if details.sourceTime != nil { parts.insert(.sourceTime) }
    if details.quality != nil { parts.insert(.quality) }
    if details.expiresAt != nil { parts.insert(.expiry) }
    if !details.allows.isEmpty { parts.insert(.allows) }
    let crops = details.crops.compactMap { crop in
      entry.hashes.firstIndex(of: crop.hash).map { (position: $0, region: crop.region) }
    }
    if !crops.isEmpty { parts.insert(.crops) }
    var until: Int?
    switch entry.state {
    case .active: break
    case .withdrawn: parts.insert(.withdrawn)
    case .disabled(let time):
      parts.insert(.disabled)
      until = time
      if time != nil { parts.insert(.disabledUntil) }
    }
    record.append(list)
    record.append(parts.rawValue)
    record.append(entry.id)
    record.append(UInt64(clamping: entry.addedAt))
    record.append(UInt32(clamping: entry.receipt))
    for text in [details.label, details.severity, details.note, details.caseID] {
      if let text { record.append(text) }
    }
    for number in [details.sourceTime, details.quality, details.expiresAt] {
      if let number { record.append(UInt64(bitPattern: Int64(number))) }
    }
    if !details.allows.isEmpty {
      record.append(UInt16(clamping: details.allows.count))
      for reference in details.allows {
        record.append(reference.list)
        record.append(reference.entry)
      }
    }
    if let until { record.append(UInt64(bitPattern: Int64(until))) }
    record.append(UInt16(clamping: entry.hashes.count))
    for hash in entry.hashes { hash.writePostingKey(to: &record) }
    guard !crops.isEmpty else { return }
    record.append(UInt16(clamping: crops.count))
    for (position, region) in crops {
      record.append(UInt16(clamping: position))
      for side in [region.left, region.top, region.right, region.bottom] {
        record.append(Self.thousandths(side))
      }
    }
  }

  var bytes: [UInt8] {
    var record = RecordWriter(capacity: 128)
    write(to: &record)
    return record.bytes
  }
}

extension ListMeaning {
  /// The byte that stands for it in the database; never reused.
  fileprivate var code: UInt8 {
    switch self {
    case .block: 1
    case .review: 2
    case .allow: 3
    }
  }

  fileprivate init?(code: UInt8) {
    guard let meaning = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = meaning
  }
}

extension Effort {
  /// The byte that stands for it in the database; never reused.
  fileprivate var code: UInt8 {
    switch self {
    case .exact: 1
    case .standard: 2
    case .thorough: 3
    }
  }

  fileprivate init?(code: UInt8) {
    guard let effort = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = effort
  }
}

extension HashKind {
  /// The byte that stands for the kind in the database; never reused.
  var code: UInt8 {
    switch self {
    case .pdq: 1
    case .phash64: 2
    case .md5: 3
    case .sha1: 4
    case .sha256: 5
    }
  }

  init?(code: UInt8) {
    switch code {
    case 1: self = .pdq
    case 2: self = .phash64
    case 3: self = .md5
    case 4: self = .sha1
    case 5: self = .sha256
    default: return nil
    }
  }
}

extension ListedHash {
  /// The key of its postings.
  var postingKey: [UInt8] {
    var record = RecordWriter(capacity: 33)
    writePostingKey(to: &record)
    return record.bytes
  }

  /// The kind's code and the hash's bytes.
  func writePostingKey(to record: inout RecordWriter) {
    record.append(kind.code)
    switch kind.byteCount {
    case 8:
      record.append(words.0)
    case 16:
      record.append(words.0)
      record.append(words.1)
    case 20:
      record.append(words.0)
      record.append(words.1)
      record.append(UInt32(truncatingIfNeeded: words.2 >> 32))
    default:
      record.append(words.0)
      record.append(words.1)
      record.append(words.2)
      record.append(words.3)
    }
  }
}
