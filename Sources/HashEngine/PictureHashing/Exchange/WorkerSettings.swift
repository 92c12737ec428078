/// What a worker is started with: its arguments.
package struct WorkerSettings: Sendable, Hashable {
  /// Bytes of memory that it shares with its asker: the size of the largest picture.
  package var sharedBytes: Int
  /// Bytes of address space that it may use in addition.
  package var memory: Int
  /// Seconds of processor time after which the kernel ends it.
  package var processorSeconds: Int
  package var niceness: Int

  package init(sharedBytes: Int, memory: Int, processorSeconds: Int, niceness: Int) {
    self.sharedBytes = sharedBytes
    self.memory = memory
    self.processorSeconds = processorSeconds
    self.niceness = niceness
  }

  package var arguments: [String] {
    [sharedBytes, memory, processorSeconds, niceness].map { String($0) }
  }

  /// Reads ``arguments``; `nil` for anything else.
  package init?(arguments: [String]) {
    let numbers = arguments.compactMap { Int($0) }
    guard numbers.count == arguments.count, numbers.count == 4, numbers[0] > 0, numbers[1] > 0,
      numbers[2] > 0, (0...19).contains(numbers[3])
    else { return nil }
    self.init(
      sharedBytes: numbers[0], memory: numbers[1], processorSeconds: numbers[2],
      niceness: numbers[3])
  }

  /// The descriptors that a worker is started with: the socket to its asker, and the shared memory.
  package static let socket: CInt = 3
  package static let sharedMemory: CInt = 4
}
