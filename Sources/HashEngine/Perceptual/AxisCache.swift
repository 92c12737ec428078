internal import Synchronization

/// What was worked out for an axis of some length: uploads come in a few sizes, and weights take
/// longer than a small picture.
final class AxisCache<Value: Sendable>: Sendable {
  /// Lengths remembered.
  private static var most: Int { 256 }

  private let values = Mutex<[Int: Value]>([:])

  /// The value for a length, made if it is not there.
  func value(for length: Int, make: (Int) -> Value) -> Value {
    if let known = values.withLock({ $0[length] }) { return known }
    let value = make(length)
    values.withLock { values in
      if values.count >= Self.most { values.removeAll() }
      values[length] = value
    }
    return value
  }
}
