/// An entry as it is stored, with its list. Hashes and crops come last, so that everything else can be read
/// without them (see ``EntryFront``).
struct StoredEntry {
  let list: UInt32
  var entry: Entry

  /// How many hashes one entry can have.
  static let maximumHashes = 4096

  init(list: UInt32, entry: Entry) {
    self.list = list
    self.entry = entry
  }

  init?(_ bytes: RawSpan) {
    var record = RecordReader(bytes)
    guard let front = EntryFront(&record), let count = record.uint16() else { return nil }
    var hashes: [ListedHash] = []
    hashes.reserveCapacity(Int(count))
    for _ in 0..<count {
      guard let code = record.uint8(), let kind = HashKind(code: code),
        let raw = record.raw(kind.byteCount), let hash = ListedHash(kind: kind, bytes: raw)
      else { return nil }
      hashes.append(hash)
    }
    var details = front.details
    if front.hasCrops {
      guard let count = record.uint16() else { return nil }
      for _ in 0..<count {
        guard let position = record.uint16(), hashes.indices.contains(Int(position)),
          let region = Self.region(&record)
        else { return nil }
        details.crops.append(CroppedHash(hashes[Int(position)], of: region))
      }
    }
    list = front.list
    entry = Entry(
      id: front.id, hashes: hashes, details: details, state: front.state, addedAt: front.addedAt,
      receipt: front.receipt)
  }

  /// The part of the picture that one hash of a stored entry was computed from; `nil` for the whole picture,
  /// or when the bytes are not an entry.
  static func region(of hash: ListedHash, in bytes: RawSpan) -> Region? {
    var record = RecordReader(bytes)
    guard let front = EntryFront(&record), front.hasCrops, let count = record.uint16() else {
      return nil
    }
    let sought = hash.bytes
    var place: UInt16?
    for position in 0..<count {
      guard let code = record.uint8(), let kind = HashKind(code: code),
        let raw = record.raw(kind.byteCount)
      else { return nil }
      if kind == hash.kind, raw == sought { place = position }
    }
    guard let place, let crops = record.uint16() else { return nil }
    for _ in 0..<crops {
      guard let position = record.uint16(), let region = region(&record) else { return nil }
      if position == place { return region }
    }
    return nil
  }

  private static func region(_ record: inout RecordReader) -> Region? {
    guard let left = record.uint16(), let top = record.uint16(), let right = record.uint16(),
      let bottom = record.uint16()
    else { return nil }
    return Region(left: share(left), top: share(top), right: share(right), bottom: share(bottom))
  }

  /// The fraction for a side of a crop, which is stored in thousandths.
  private static func share(_ thousandths: UInt16) -> Double {
    Double(thousandths) / 1000
  }

  private static func thousandths(_ share: Double) -> UInt16 {
    UInt16(max(0, min(1000, (share * 1000).rounded())))
  }

  func write(to record: inout RecordWriter) {
    let details = entry.details
    var parts: EntryFront.Parts = []
    if details.label != nil { parts.insert(.label) }
    if details.severity != nil { parts.insert(.severity) }
    if details.note != nil { parts.insert(.note) }
    if !details.caseIDs.isEmpty { parts.insert(.caseID) }
    if details.sourceTime != nil { parts.insert(.sourceTime) }
    if details.quality != nil { parts.insert(.quality) }
    if details.expiresAt != nil { parts.insert(.expiry) }
    if !details.allows.isEmpty { parts.insert(.allows) }
    let crops = details.crops.compactMap { crop in
      entry.hashes.firstIndex(of: crop.hash).map { (position: $0, region: crop.region) }
    }
    if !crops.isEmpty { parts.insert(.crops) }
    var until: Timestamp?
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
    record.append(UInt64(clamping: entry.addedAt.seconds))
    record.append(UInt32(clamping: entry.receipt))
    let cases = details.caseIDs.isEmpty ? nil : EntryFront.joined(cases: details.caseIDs)
    for text in [details.label, details.severity, details.note, cases] {
      if let text { record.append(text) }
    }
    for number in [details.sourceTime?.seconds, details.quality, details.expiresAt?.seconds] {
      if let number { record.append(UInt64(bitPattern: Int64(number))) }
    }
    if !details.allows.isEmpty {
      record.append(UInt16(clamping: details.allows.count))
      for reference in details.allows {
        record.append(reference.list)
        record.append(reference.entry)
      }
    }
    if let until { record.append(UInt64(bitPattern: Int64(until.seconds))) }
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
