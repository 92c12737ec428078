internal import Synchronization

/// Remembers what was worked out for a key: weights of an axis (uploads come in a few sizes), tables and
/// plans of searches. Safe to use from any thread.
package final class Memo<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  /// Values remembered; all are forgotten when there would be more.
  private let maximum: Int
  private let values = Mutex<[Key: Value]>([:])

  package init(maximum: Int = 256) { self.maximum = maximum }

  /// The value for a key, made if it is not there.
  package func value(for key: Key, make: (Key) -> Value) -> Value {
    if let known = values.withLock({ $0[key] }) { return known }
    // Outside the lock: two threads may make the same, neither waits for the other.
    let value = make(key)
    values.withLock { values in
      if values.count >= maximum { values.removeAll() }
      values[key] = value
    }
    return value
  }
}
