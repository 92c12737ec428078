import Synchronization

/// How many files there are, counted by a thread of its own while they are scanned already.
final class FileCount: Sendable {
  private let state = Mutex<Int?>(nil)

  /// `nil` until all were counted.
  var value: Int? { state.withLock { $0 } }

  /// - Parameter walk: Makes the walk whose files are counted.
  init(of walk: @escaping @Sendable () -> DirectoryWalk) {
    startThread { [self] in
      var count = 0
      for _ in walk() {
        if ScanRun.isStopped() { return }
        count += 1
      }
      state.withLock { [count] in $0 = count }
    }
  }
}
