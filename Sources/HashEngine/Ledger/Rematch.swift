internal import Dispatch
internal import Synchronization
public import SystemPackage

/// Asks the lists again of everything in the ledger, without touching a file: what is new on a list is found among
/// yesterday's uploads, and what was taken off it is told as well.
///
/// The ledger is streamed through an index of what the lists have gained. (The other way, an index of the ledger that is
/// asked with each new entry, would take as much room again as all fingerprints, and its writer would hold up every scan.)
public struct Rematch: Sendable {
  /// What came of one content that matches now, or has matched before and does not any more.
  public struct Finding: Sendable {
    /// The files that have it, as far as the ledger knows.
    public let files: [FilePath]
    /// What it comes to now.
    public let examination: Examination
    /// Whether it matches an entry that it did not match before.
    public let isNew: Bool
    /// The entries that it matched before and does not match now.
    public let gone: [EntryReference]
  }

  /// How much was asked.
  public struct Summary: Sendable, Hashable {
    /// Files in the ledger, and distinct contents of these.
    public var files = 0
    public var contents = 0
    /// Contents that were asked of the lists in full; the others are near nothing that the lists have gained.
    public var asked = 0
    /// Files that match an entry that they did not match before.
    public var newMatches = 0
    /// Files that no longer match an entry.
    public var gone = 0
    /// Files about which the lists ask more than is kept: by a higher effort, another kind of hash, or since the software
    /// is newer. They have to be read again by a scan; nothing says that they match nothing.
    public var toBeRead = 0
    /// Files that were not scanned, and still are not.
    public var notScanned = 0
    /// Whether it ended before everything was asked.
    public var isInterrupted = false

    fileprivate mutating func add(_ other: Summary) {
      contents += other.contents
      asked += other.asked
      newMatches += other.newMatches
      gone += other.gone
      toBeRead += other.toBeRead
      notScanned += other.notScanned
    }
  }

  private let known: KnownContents

  /// - Parameter moderator: Gives the verdicts; must search `store`, and leave all to the lists' settings.
  /// - Throws: ``ListError`` `no-lists`, `storage`.
  public init(_ moderator: Moderator, _ store: ListStore, _ ledger: Ledger) throws(ListError) {
    known = try KnownContents(moderator, store, ledger)
  }

  /// So many contents are read in one transaction.
  private static let batch: UInt64 = 2048

