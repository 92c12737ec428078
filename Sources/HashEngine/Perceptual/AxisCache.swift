internal import Synchronization

/// What was worked out for an axis of some length: uploads come in a few sizes, and weights take
/// longer than a small picture.
final class AxisCache<Value: Sendable>: Sendable {
  /// An axis of so many lines, given in groups of `reduction`.
  struct Axis: Hashable {
    let length: Int
    var reduction = 1
  }

  /// Axes remembered.
  private static var most: Int { 256 }

  private let values = Mutex<[Axis: Value]>([:])

  /// The value for an axis, made if it is not there.
  func value(for axis: Axis, make: (Axis) -> Value) -> Value {
    if let known = values.withLock({ $0[axis] }) { return known }
    let value = make(axis)
    values.withLock { values in
      if values.count >= Self.most { values.removeAll() }
      values[axis] = value
    }
    return value
  }
}
