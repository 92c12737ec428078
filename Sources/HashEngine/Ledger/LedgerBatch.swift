internal import Dispatch
internal import Synchronization

/// Writes to the ledger in batches, on a thread of its own: a commit waits for the disk, and a scan must not.
///
/// What is not yet committed when the process is killed is examined again by the next scan: a quarter of a second's work.
final class LedgerBatch: Sendable {
  /// What is written.
  enum Record: Sendable {
    /// Bytes were examined.
    case examined(ExaminedContent)
    /// A file holds bytes that are known, by the number of their content or by their SHA-256.
    case seen(UploadSighting, ContentReference)
    /// A content has to be asked of everything.
    case unasked(UInt64)
    /// A file is no longer there.
    case gone(UploadKey)
    /// A content was asked again.
    case asked(UInt64, LedgerContent.Verdict, [KeptMatch], of: ListsState?)
  }

  enum ContentReference: Sendable {
    case number(UInt64)
    case sha256([UInt8])
  }

  private struct State {
    var waiting: [Record] = []
    /// Contents that are not committed yet, by their SHA-256.
    var contents: [[UInt8]: ExaminedContent] = [:]
    var isFlushPlanned = false
    var problem: StorageError?
  }

  private let ledger: Ledger
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "ledger")

  private static let longestWait = DispatchTimeInterval.milliseconds(250)
  /// So many records are written together; with eight times as many waiting, whoever adds one waits for the disk.
  private static let batch = 512

  init(_ ledger: Ledger) { self.ledger = ledger }

  /// Why nothing is written any more; `nil` as long as all is well.
  var problem: StorageError? { state.withLock { $0.problem } }

  /// The content with these bytes, if it waits to be written.
  func content(of sha256: [UInt8]) -> ExaminedContent? { state.withLock { $0.contents[sha256] } }

  func append(_ record: Record) {
    let (count, isPlanned) = state.withLock { state in
      guard state.problem == nil else { return (0, true) }
      if case .examined(let content) = record {
        state.contents[content.sha256] = content
      }
      state.waiting.append(record)
      defer { state.isFlushPlanned = true }
      return (state.waiting.count, state.isFlushPlanned)
    }
    if count >= 8 * Self.batch {
      queue.sync { flush() }
    } else if count == Self.batch {
      queue.async { self.flush() }
    } else if !isPlanned {
      queue.asyncAfter(deadline: .now() + Self.longestWait) { self.flush() }
    }
  }

  /// Writes all that waits.
  func finish() { queue.sync { flush() } }

  private func flush() {
    let records = state.withLock { state in
      defer { state.waiting = [] }
      state.isFlushPlanned = false
      return state.waiting
    }
    guard !records.isEmpty else { return }
    var problem: StorageError?
    do throws(StorageError) {
      try ledger.write { ledger throws(StorageError) in try Self.write(records, to: ledger) }
    } catch {
      problem = error
    }
    state.withLock { state in
      if let problem { state.problem = problem }
      for case .examined(let content) in records { state.contents[content.sha256] = nil }
    }
  }

  private static func write(
    _ records: [Record], to ledger: borrowing LedgerWriting
  ) throws(StorageError) {
    let revision = try ledger.nextRevision()
    var numbers: [ListsState: UInt64] = [:]
    func number(of state: ListsState?) throws(StorageError) -> UInt64 {
      guard let state else { return 0 }
      if let known = numbers[state] { return known }
      let number = try ledger.number(of: state)
      numbers[state] = number
      return number
    }
    for record in records {
      switch record {
      case .examined(var examined):
        examined.content.revision = revision
        examined.content.asked = try number(of: examined.state)
        let content = try ledger.put(
          examined.content, fingerprint: examined.binary, matches: examined.matches)
        if let sighting = examined.sighting { try ledger.put(sighting, content) }
      case .seen(let sighting, .number(let content)): try ledger.put(sighting, content)
      case .seen(let sighting, .sha256(let digest)):
        if let content = try ledger.contentNumber(of: digest) { try ledger.put(sighting, content) }
      case .gone(let key): try ledger.remove(key)
      case .unasked(let place):
        guard var content = try ledger.content(place) else { continue }
        content.revision = revision
        content.asked = 0
        let bytes = content.bytes
        try ledger.contents.put(bytes.span, for: place)
      case .asked(let place, let verdict, let matches, let state):
        guard var content = try ledger.content(place) else { continue }
        content.revision = revision
        content.verdict = verdict
        content.asked = try number(of: state)
        try ledger.put(content, place, matches: matches)
      }
    }
  }
}

/// Where and when some bytes were found.
struct UploadSighting: Sendable {
  let key: UploadKey
  /// The absolute path of the file's folder.
  let folder: [UInt8]
  let stamp: FileStamp
  /// In nanoseconds since 1970, before the first byte was read.
  let readAt: Int64
  /// Whether a later change shows in the stamp.
  let isSettled: Bool
}

/// Bytes that were examined, with what is to be kept of them.
struct ExaminedContent: Sendable {
  var content: LedgerContent
  /// `nil` when nothing could be decoded.
  let fingerprint: Fingerprint?
  let binary: [UInt8]?
  let matches: [KeptMatch]
  /// What the verdict was asked of; `nil` where that cannot be told.
  let state: ListsState?
  let sighting: UploadSighting?

  var sha256: [UInt8] { content.digests[.sha256] ?? [] }
}

extension LedgerTransaction where Base == WriteTransaction {
  fileprivate func put(
    _ sighting: UploadSighting, _ content: UInt64
  ) throws(StorageError) {
    let upload = LedgerUpload(
      content: content, stamp: sighting.stamp,
      isSettled: sighting.isSettled,
      readAt: Timestamp(seconds: Int(sighting.readAt / 1_000_000_000)))
    try put(upload, sighting.key, folder: sighting.folder)
  }
}
