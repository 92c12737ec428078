/// The part of a stored entry that comes before its hashes: enough to describe a match with it without
/// reading the hashes.
struct EntryFront {
  let list: UInt32
  let id: String
  let addedAt: Timestamp
  let receipt: Int
  let state: Entry.State
  /// All but the crops, which come after the hashes.
  let details: EntryDetails
  let hasCrops: Bool

  /// What of an entry tells at a glance whether the rest is of interest.
  struct Sign {
    let list: UInt32
    let receipt: Int
    /// Whether it is, or was, disabled until some time.
    let isTimed: Bool

    /// `nil` when the bytes are not an entry.
    init?(_ bytes: RawSpan) {
      func number<N: FixedWidthInteger & BitwiseCopyable>(at offset: Int, _: N.Type) -> N? {
        guard offset + N.bitWidth / 8 <= bytes.byteCount else { return nil }
        // Within the bytes, as was just checked; a number is good whatever its bits.
        return N(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: N.self))
      }
      guard let list = number(at: 0, UInt32.self), let parts = number(at: 4, UInt16.self),
        let length = number(at: 6, UInt16.self),
        let receipt = number(at: 16 + Int(length), UInt32.self)
      else { return nil }
      self.list = list
      self.receipt = Int(receipt)
      isTimed = Parts(rawValue: parts).contains(.disabledUntil)
    }
  }

  /// Which optional parts an entry has: one bit each.
  struct Parts: OptionSet {
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

  /// Reads it and leaves `record` at the first hash. `nil` when the bytes are not an entry.
  init?(_ record: inout RecordReader) {
    guard let list = record.uint32(), let raw = record.uint16(), let id = record.text(),
      let added = record.uint64(), let receipt = record.uint32()
    else { return nil }
    let parts = Parts(rawValue: raw)
    var isWhole = true
    func text(_ part: Parts, _ record: inout RecordReader) -> String? {
      guard parts.contains(part) else { return nil }
      let text = record.text()
      if text == nil { isWhole = false }
      return text
    }
    func number(_ part: Parts, _ record: inout RecordReader) -> Int? {
      guard parts.contains(part) else { return nil }
      let number = record.uint64()
      if number == nil { isWhole = false }
      return number.map { Int(truncatingIfNeeded: $0) }
    }
    var details = EntryDetails()
    details.label = text(.label, &record)
    details.severity = text(.severity, &record)
    details.note = text(.note, &record)
    details.caseIDs = text(.caseID, &record).map { Self.cases(in: $0) } ?? []
    details.sourceTime = number(.sourceTime, &record).map { Timestamp(seconds: $0) }
    details.quality = number(.quality, &record)
    details.expiresAt = number(.expiry, &record).map { Timestamp(seconds: $0) }
    if parts.contains(.allows) {
      guard let count = record.uint16() else { return nil }
      for _ in 0..<count {
        guard let list = record.text(), let entry = record.text() else { return nil }
        details.allows.append(EntryReference(list: list, entry: entry))
      }
    }
    var state = Entry.State.active
    if parts.contains(.withdrawn) { state = .withdrawn }
    if parts.contains(.disabled) {
      state = .disabled(until: number(.disabledUntil, &record).map { Timestamp(seconds: $0) })
    }
    guard isWhole else { return nil }
    self.list = list
    self.id = id
    addedAt = Timestamp(seconds: Int(clamping: added))
    self.receipt = Int(receipt)
    self.state = state
    self.details = details
    hasCrops = parts.contains(.crops)
  }
}

extension EntryFront {
  /// What separates cases: an entry has one in most databases, and had no more in older ones.
  private static let separator: Character = "\u{1F}"

  /// Several cases in one text.
  static func joined(cases: [String]) -> String { cases.joined(separator: String(separator)) }

  fileprivate static func cases(in text: String) -> [String] {
    text.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
  }
}
