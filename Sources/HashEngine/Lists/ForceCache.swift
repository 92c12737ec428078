internal import Synchronization

/// What is known of whether lists have entries in force, so that a list of which none is need not be walked for
/// every search.
final class ForceCache: Sendable {
  /// A list's state, as far as it tells one from another; numbers of lists that were removed are used again.
  private struct State: Equatable {
    let createdAt: Timestamp
    let receipts: UInt32
    let serial: UInt32
    let count: UInt64
    let lastEntry: UInt64

    init(_ list: ListRecord) {
      createdAt = list.createdAt
      receipts = list.receipts
      serial = list.serial
      count = list.count
      lastEntry = list.endNew
    }
  }

  private struct Known {
    let state: State
    let hasEntry: Bool
    /// From then on it has to be looked at again; `nil` for as long as the list stays as it is.
    let until: Timestamp?
  }

  private let known = Mutex<[UInt32: Known]>([:])

  /// Whether a list has an entry that is matched at a time.
  func hasEntryInForce(
    _ list: ListRecord, at now: Timestamp, in lists: borrowing ListReader
  ) throws(StorageError) -> Bool {
    guard list.count > 0 else { return false }
    let state = State(list)
    if let known = known.withLock({ $0[list.id] }), known.state == state,
      known.until.map({ now < $0 }) ?? true
    {
      return known.hasEntry
    }
    let (hasEntry, until) = try lists.entryInForce(of: list.id, at: now)
    let new = Known(state: state, hasEntry: hasEntry, until: until)
    known.withLock { $0[list.id] = new }
    return hasEntry
  }
}

extension ListTransaction where Base: ~Copyable {
  /// Looks for an entry that is matched at a time; as long as most are, it is the first.
  ///
  /// - Returns: Whether there is one, and until when that holds if nothing is changed.
  fileprivate func entryInForce(
    of list: UInt32, at now: Timestamp
  ) throws(StorageError) -> (hasEntry: Bool, until: Timestamp?) {
    var found: EntryFront?
    var next: Timestamp?
    var failure: StorageError?
    try forEachID(of: list) { _, number in
      do throws(StorageError) {
        let front = try entries.value(for: number) { bytes in
          var record = RecordReader(bytes)
          return EntryFront(&record)
        }
        guard let front, let front else { throw damaged("an entry") }
        if front.state.isInForce(at: now, expiry: front.details.expiresAt) { found = front }
        if case .disabled(let until?) = front.state, until > now {
          next = min(next ?? until, until)
        }
      } catch {
        failure = error
      }
      return found == nil && failure == nil
    }
    if let failure { throw failure }
    return (found != nil, found.map { $0.details.expiresAt } ?? next)
  }
}
