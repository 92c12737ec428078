internal import Synchronization

/// What the lists have gained since they were asked, for each of their states that the ledger names: worked out once,
/// since most of the ledger was asked of one of a few.
final class AskedStates: Sendable {
  /// The lists now.
  struct Current: Sendable {
    let state: ListsState
    /// What a picture is to be read for.
    let request: ReadingRequest
  }

  private struct Known {
    var current: Current
    var filters: [UInt64: GainFilter] = [:]
    /// Whether the lists are now as they were then.
    var isSame: [UInt64: Bool] = [:]
    /// When it is looked whether the lists have changed.
    var isFreshUntil: ContinuousClock.Instant
    /// When entries that come into force by themselves are looked for again.
    var isTimedUntil: ContinuousClock.Instant
  }

  private let store: ListStore
  private let ledger: Ledger
  private let moderator: Moderator
  private let known: Mutex<Known>

  private static let freshness = Duration.milliseconds(500)
  private static let timedFreshness = Duration.seconds(30)

  /// - Throws: ``ListError`` `no-lists`, `storage`.
  init(_ moderator: Moderator, _ store: ListStore, _ ledger: Ledger) throws(ListError) {
    self.store = store
    self.ledger = ledger
    self.moderator = moderator
    known = Mutex(
      Known(
        current: try Self.current(moderator, store), isFreshUntil: .now + Self.freshness,
        isTimedUntil: .now + Self.timedFreshness))
  }

  private static func current(
    _ moderator: Moderator, _ store: ListStore
  ) throws(ListError) -> Current {
    try moderator.checkLists()
    // Read before anything is asked: what comes into force later is asked again.
    let state = try store.state()
    return Current(state: state, request: try moderator.request())
  }

  /// The lists now, or half a second ago.
  ///
  /// - Throws: ``ListError`` `no-lists`, `storage`.
  func current() throws(ListError) -> Current {
    try known.withLock { (known) throws(ListError) in
      try refresh(&known)
      return known.current
    }
  }

  private func refresh(_ known: inout Known) throws(ListError) {
    let now = ContinuousClock.now
    guard now >= known.isFreshUntil else { return }
    let current = try Self.current(moderator, store)
    let isTimed = current.state.members.contains(where: \.hasTimedEntries)
    if current.state.members != known.current.state.members || isTimed && now >= known.isTimedUntil
    {
      known.filters = [:]
      known.isSame = [:]
      known.current = current
      known.isTimedUntil = now + Self.timedFreshness
    }
    if !isTimed || current.state.members != known.current.state.members {
      known.current = current
    } else {
      // With the earlier time: there would be a state for every half second.
      known.current = Current(state: known.current.state, request: current.request)
    }
    known.isFreshUntil = now + Self.freshness
  }

  /// Whether the lists are now as they were in a state, by its number, with nothing gained and nothing lost. Never where
  /// entries come into force by themselves. An entry whose time is over does not show.
  ///
  /// - Throws: ``ListError`` `no-lists`, `storage`.
  func isCurrent(_ number: UInt64) throws(ListError) -> Bool {
    guard number > 0 else { return false }
    return try known.withLock { (known) throws(ListError) in
      try refresh(&known)
      if let isSame = known.isSame[number] { return isSame }
      let isSame =
        known.current.state.at == nil && state(number)?.members == known.current.state.members
      known.isSame[number] = isSame
      return isSame
    }
  }

  /// `nil` also where the ledger cannot be read: what was asked is then not known.
  private func state(_ number: UInt64) -> ListsState? {
    try? ledger.read { ledger throws(StorageError) in try ledger.state(number) }
  }

  /// What the lists have gained since a state, by its number; 0 for a state that is not known.
  ///
  /// - Throws: ``ListError`` `no-lists`, `storage`.
  func gains(since number: UInt64) throws(ListError) -> GainFilter {
    guard number > 0 else { return GainFilter(.everything) }
    return try known.withLock { (known) throws(ListError) in
      try refresh(&known)
      if let filter = known.filters[number] { return filter }
      let state = state(number)
      let filter =
        if let state { GainFilter(try store.gains(since: state)) } else {
          GainFilter(.everything)
        }
      known.filters[number] = filter
      return filter
    }
  }
}
