internal import Dispatch
public import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Asks the lists again of everything in the ledger, without touching a file: what is new on a list is found among
/// yesterday's uploads, and what was taken off it is told as well.
///
/// The ledger is streamed through an index of what the lists have gained. (The other way, an index of the ledger that is
/// asked with each new entry, would take as much room again as all fingerprints, and its writer would hold up every scan.)
///
/// A finding stays news until ``settle(_:)`` says that somebody has got it, and did what they wanted.
public struct Rematch: Sendable {
  /// What came of one content that matches otherwise than before.
  public struct Finding: Sendable {
    /// A file that has it, as far as the ledger knows.
    public struct File: Sendable, Hashable {
      /// Where it was.
      public let path: FilePath
      let stamp: FileStamp

      /// Whether it is there, and as it was when it was scanned.
      public var isAsItWas: Bool {
        var status = stat()
        return path.withPlatformString { lstat($0, &status) } == 0 && FileStamp(status) == stamp
      }
    }

    /// The files that have it.
    public let files: [File]
    /// What it comes to now.
    public let examination: Examination
    /// Whether an entry counts that did not count before, or means something else: it was listed since, it came back, an
    /// allowlist no longer excuses it, its list blocks now.
    public let isNew: Bool
    /// The entries that counted before and do not count now.
    public let gone: [EntryReference]
    let content: UInt64
  }

  /// How much was asked.
  public struct Summary: Sendable, Hashable {
    /// Files in the ledger.
    public var files = 0
    /// Distinct contents that they have.
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

    mutating func add(_ other: Summary) {
      contents += other.contents
      asked += other.asked
      newMatches += other.newMatches
      gone += other.gone
      toBeRead += other.toBeRead
      notScanned += other.notScanned
    }
  }

  private let known: KnownContents
  private let start: Start

  /// The ledger and the lists when it began.
  private struct Start: Sendable {
    let state: ListsState
    let revision: UInt64
    let last: UInt64
    let files: Int
  }

  /// - Parameters:
  ///   - moderator: Gives the verdicts; must search `store`, and leave all to the lists' settings.
  ///   - store: The lists.
  ///   - ledger: What was scanned.
  /// - Throws: ``ListError`` `no-lists`, `storage`.
  public init(_ moderator: Moderator, _ store: ListStore, _ ledger: Ledger) throws(ListError) {
    known = try KnownContents(moderator, store, ledger)
    let state = try known.states.current().state
    start = try ListError.naming("reading the ledger") {
      try ledger.read { ledger throws(StorageError) in
        Start(
          state: state, revision: try ledger.counter(.revision),
          last: try ledger.contents.lastKey() ?? 0, files: try ledger.uploads.count())
      }
    }
  }

  /// So many contents are read in one transaction.
  private static let batch: UInt64 = 2048

