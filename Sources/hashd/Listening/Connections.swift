import NIOCore
import Synchronization

/// The connections that are open, and which of them could be done without.
final class Connections: Sendable {
  private struct Entry {
    let channel: any Channel
    /// Since when it waits for a request; `nil` while it has one.
    var idleSince: NIODeadline?
  }

  private let most: Int
  private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

  init(most: Int) { self.most = most }

  var count: Int { entries.withLock { $0.count } }

  /// Takes a connection in; past the limit the one that has been idle for longest makes room.
  ///
  /// - Returns: Whether there was room.
  func add(_ channel: any Channel) -> Bool {
    let (isTaken, closing) = entries.withLock { entries -> (Bool, (any Channel)?) in
      var closing: (any Channel)?
      if entries.count >= most {
        let idle = entries.compactMap { key, entry in entry.idleSince.map { (key, $0) } }
        guard let (key, _) = idle.min(by: { $0.1 < $1.1 }) else { return (false, nil) }
        closing = entries.removeValue(forKey: key)?.channel
      }
      entries[ObjectIdentifier(channel)] = Entry(channel: channel, idleSince: .now())
      return (true, closing)
    }
    closing?.close(promise: nil)
    return isTaken
  }

  func remove(_ channel: any Channel) {
    entries.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) }
  }

  func setIdle(_ isIdle: Bool, _ channel: any Channel) {
    entries.withLock { $0[ObjectIdentifier(channel)]?.idleSince = isIdle ? .now() : nil }
  }
}