  /// Asks everything that has something to be asked.
  ///
  /// - Parameters:
  ///   - threads: How many threads ask.
  ///   - isStopped: Whether to end early; what was asked until then stays asked.
  ///   - report: Called with each finding, one at a time, in the order in which the contents came to the ledger.
  /// - Throws: ``ListError`` `no-lists`, `storage`.
  /// - Complexity: Linear in the size of the ledger.
  @available(*, noasync)
  public func run(
    threads: Int, isStopped: @escaping @Sendable () -> Bool = { false },
    report: @escaping @Sendable (Finding) -> Void
  ) throws(ListError) -> Summary {
    let state = try known.states.current().state
    let (revision, last, files) = try ListError.naming("reading the ledger") {
      try known.ledger.read { ledger throws(StorageError) in
        (
          try ledger.counter(.revision), try ledger.contents.lastKey() ?? 0,
          try ledger.uploads.count()
        )
      }
    }
    let work = Work(end: last + 1, batch: Self.batch, isStopped: isStopped, report: report)
    DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
      while let start = work.next() {
        let result = Result { () throws(ListError) in
          try batch(from: start, to: min(start + Self.batch, last + 1))
        }
        work.finish(start, result)
      }
    }
    var summary = try work.summary()
    summary.files = files
    summary.isInterrupted = isStopped()
    try ListError.naming("writing the ledger") {
      try known.finish()
      // From now on all of it counts as asked of the lists as they were at the beginning.
      if !summary.isInterrupted { try known.ledger.cover(upTo: revision, state) }
    }
    return summary
  }

  private func batch(
    from start: UInt64, to end: UInt64
  ) throws(ListError) -> ([Finding], Summary) {
    var contents: [KnownContent] = []
    try ListError.naming("reading the ledger") {
      try known.ledger.read { ledger throws(StorageError) in
        for number in start..<end {
          if let content = try ledger.known(number) { contents.append(content) }
        }
      }
    }
    var (findings, summary) = ([Finding](), Summary())
    summary.contents = contents.count
    for content in contents {
      if let finding = try ask(content, &summary) { findings.append(finding) }
    }
    return (findings, summary)
  }

  /// Where a content lies, and what it matched when it was asked last.
  private func details(
    _ number: UInt64
  ) throws(ListError) -> (files: [FilePath], matches: [KeptMatch]) {
    try ListError.naming("reading the ledger") {
      try known.ledger.read { ledger throws(StorageError) in
        (try ledger.files(of: number), try ledger.matches(number))
      }
    }
  }

  private func ask(
    _ content: KnownContent, _ summary: inout Summary
  ) throws(ListError) -> Finding? {
    let suffices = content.content.suffices(for: try known.states.current().request)
    var examination: Examination?
    if content.content.verdict != .match { examination = try known.verdict(content) }
    var isAnswered = examination != nil
    if !isAnswered { isAnswered = try known.isAsked(content) }
    if !isAnswered {
      examination = try known.ask(content, isOfAll: true)
      if examination.map({ !$0.lists.isEmpty }) ?? true { summary.asked += 1 }
      // What could not be asked must not count as asked with the rest.
      if examination == nil { known.noteUnasked(content) }
    }
    let isClean = examination?.verdict == .noMatch && content.content.verdict == .noMatch
    // Most are neither.
    if isClean, suffices { return nil }
    let (files, before) = try details(content.number)
    if case .notScanned = examination?.verdict { summary.notScanned += files.count }
    if case .match = examination?.verdict ?? .noMatch {
    } else if !suffices || !isAnswered && examination == nil {
      summary.toBeRead += files.count
    }
    guard !files.isEmpty else { return nil }
    guard !isAnswered, let examination else { return nil }
    let now = Set(examination.keptMatches.map(\.reference))
    let then = Set(before.map(\.reference))
    let gone = before.map(\.reference).filter { !now.contains($0) }
    let isNew = !now.isSubset(of: then)
    if isNew { summary.newMatches += files.count }
    if !gone.isEmpty { summary.gone += files.count }
    guard isNew || !gone.isEmpty else { return nil }
    return Finding(files: files, examination: examination, isNew: isNew, gone: gone)
  }
}

extension KeptMatch {
  fileprivate var reference: EntryReference { EntryReference(list: list, entry: entry) }
}

extension Ledger {
  /// Notes that all contents up to a revision were asked of a state.
  @available(*, noasync)
  func cover(upTo revision: UInt64, _ state: ListsState) throws(StorageError) {
    try write { ledger throws(StorageError) in
      let number = try ledger.number(of: state)
      // Another rematch may have begun later, and ended earlier.
      guard try ledger.counter(.coveredState) <= number else { return }
      try ledger.set(.coveredRevision, revision)
      try ledger.set(.coveredState, number)
    }
  }
}

/// Batches that threads take, and their results in order.
private final class Work: Sendable {
  private struct State {
    var next: UInt64 = 1
    var reported: UInt64 = 1
    var finished: [UInt64: [Rematch.Finding]] = [:]
    var summary = Rematch.Summary()
    var failure: ListError?
  }

  private let state = Mutex(State())
  private let end: UInt64
  private let batch: UInt64
  private let isStopped: @Sendable () -> Bool
  private let report: @Sendable (Rematch.Finding) -> Void

  init(
    end: UInt64, batch: UInt64, isStopped: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (Rematch.Finding) -> Void
  ) {
    self.end = end
    self.batch = batch
    self.isStopped = isStopped
    self.report = report
  }

  /// Where the next batch begins; `nil` when there is none.
  func next() -> UInt64? {
    guard !isStopped() else { return nil }
    return state.withLock { state in
      guard state.failure == nil, state.next < end else { return nil }
      defer { state.next += batch }
      return state.next
    }
  }

  func finish(
    _ start: UInt64, _ result: Result<([Rematch.Finding], Rematch.Summary), ListError>
  ) {
    state.withLock { state in
      switch result {
      case .failure(let error): state.failure = state.failure ?? error
      case .success(let (findings, summary)):
        state.summary.add(summary)
        state.finished[start] = findings
        while let findings = state.finished.removeValue(forKey: state.reported) {
          findings.forEach(report)
          state.reported += batch
        }
      }
    }
  }

  func summary() throws(ListError) -> Rematch.Summary {
    let (summary, failure) = state.withLock { ($0.summary, $0.failure) }
    if let failure { throw failure }
    return summary
  }
}
