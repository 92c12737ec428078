internal import Synchronization

/// What the ledger has of some bytes.
public struct KnownContent: Sendable {
  let number: UInt64
  let content: LedgerContent
  /// The number of the latest state of the lists that it is known to have been asked of.
  let asked: UInt64
}

extension LedgerTransaction where Base: ~Copyable {
  func known(_ number: UInt64) throws(StorageError) -> KnownContent? {
    guard let content = try content(number) else { return nil }
    return KnownContent(number: number, content: content, asked: try stateAsked(content))
  }
}

/// Verdicts on what the ledger knows: kept where the lists have gained nothing, else asked anew, without the file. And what
/// becomes of a new verdict.
final class KnownContents: Sendable {
  let moderator: Moderator
  let ledger: Ledger
  let states: AskedStates
  private let batch: LedgerBatch
  private let decoder: UInt64
  /// Why the ledger could not be read at some time.
  private let problem = Mutex<StorageError?>(nil)
  /// Whether the lists' own settings hold: only then is a verdict of use to later scans.
  private let isByLists: Bool

  /// - Throws: ``ListError`` `unknown-list`, `no-lists`, `storage`.
  init(_ moderator: Moderator, _ store: ListStore, _ ledger: Ledger) throws(ListError) {
    self.moderator = moderator
    self.ledger = ledger
    isByLists = moderator.policy.leavesAllToLists
    decoder = moderator.decodingIdentity
    states = try AskedStates(moderator, store, ledger)
    batch = LedgerBatch(ledger)
  }

  /// Reads something from the ledger; `nil` also where that fails, which is told at the end: the file is then read again.
  func reading<Value>(
    _ body: (borrowing LedgerReader) throws(StorageError) -> Value?
  ) -> Value? {
    do throws(StorageError) {
      return try ledger.read(body)
    } catch {
      problem.withLock { $0 = $0 ?? error }
      return nil
    }
  }

  /// Forgets where some bytes lay.
  func forget(_ key: UploadKey) { batch.append(.gone(key)) }

  /// Writes what is still to be written.
  ///
  /// - Throws: ``StorageError`` when the ledger could not be read or written, now or before.
  func finish() throws(StorageError) {
    batch.finish()
    if let problem = batch.problem ?? problem.withLock({ $0 }) { throw problem }
  }
}

// MARK: Verdicts

extension KnownContents {
  /// Whether what is kept of a content serves what the lists ask for now.
  func isUsable(_ content: LedgerContent) throws(ListError) -> Bool {
    guard content.suffices(for: try states.current().request) else { return false }
    var problem = content.problem
    if case .notScanned(let reason) = content.verdict { problem = reason }
    // What could not be decoded is tried again by a newer decoder, and within other limits.
    return problem.map { $0.code.isLasting && content.decoder == decoder } ?? true
  }

  /// The verdict on a content, if it is as it was: it matched nothing, and the lists have gained nothing.
  func verdict(_ known: KnownContent) throws(ListError) -> Examination? {
    guard isByLists, try states.gains(since: known.asked).isEmpty else { return nil }
    return unchanged(known.content)
  }

  /// The verdict on a content that has nothing to match by now; `nil` where the lists have to be asked all the same.
  private func unchanged(_ content: LedgerContent) -> Examination? {
    switch content.verdict {
    case .match: return nil
    case .noMatch:
      // By the policy at hand such a picture may count as not scanned.
      guard content.facts?.trailing == nil || moderator.policy.trailingData == .told else {
        return nil
      }
      return Examination(verdict: .noMatch, fingerprint: nil, facts: content.facts)
    case .notScanned(let problem):
      guard problem.code != .trailingData else { return nil }
      return Examination(verdict: .notScanned(problem), fingerprint: nil, facts: content.facts)
    }
  }

  /// Whether the lists are, as far as verdicts go, as they were when a content was asked.
  func isAsked(_ known: KnownContent) throws(ListError) -> Bool {
    try states.isCurrent(known.asked)
  }

  /// Asks the lists of a content whose file is not read; `nil` when what was kept of it cannot be used.
  ///
  /// - Parameter isOfAll: Whether all contents are asked: also those of which the lists ask more than is kept. What comes of
  ///   it is then left to the caller to note.
  func ask(_ known: KnownContent, isOfAll: Bool = false) throws(ListError) -> Examination? {
    let current = try states.current()
    if isByLists, let examination = unchanged(known.content) {
      let filter = try states.gains(since: known.asked)
      let isLetThrough = filter.lets(through: known.content.digests) {
        guard known.content.facts != nil else { return PackedHashes() }
        return reading { ledger throws(StorageError) in try ledger.hashes(known.number) }
      }
      guard isLetThrough else {
        if !isOfAll {
          batch.append(.asked(known.number, known.content.verdict, [], of: current.state))
        }
        return examination
      }
    }
    let fingerprint = reading { ledger throws(StorageError) in
      try ledger.fingerprint(known.number)
    }
    guard known.content.facts == nil || fingerprint != nil else { return nil }
    let picture = ReadPicture(known.content, fingerprint)
    let (examination, latest) = try moderator.examine(
      picture, until: moderator.policy.limitsFromNow.deadline)
    guard isOfAll || moderator.request(latest).beyond(known.content.read) == nil else {
      return nil
    }
    if !isOfAll { note(examination, of: known.number, current.state) }
    return examination
  }

