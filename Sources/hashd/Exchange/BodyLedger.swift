import Synchronization

/// How many bytes of bodies are held at once, over all requests, and by whom.
///
/// Bytes count as they arrive. When there is no room for more, room is made by those that only pretend to send:
/// the body that has come no further for longest is cut, one of a peer that holds more than half first. So that
/// a few who send a lot and stop keep nobody else from being answered.
final class BodyLedger: Sendable {
  private struct Entry {
    let peer: Peer
    var bytes = 0
    /// When it last came a good way further, and how far it was then.
    var progress = ContinuousClock.now
    var mark = 0
    /// Whether more is to come.
    var isArriving = true
    let cut: @Sendable () -> Void
  }

  private struct State {
    var entries: [UInt64: Entry] = [:]
    var used = 0
    var last: UInt64 = 0
  }

  /// Bytes that are a good way further.
  private static let step = 1 << 16
  private let maximum: Int
  private let patience: Duration
  private let state = Mutex(State())

  /// - Parameter patience: Who has come no further for so long may be cut.
  init(maximum: Int, patience: Duration = .milliseconds(200)) {
    self.maximum = maximum
    self.patience = patience
  }

  /// Bytes that are held.
  var inUse: Int { state.withLock { $0.used } }

  /// A body that begins to arrive.
  ///
  /// - Parameter cut: Called when it has to make room for others; from any thread.
  func begin(_ peer: Peer, cut: @escaping @Sendable () -> Void) -> BodyShare {
    let number = state.withLock { state in
      state.last += 1
      state.entries[state.last] = Entry(peer: peer, cut: cut)
      return state.last
    }
    return BodyShare(number, of: self)
  }

  /// Takes bytes for a body; `false` when there is no room for them, or the body was cut.
  fileprivate func take(_ count: Int, for number: UInt64) -> Bool {
    let (isTaken, cut) = state.withLock { state -> (Bool, [@Sendable () -> Void]) in
      guard var entry = state.entries[number] else { return (false, []) }
      var cut: [@Sendable () -> Void] = []
      if state.used + count > maximum {
        guard let victims = victims(for: entry, count, in: state) else { return (false, []) }
        for victim in victims {
          guard let entry = state.entries.removeValue(forKey: victim) else { continue }
          state.used -= entry.bytes
          cut.append(entry.cut)
        }
      }
      entry.bytes += count
      if entry.bytes - entry.mark >= Self.step {
        entry.mark = entry.bytes
        entry.progress = .now
      }
      state.used += count
      state.entries[number] = entry
      return (true, cut)
    }
    for cut in cut { cut() }
    return isTaken
  }

  /// Whose bodies make room for some bytes; `nil` when there are not enough of them.
  private func victims(for taker: Entry, _ count: Int, in state: State) -> [UInt64]? {
    var shares: [Peer: Int] = [:]
    for entry in state.entries.values { shares[entry.peer, default: 0] += entry.bytes }
    let now = ContinuousClock.now
    let isModest = shares[taker.peer, default: 0] + count <= maximum / 2
    func isGreedy(_ entry: Entry) -> Bool {
      isModest && entry.peer != taker.peer && shares[entry.peer, default: 0] > maximum / 2
    }
    let candidates = state.entries.filter { _, entry in
      entry.isArriving && entry.bytes > 0
        && (now - entry.progress >= patience || isGreedy(entry))
    }.sorted { first, second in
      let greedy = (isGreedy(first.value), isGreedy(second.value))
      return greedy.0 == greedy.1 ? first.value.progress < second.value.progress : greedy.0
    }
    var room = maximum - state.used
    var victims: [UInt64] = []
    for (number, entry) in candidates where room < count {
      room += entry.bytes
      victims.append(number)
    }
    return room >= count ? victims : nil
  }

  fileprivate func complete(_ number: UInt64) {
    state.withLock { $0.entries[number]?.isArriving = false }
  }

  fileprivate func end(_ number: UInt64) {
    state.withLock { state in
      if let entry = state.entries.removeValue(forKey: number) { state.used -= entry.bytes }
    }
  }
}

/// One body's share of what may be held; it goes back with it.
final class BodyShare: Sendable {
  private let number: UInt64
  private let ledger: BodyLedger

  fileprivate init(_ number: UInt64, of ledger: BodyLedger) {
    self.number = number
    self.ledger = ledger
  }

  deinit { ledger.end(number) }

  /// Takes bytes; `false` when there is no room for them, or the body was cut.
  func take(_ count: Int) -> Bool { ledger.take(count, for: number) }

  /// All of it is there: it is not cut any more.
  func complete() { ledger.complete(number) }
}
