import Synchronization

/// Counts and limits the bytes of request bodies held at once, over all requests and for each peer.
///
/// Bytes count as they arrive. When there is no room for more, bodies that are still arriving are cut: first
/// those of a peer that holds more than half of the room, then stalled ones, the longest stalled first. So a
/// few clients that send a lot and then stop cannot keep others from being served.
final class BodyLedger: Sendable {
  private struct Entry {
    let peer: Peer
    var bytes = 0
    /// When it last grew by ``step``, and how many bytes it had then.
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

  /// How many more bytes of a body count as progress.
  private static let step = 1 << 16
  private let maximum: Int
  private let patience: Duration
  private let state = Mutex(State())

  /// - Parameter patience: A body without progress for this long may be cut.
  init(maximum: Int, patience: Duration = .milliseconds(200)) {
    self.maximum = maximum
    self.patience = patience
  }

  /// How many bytes all bodies hold now.
  var inUse: Int { state.withLock { $0.used } }

  /// Registers a body that begins to arrive.
  ///
  /// - Parameter cut: Called, from any thread, when the body is cut to make room for others.
  func begin(_ peer: Peer, cut: @escaping @Sendable () -> Void) -> BodyShare {
    let number = state.withLock { state in
      state.last += 1
      state.entries[state.last] = Entry(peer: peer, cut: cut)
      return state.last
    }
    return BodyShare(number, of: self)
  }

  /// Counts bytes for a body; `false` when there is no room for them, or the body was cut.
  fileprivate func take(_ count: Int, for number: UInt64) -> Bool {
    let (isTaken, cut) = state.withLock { state -> (Bool, [@Sendable () -> Void]) in
      guard var entry = state.entries[number] else { return (false, []) }
      var cut: [@Sendable () -> Void] = []
      if state.used + count > maximum {
        guard let victims = victims(for: number, entry, count, in: state) else {
          return (false, [])
        }
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

  /// The bodies to cut so that `count` bytes fit; `nil` when cutting them would not be enough.
  private func victims(
    for number: UInt64, _ taker: Entry, _ count: Int, in state: State
  ) -> [UInt64]? {
    var shares: [Peer: Int] = [:]
    for entry in state.entries.values { shares[entry.peer, default: 0] += entry.bytes }
    let now = ContinuousClock.now
    let isModest = shares[taker.peer, default: 0] + count <= maximum / 2
    func isGreedy(_ entry: Entry) -> Bool {
      isModest && entry.peer != taker.peer && shares[entry.peer, default: 0] > maximum / 2
    }
    let candidates = state.entries.filter { other, entry in
      // A body makes no room for itself.
      other != number && entry.isArriving && entry.bytes > 0
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

/// The bytes that one body holds in the ledger; given back when this object is freed.
final class BodyShare: Sendable {
  private let number: UInt64
  private let ledger: BodyLedger

  fileprivate init(_ number: UInt64, of ledger: BodyLedger) {
    self.number = number
    self.ledger = ledger
  }

  deinit { ledger.end(number) }

  /// Counts more bytes; `false` when there is no room for them, or the body was cut.
  func take(_ count: Int) -> Bool { ledger.take(count, for: number) }

  /// Marks the body as complete; it can no longer be cut.
  func complete() { ledger.complete(number) }
}