  /// Asks everything that has something to be asked. Nothing is noted before ``end(_:)``.
  ///
  /// - Parameters:
  ///   - threads: How many threads ask.
  ///   - isStopped: Whether to end early.
  ///   - report: Called with each finding, one at a time, in the order in which the contents came to the ledger.
  /// - Throws: ``ListError`` `no-lists`, `storage`.
  /// - Complexity: Linear in the size of the ledger.
  public func run(
    threads: Int, isStopped: @escaping @Sendable () -> Bool = { false },
    report: @escaping @Sendable (Finding) -> Void
  ) throws(ListError) -> Summary {
    let end = start.last + 1
    let work = RematchWork(end: end, batch: Self.batch, isStopped: isStopped, report: report)
    DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
      while let first = work.next() {
        let result = Result { () throws(ListError) in
          try batch(from: first, to: min(first + Self.batch, end))
        }
        work.finish(first, result)
      }
    }
    var summary = try work.summary()
    summary.files = start.files
    summary.isInterrupted = isStopped()
    return summary
  }

  /// Notes that a finding is news no longer.
  public func settle(_ finding: Finding) {
    known.note(finding.examination, of: finding.content, start.state)
  }

  /// Notes that a finding is still news: the next rematch tells it again.
  public func keepAsNews(_ finding: Finding) { known.noteUnasked(finding.content) }

  /// Notes what was asked. After every finding was settled or kept as news.
  ///
  /// - Parameter summary: What ``run(threads:isStopped:report:)`` has returned.
  /// - Throws: ``ListError`` `storage`.
  @available(*, noasync)
  public func end(_ summary: Summary) throws(ListError) {
    try ListError.naming("writing the ledger") {
      try known.finish()
      // From now on all of it counts as asked of the lists as they were at the beginning.
      if !summary.isInterrupted { try known.ledger.cover(upTo: start.revision, start.state) }
    }
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
  ) throws(ListError) -> (files: [Finding.File], matches: [KeptMatch]) {
    try ListError.naming("reading the ledger") {
      try known.ledger.read { ledger throws(StorageError) in
        var files: [Finding.File] = []
        for key in try ledger.uploads(of: number) {
          guard let path = try ledger.path(key), let upload = try ledger.upload(key) else {
            continue
          }
          files.append(Finding.File(path: path, stamp: upload.stamp))
        }
        return (files, try ledger.matches(number))
      }
    }
  }

  private func ask(
    _ content: KnownContent, _ summary: inout Summary
  ) throws(ListError) -> Finding? {
    // What cannot be decoded would not be read any better.
    var suffices = content.content.facts == nil
    if !suffices {
      suffices = content.content.suffices(for: try known.states.current().request)
    }
    var examination: Examination?
    let wasMatch = content.content.verdict == .match
    if !wasMatch { examination = try known.verdict(content) }
    var isAnswered = examination != nil
    // A match stands while the lists are as they were.
    if wasMatch { isAnswered = try known.isAsked(content) }
    if !isAnswered {
      examination = try known.ask(content, isOfAll: true)
      if examination.map({ !$0.lists.isEmpty }) ?? true { summary.asked += 1 }
      // What could not be asked must not count as asked with the rest.
      if examination == nil { known.noteUnasked(content.number) }
    }
    let verdict = examination.map(\.verdict)
    // Most match nothing, and did not before.
    if suffices, verdict == .noMatch, content.content.verdict == .noMatch { return nil }
    let (files, before) = try details(content.number)
    if case .notScanned = verdict { summary.notScanned += files.count }
    var isMatch = content.content.verdict == .match
    if let verdict { if case .match = verdict { isMatch = true } else { isMatch = false } }
    if !isMatch, !suffices || !isAnswered && examination == nil {
      summary.toBeRead += files.count
    }
    guard !isAnswered, !files.isEmpty, let examination else { return nil }
    return finding(content.number, files, examination, before, &summary)
  }

  private func finding(
    _ content: UInt64, _ files: [Finding.File], _ examination: Examination, _ before: [KeptMatch],
    _ summary: inout Summary
  ) -> Finding? {
    let (now, then) = (CountingMatches(examination.keptMatches), CountingMatches(before))
    let gone = then.entries.subtracting(now.entries)
    let isNew = !now.meanings.isSubset(of: then.meanings)
    guard isNew || !gone.isEmpty else {
      if examination.keptMatches != before { known.note(examination, of: content, start.state) }
      return nil
    }
    if isNew { summary.newMatches += files.count }
    if !gone.isEmpty { summary.gone += files.count }
    return Finding(
      files: files, examination: examination, isNew: isNew,
      gone: gone.sorted { ($0.list, $0.entry) < ($1.list, $1.entry) }, content: content)
  }
}

/// The matches that count: with lists that block or want a review, and excused by no allowlist.
private struct CountingMatches {
  struct Meaning: Hashable {
    let entry: EntryReference
    let meaning: ListMeaning
  }

  let meanings: Set<Meaning>
  var entries: Set<EntryReference> { Set(meanings.map(\.entry)) }

  init(_ matches: [KeptMatch]) {
    meanings = Set(
      matches.filter { !$0.isExcused && $0.meaning != .allow }.map {
        Meaning(entry: EntryReference(list: $0.list, entry: $0.entry), meaning: $0.meaning)
      })
  }
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
