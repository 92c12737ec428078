import NIOCore
import Synchronization

/// The open connections, and which of them may be closed to make room.
final class Connections: Sendable {
  /// What a connection is doing.
  enum State: Equatable {
    /// Since this time, it waits for a request or for the rest of its header.
    case idle(NIODeadline)
    /// It receives a body, which last made progress at this time.
    case sending(NIODeadline)
    /// The request is complete, and waits for its answer.
    case answered
  }

  private struct Entry {
    let channel: any Channel
    var peer: Peer?
    var state = State.idle(.now())

    var isIdle: Bool { if case .idle = state { true } else { false } }
  }

  /// A connection whose body makes no progress for this long may be closed.
  private static let patience = TimeAmount.milliseconds(200)

  private let maximum: Int
  private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

  init(maximum: Int) { self.maximum = maximum }

  var count: Int { entries.withLock { $0.count } }

  private let ending = Atomic(false)

  /// Whether the daemon is ending: each answer is then the last of its connection.
  var isEnding: Bool { ending.load(ordering: .relaxed) }

  func beginEnding() { ending.store(true, ordering: .relaxed) }

  /// Tells a connection's ``ConnectionGuard`` that the daemon ends.
  enum Ending {
    /// Ends it, if it waits for a request and no request can get lost by that.
    case gently
    /// Ends it if it waits for a request, or for bytes that do not come.
    case now
  }

  /// Ends all connections, those that wait for a request first. Closing such a one could meet the request that its client is just
  /// sending, so those that can only be closed get some time to send one.
  ///
  /// - Parameter time: How much at most.
  func drain(for time: Duration) async {
    let deadline = ContinuousClock.now + time
    tell(.gently)
    while ContinuousClock.now < deadline, entries.withLock({ $0.values.contains(where: \.isIdle) })
    {
      try? await Task.sleep(for: .milliseconds(10))
    }
    // Until all are answered; bodies that no longer arrive are not waited for.
    while count > 0, !Task.isCancelled {
      tell(.now)
      try? await Task.sleep(for: .milliseconds(100))
    }
  }

  private func tell(_ ending: Ending) {
    for entry in entries.withLock({ Array($0.values) }) {
      entry.channel.pipeline.fireUserInboundEventTriggered(ending)
    }
  }

  /// Adds a connection; past the limit another is closed to make room, see ``victim(in:)``.
  ///
  /// - Returns: Whether there was room.
  func add(_ channel: any Channel, isUnix: Bool) -> Bool {
    let (isTaken, closing) = entries.withLock { entries -> (Bool, (any Channel)?) in
      var closing: (any Channel)?
      if entries.count >= maximum {
        guard let victim = victim(in: entries) else { return (false, nil) }
        closing = entries.removeValue(forKey: victim)?.channel
      }
      entries[ObjectIdentifier(channel)] = Entry(channel: channel)
      return (true, closing)
    }
    closing?.close(promise: nil)
    if isTaken {
      Peer.of(channel, isUnix: isUnix).whenSuccess { peer in
        self.entries.withLock { $0[ObjectIdentifier(channel)]?.peer = peer }
      }
    }
    return isTaken
  }

  /// The connection to close for room: an idle one, else one whose body has stalled. Among these, one of the
  /// peer with the most connections, and of those the longest idle or stalled. `nil` when there is none.
  private func victim(in entries: [ObjectIdentifier: Entry]) -> ObjectIdentifier? {
    var shares: [Peer?: Int] = [:]
    for entry in entries.values { shares[entry.peer, default: 0] += 1 }
    let stalled = NIODeadline.now() - Self.patience
    var best: (key: ObjectIdentifier, rank: (Int, Int, NIODeadline))?
    for (key, entry) in entries {
      let rank: (Int, Int, NIODeadline)
      switch entry.state {
      case .idle(let since): rank = (0, -shares[entry.peer, default: 0], since)
      case .sending(let since) where since < stalled:
        rank = (1, -shares[entry.peer, default: 0], since)
      case .sending, .answered: continue
      }
      if best.map({ rank < $0.rank }) ?? true { best = (key, rank) }
    }
    return best?.key
  }

  func remove(_ channel: any Channel) {
    entries.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
  }

  func set(_ state: State, _ channel: any Channel) {
    entries.withLock { $0[ObjectIdentifier(channel)]?.state = state }
  }
}
