internal import Synchronization

/// Batches that threads take, and their results in order.
final class RematchWork: Sendable {
  private struct State {
    var next: UInt64 = 1
    var reported: UInt64 = 1
    var finished: [UInt64: [Rematch.Finding]] = [:]
    var summary = Rematch.Summary()
    var failure: ListError?
  }

  private let state = Mutex(State())
  private let end: UInt64
  private let batch: UInt64
  private let isStopped: @Sendable () -> Bool
  private let report: @Sendable (Rematch.Finding) -> Void

  init(
    end: UInt64, batch: UInt64, isStopped: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (Rematch.Finding) -> Void
  ) {
    self.end = end
    self.batch = batch
    self.isStopped = isStopped
    self.report = report
  }

  /// Where the next batch begins; `nil` when there is none.
  func next() -> UInt64? {
    guard !isStopped() else { return nil }
    return state.withLock { state in
      guard state.failure == nil, state.next < end else { return nil }
      defer { state.next += batch }
      return state.next
    }
  }

  func finish(
    _ start: UInt64, _ result: Result<([Rematch.Finding], Rematch.Summary), ListError>
  ) {
    state.withLock { state in
      switch result {
      case .failure(let error): state.failure = state.failure ?? error
      case .success(let (findings, summary)):
        state.summary.add(summary)
        state.finished[start] = findings
        while let findings = state.finished.removeValue(forKey: state.reported) {
          findings.forEach(report)
          state.reported += batch
        }
      }
    }
  }

  func summary() throws(ListError) -> Rematch.Summary {
    let (summary, failure) = state.withLock { ($0.summary, $0.failure) }
    if let failure { throw failure }
    return summary
  }
}
