import Dispatch
import Synchronization

/// Hands values from one thread to others, which wait for them; the first waits while too many are on their way.
final class BoundedQueue<Value: Sendable>: Sendable {
  private struct State {
    var values: [Value] = []
    /// The place of the first value that was not taken.
    var first = 0
    var isClosed = false
  }

  private let state = Mutex(State())
  private let room: DispatchSemaphore
  private let ready = DispatchSemaphore(value: 0)

  init(capacity: Int) { room = .withRoom(for: capacity) }

  func append(_ value: Value) {
    room.wait()
    state.withLock { $0.values.append(value) }
    ready.signal()
  }

  /// Says that no more will come.
  func close() {
    state.withLock { $0.isClosed = true }
    ready.signal()
  }

  /// The next value; `nil` when there will be none.
  func next() -> Value? {
    ready.wait()
    let value = state.withLock { state -> Value? in
      guard state.first < state.values.count else { return nil }
      defer {
        state.first += 1
        if state.first >= 64 {
          state.values.removeFirst(state.first)
          state.first = 0
        }
      }
      return state.values[state.first]
    }
    if value == nil {
      // Wakes the next one who waits: there is nothing for it, either.
      ready.signal()
    } else {
      room.signal()
    }
    return value
  }
}