  /// Keeps what a content that was asked again came to.
  func note(_ examination: Examination, of content: UInt64, _ current: ListsState) {
    guard isByLists, let verdict = LedgerContent.Verdict(examination) else { return }
    batch.append(
      .asked(content, verdict, examination.keptMatches, of: state(examination, current)))
  }

  /// Notes that a content is to be asked again, whatever was noted of it.
  func noteUnasked(_ content: UInt64) { batch.append(.unasked(content)) }

  /// The state that an examination has asked; `nil` when the lists were changed just then.
  private func state(_ examination: Examination, _ current: ListsState) -> ListsState? {
    isByLists && current.isState(of: examination.lists) ? current : nil
  }

  /// The verdict on bytes that the ledger knows from another file, or from this one as it was before; `nil` where they
  /// have to be read.
  ///
  /// - Parameter sighting: Where they were found now.
  func examine(
    _ sha256: [UInt8], _ sighting: UploadSighting?
  ) throws(ListError) -> Examination? {
    if let waiting = batch.content(of: sha256), try isUsable(waiting.content) {
      let (examination, latest) = try moderator.examine(
        ReadPicture(waiting.content, waiting.fingerprint),
        until: moderator.policy.limitsFromNow.deadline)
      guard moderator.request(latest).beyond(waiting.content.read) == nil else { return nil }
      if let sighting { batch.append(.seen(sighting, .sha256(sha256))) }
      return examination
    }
    let found = reading { ledger throws(StorageError) -> KnownContent? in
      guard let number = try ledger.contentNumber(of: sha256) else { return nil }
      return try ledger.known(number)
    }
    guard let found, try isUsable(found.content) else { return nil }
    var answer = try verdict(found)
    if answer == nil { answer = try ask(found) }
    guard let answer else { return nil }
    if let sighting { batch.append(.seen(sighting, .number(found.number))) }
    return answer
  }

  /// Keeps what was read and examined.
  ///
  /// - Parameter current: The lists before they were asked.
  func keep(
    _ examination: Examination, of picture: ReadPicture, _ request: ReadingRequest,
    _ sighting: UploadSighting?, _ current: ListsState
  ) {
    // What says nothing about the bytes is not kept: the next scan tries again.
    guard let verdict = LedgerContent.Verdict(examination) else { return }
    let binary = picture.fingerprint?.binary
    let isKept = binary.map { $0.count <= Ledger.longestFingerprint } ?? false
    let content = LedgerContent(
      digests: picture.digests,
      read: ReadingRequest(
        kinds: request.kinds.union([.md5, .sha1, .sha256]), effort: request.effort),
      version: Fingerprint.version, decoder: decoder, verdict: verdict, asked: 0,
      facts: examination.facts, problem: picture.problem, hasFingerprint: isKept)
    batch.append(
      .examined(
        ExaminedContent(
          content: content, fingerprint: isKept ? picture.fingerprint : nil,
          binary: isKept ? binary : nil,
          matches: examination.keptMatches, state: state(examination, current),
          sighting: sighting)))
  }
}

extension ReadPicture {
  init(_ content: LedgerContent, _ fingerprint: Fingerprint?) {
    self.init(fingerprint: fingerprint, digests: content.digests, problem: content.problem)
  }
}

extension Examination {
  var keptMatches: [KeptMatch] {
    if case .match(let matches) = verdict { matches.map { KeptMatch($0) } } else { [] }
  }
}

extension LedgerContent.Verdict {
  /// `nil` for what says nothing about the picture.
  fileprivate init?(_ examination: Examination) {
    switch examination.verdict {
    case .match: self = .match
    case .noMatch: self = .noMatch
    case .notScanned(let problem):
      guard problem.code.isLasting else { return nil }
      self = .notScanned(problem)
    }
  }
}

extension ImageError.Code {
  /// Whether the same bytes would have the same trouble again.
  fileprivate var isLasting: Bool {
    switch self {
    case .unreadable, .notAFile, .timeLimit, .crashed, .noWorker: false
    case .empty, .notAnImage, .unsupported, .overLimit, .truncated, .damaged, .trailingData: true
    }
  }
}
