import Dispatch
import Synchronization
import Testing

@testable import hashd

/// One peer cannot keep memory for bodies, or the queue, from the others.
@Suite struct FairnessTests {
  private let greedy = Peer.user(1)
  private let modest = Peer.user(2)

  @Test func bytesAreCountedAsTheyComeAndGoBack() {
    let ledger = BodyLedger(maximum: 10)
    do {
      let first = ledger.begin(greedy) { Issue.record("cut") }
      #expect(first.take(4) && first.take(6))
      #expect(ledger.inUse == 10)
      first.complete()
      // What is complete is not cut, whoever needs its room.
      #expect(!ledger.begin(modest) {}.take(1))
    }
    #expect(ledger.inUse == 0)
  }

  @Test(arguments: [Duration.seconds(600), .zero])
  func whoComesNoFurtherIsCutFirst(_ patience: Duration) {
    let ledger = BodyLedger(maximum: 1 << 20, patience: patience)
    let cut = Mutex<[Int]>([])
    let stalled = (0..<8).map { number in
      ledger.begin(greedy) { cut.withLock { $0.append(number) } }
    }
    for body in stalled { #expect(body.take(1 << 17)) }
    let next = ledger.begin(greedy) { Issue.record("the one who sends is cut") }
    let isTaken = next.take(1 << 10)
    guard patience == .zero else {
      // Of the same peer, and all of them came just now.
      #expect(!isTaken && cut.withLock { $0 }.isEmpty)
      return
    }
    #expect(isTaken && cut.withLock { $0 } == [0])
    #expect(!stalled[0].take(1) && stalled[1].take(1))
    #expect(ledger.inUse == 7 << 17 + 1 << 10 + 1)
  }

  @Test func whoHoldsMoreThanHalfMakesRoomAtOnce() {
    let ledger = BodyLedger(maximum: 100)
    let cut = Mutex(0)
    let held = (0..<10).map { _ in ledger.begin(greedy) { cut.withLock { $0 += 1 } } }
    for body in held { #expect(body.take(10)) }
    let other = ledger.begin(modest) { Issue.record("the modest one is cut") }
    #expect(other.take(25))
    #expect(cut.withLock { $0 } == 3 && ledger.inUse == 95)
    // Past its own half it is no better.
    #expect(!other.take(40))
  }

  @Test func peersTakeTurnsInTheQueue() async throws {
    let queue = JobQueue(threads: 1, waiting: 6)
    let (begun, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let order = Record<Peer>()
    async let working = queue.run {
      begun.signal()
      gate.wait()
    }
    await Task.detached { begun.wait() }.value
    try await withThrowingTaskGroup { tasks in
      for (peer, count) in [(greedy, 3), (modest, 2)] {
        for _ in 0..<count {
          let before = queue.waiting
          tasks.addTask {
            _ = try await queue.run(for: peer) { order.add(peer) }
          }
          while queue.waiting == before { await Task.yield() }
        }
      }
      gate.signal()
      try await tasks.waitForAll()
    }
    _ = try await working
    #expect(order.values == [greedy, modest, greedy, modest, greedy])
  }

  @Test func aFullQueueMakesRoomForAnother() async throws {
    let queue = JobQueue(threads: 1, waiting: 3)
    let (begun, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    async let working = queue.run(for: greedy) {
      begun.signal()
      gate.wait()
    }
    await Task.detached { begun.wait() }.value
    let refused = Record<String>()
    try await withThrowingTaskGroup { tasks in
      for _ in 0..<3 {
        let before = queue.waiting
        tasks.addTask {
          do {
            _ = try await queue.run(for: greedy) {}
          } catch let error as APIError {
            refused.add(error.code)
          }
        }
        while queue.waiting == before { await Task.yield() }
      }
      let isOwnRefused = await #expect(throws: APIError.self) {
        try await queue.run(for: greedy) {}
      }
      #expect(isOwnRefused?.code == "busy")
      tasks.addTask { _ = try await queue.run(for: modest) {} }
      while refused.values.isEmpty { await Task.yield() }
      gate.signal()
      try await tasks.waitForAll()
    }
    _ = try await working
    #expect(refused.values == ["busy"] && queue.waiting == 0)
  }

  /// A body that has stopped, and then goes on, makes no room for itself by being cut.
  @Test func aBodyIsNotCutForItself() {
    let ledger = BodyLedger(maximum: 100, patience: .zero)
    let cuts = Mutex(0)
    var share: BodyShare? = ledger.begin(.user(1)) { cuts.withLock { $0 += 1 } }
    #expect(share?.take(60) == true && share?.take(60) == false)
    #expect(ledger.inUse == 60 && cuts.withLock { $0 } == 0)
    // Another's is: it came no further.
    let other = ledger.begin(.user(2)) {}
    #expect(other.take(70) && ledger.inUse == 70 && cuts.withLock { $0 } == 1)
    #expect(share?.take(1) == false)
    share = nil
    #expect(ledger.inUse == 70)
  }
}

/// What happened, in order, from any task.
private final class Record<Value: Sendable>: Sendable {
  private let list = Mutex<[Value]>([])

  var values: [Value] { list.withLock { $0 } }

  func add(_ value: Value) { list.withLock { $0.append(value) } }
}
