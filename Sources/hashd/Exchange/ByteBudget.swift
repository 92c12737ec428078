import NIOCore
import Synchronization

/// How many bytes of bodies are held at once, over all requests.
final class ByteBudget: Sendable {
  private let most: Int
  private let used = Atomic(0)

  init(most: Int) { self.most = most }

  var inUse: Int { used.load(ordering: .relaxed) }

  /// Takes bytes; `false` when there are not so many left.
  func take(_ count: Int) -> Bool {
    let (_, after) = used.add(count, ordering: .relaxed)
    guard after > most else { return true }
    used.subtract(count, ordering: .relaxed)
    return false
  }

  func giveBack(_ count: Int) { used.subtract(count, ordering: .relaxed) }
}

/// A body that was read, and its share of the budget, which goes back with it.
final class HeldBody: Sendable {
  let bytes: ByteBuffer
  private let budget: ByteBudget
  private let share: Int

  init(_ bytes: ByteBuffer, share: Int, of budget: ByteBudget) {
    self.bytes = bytes
    self.share = share
    self.budget = budget
  }

  deinit { budget.giveBack(share) }
}
