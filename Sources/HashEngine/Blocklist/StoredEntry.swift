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
