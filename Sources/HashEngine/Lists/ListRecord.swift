/// What is stored of a list under its name.
struct ListRecord {
  let id: UInt32
  let createdAt: Timestamp
  var settings = ListSettings()
  var serial: UInt32 = 0
  /// Receipts in its history.
  var receipts: UInt32 = 0
  var count: UInt64 = 0
  var withdrawn: UInt64 = 0
  /// The receipt that ``ListTables/undo`` undoes, 0 for none; its new entries have the numbers
  /// `firstNew..<endNew`.
  var undoable: UInt32 = 0
  var firstNew: UInt64 = 0
  var endNew: UInt64 = 0
  /// When a file was last imported, and its name.
  var importedAt: Timestamp?
  var source: String?
  /// Whether an entry of it may come into force by itself, being disabled until some time.
  var hasTimedEntries = false

  init(id: UInt32, createdAt: Timestamp) {
    self.id = id
    self.createdAt = createdAt
  }

  init?(_ bytes: RawSpan) { self.init(bytes, isWhole: true) }

  /// Reads a record of format 2: those written before views existed lack the review radius and the effort.
  init?(format2 bytes: RawSpan) { self.init(bytes, isWhole: false) }

  private init?(_ bytes: RawSpan, isWhole: Bool) {
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
    createdAt = Timestamp(seconds: Int(clamping: created))
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
    settings.expiresAt = expiry == 0 ? nil : Timestamp(seconds: Int(clamping: expiry))
    settings.note = note.isEmpty ? nil : note
    if !isWhole, record.isAtEnd {
      hasTimedEntries = true
      return
    }
    guard let review = record.uint16(), let code = record.uint8(), let effort = Effort(code: code)
    else { return nil }
    settings.reviewRadius = review == 0 ? nil : Int(review)
    settings.effort = effort
    // Nobody kept count of timed entries before the last part was written.
    hasTimedEntries = true
    // Records written before common hashes were known end here.
    if record.isAtEnd { return }
    guard let common = record.uint8() else { return nil }
    settings.commonHashes = common == 1 ? .match : .review
    // Records written before imports were dated end here.
    if record.isAtEnd { return }
    guard let staleAfter = record.uint64(), let imported = record.uint64(),
      let source = record.text()
    else { return nil }
    settings.staleAfter = staleAfter == 0 ? nil : .seconds(Int(clamping: staleAfter))
    importedAt = imported == 0 ? nil : Timestamp(seconds: Int(clamping: imported))
    self.source = source.isEmpty ? nil : source
    // Records written before timed entries were counted end here.
    if record.isAtEnd { return }
    guard let timed = record.uint8() else { return nil }
    hasTimedEntries = timed != 0
  }

  var bytes: [UInt8] {
    var record = RecordWriter()
    record.append(id)
    record.append(UInt64(clamping: createdAt.seconds))
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
    record.append(settings.expiresAt.map { UInt64(clamping: max(1, $0.seconds)) } ?? 0)
    record.append(settings.note ?? "")
    record.append(UInt16(clamping: settings.reviewRadius ?? 0))
    record.append(settings.effort.code)
    record.append(UInt8(settings.commonHashes == .match ? 1 : 0))
    record.append(UInt64(clamping: settings.staleAfter?.components.seconds ?? 0))
    record.append(importedAt.map { UInt64(clamping: max(1, $0.seconds)) } ?? 0)
    record.append(source ?? "")
    record.append(UInt8(hasTimedEntries ? 1 : 0))
    return record.bytes
  }

  func list(named name: String) -> HashList {
    HashList(
      name: name, settings: settings, createdAt: createdAt, serial: Int(serial),
      count: Int(clamping: count), withdrawn: Int(clamping: withdrawn), importedAt: importedAt,
      source: source)
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
