/// A file as it was when it was read.
struct LedgerUpload: Equatable {
  /// The number of its content.
  let content: UInt64
  let stamp: FileStamp
  /// Whether a later change would show in the stamp; if not, the file is read again.
  let isSettled: Bool
  let readAt: Timestamp

  init(content: UInt64, stamp: FileStamp, isSettled: Bool, readAt: Timestamp) {
    self.content = content
    self.stamp = stamp
    self.isSettled = isSettled
    self.readAt = readAt
  }

  init?(_ bytes: RawSpan) {
    var record = RecordReader(bytes)
    guard let content = record.uint64(), let stamp = FileStamp(&record),
      let settled = record.uint8(), let read = record.uint64(), record.isAtEnd
    else { return nil }
    self.init(
      content: content, stamp: stamp, isSettled: settled != 0,
      readAt: Timestamp(seconds: Int(clamping: read)))
  }

  var bytes: [UInt8] {
    var record = RecordWriter(capacity: 64)
    record.append(content)
    stamp.write(to: &record)
    record.append(UInt8(isSettled ? 1 : 0))
    record.append(UInt64(clamping: readAt.seconds))
    return record.bytes
  }
}

/// What is kept of some bytes that were examined, wherever they lie.
struct LedgerContent: Equatable {
  enum Verdict: Equatable {
    case noMatch
    case match
    case notScanned(ImageError)
  }

  /// See ``LedgerCounter/revision``.
  var revision: UInt64 = 0
  /// Digests of the bytes, of every kind.
  let digests: [HashKind: [UInt8]]
  /// What its fingerprint is complete for.
  let read: ReadingRequest
  /// See ``Fingerprint/version``.
  let version: UInt16
  /// See ``DecodingIdentity``.
  let decoder: UInt64
  /// The verdict, and the number of the lists' state that it was asked of; 0 where that is not known.
  var verdict: Verdict
  var asked: UInt64
  /// `nil` when nothing could be decoded.
  let facts: PictureFacts?
  /// Why nothing could be decoded.
  let problem: ImageError?
  /// Whether its fingerprint is kept; very long ones are not.
  let hasFingerprint: Bool

  /// Whether it was read in a way that suffices for a request, by this version of the software.
  func suffices(for request: ReadingRequest) -> Bool {
    version == Fingerprint.version && request.beyond(read) == nil
  }
}

extension LedgerContent {
  private static let digestKinds: [HashKind] = [.md5, .sha1, .sha256]

  init?(_ bytes: RawSpan) {
    var record = RecordReader(bytes)
    guard let revision = record.uint64() else { return nil }
    var digests: [HashKind: [UInt8]] = [:]
    for kind in Self.digestKinds {
      guard let digest = record.raw(kind.byteCount) else { return nil }
      digests[kind] = digest
    }
    guard let kinds = record.uint8(), let effort = record.uint8().flatMap({ Effort(code: $0) }),
      let version = record.uint16(), let decoder = record.uint64(), let asked = record.uint64(),
      let verdict = record.ledgerVerdict(), let flags = record.uint8()
    else { return nil }
    var facts: PictureFacts?
    if flags & 1 != 0 {
      guard let known = PictureFacts(&record) else { return nil }
      facts = known
    }
    var problem: ImageError?
    if flags & 4 != 0 {
      guard let known = record.ledgerProblem() else { return nil }
      problem = known
    }
    guard record.isAtEnd else { return nil }
    self.init(
      revision: revision, digests: digests,
      read: ReadingRequest(
        kinds: Set(HashKind.allCases.filter { kinds & 1 << $0.code != 0 }), effort: effort),
      version: version, decoder: decoder, verdict: verdict, asked: asked, facts: facts,
      problem: problem,
      hasFingerprint: flags & 2 != 0)
  }

  var bytes: [UInt8] {
    var record = RecordWriter(capacity: 160)
    record.append(revision)
    for kind in Self.digestKinds {
      record.append(raw: digests[kind] ?? [UInt8](repeating: 0, count: kind.byteCount))
    }
    record.append(read.kinds.reduce(UInt8(0)) { $0 | 1 << $1.code })
    record.append(read.effort.code)
    record.append(version)
    record.append(decoder)
    record.append(asked)
    switch verdict {
    case .noMatch: record.append(UInt8(0))
    case .match: record.append(UInt8(1))
    case .notScanned(let problem):
      record.append(UInt8(2))
      record.append(problem)
    }
    record.append(
      UInt8((facts == nil ? 0 : 1) | (hasFingerprint ? 2 : 0) | (problem == nil ? 0 : 4)))
    facts?.write(to: &record)
    if let problem { record.append(problem) }
    return record.bytes
  }
}

extension RecordReader {
  fileprivate mutating func ledgerVerdict() -> LedgerContent.Verdict? {
    switch uint8() {
    case 0: return .noMatch
    case 1: return .match
    case 2: return ledgerProblem().map { .notScanned($0) }
    default: return nil
    }
  }

  fileprivate mutating func ledgerProblem() -> ImageError? {
    guard let code = uint8().flatMap({ ImageError.Code(number: $0) }), let description = text()
    else { return nil }
    return ImageError(code, description)
  }
}

/// A match as the ledger keeps it, to tell what is new and what is gone when the lists have changed.
struct KeptMatch: Codable, Hashable, Sendable {
  let list: String
  let entry: String
  let kind: HashKind
  let meaning: ListMeaning
  let isExcused: Bool

  init(_ match: Match) {
    list = match.list
    entry = match.entry
    kind = match.kind
    meaning = match.meaning
    isExcused = match.isExcused
  }
}
