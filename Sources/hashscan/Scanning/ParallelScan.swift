import Dispatch
import HashEngine
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Examines files on all cores, and passes the results on in the files' order.
///
/// Uses threads of its own, since reading files and waiting for decoders blocks them.
struct ParallelScan: Sendable {
  private typealias Answer = (index: Int, path: FilePath, result: Result<Examination, ListError>)

  private let moderator: Moderator
  private let threads: Int

  /// - Parameter jobs: How many files are examined at once.
  init(moderator: Moderator, jobs: Int) {
    self.moderator = moderator
    threads = jobs
  }

  /// One job for each core.
  static let standardJobs = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// - Parameters:
  ///   - isStopped: Whether to take no further file; those that were begun are still answered.
  /// - Throws: ``ListError`` when there is nothing to compare with, or the lists cannot be read.
  func run(
    _ walk: DirectoryWalk, isStopped: @escaping @Sendable () -> Bool = { false },
    answer: (FilePath, Examination) -> Void
  ) async throws(ListError) {
    // A slow file holds up the results behind it, but not the work, which may run ahead by this many files.
    let room = DispatchSemaphore(value: threads * 32)
    let source = Mutex<(walk: DirectoryWalk, next: Int)>((walk, 0))
    let (answers, sender) = AsyncStream.makeStream(of: Answer.self)
    let running = RunningThreads(threads) { sender.finish() }
    for _ in 0..<threads {
      startThread {
        while true {
          room.wait()
          let next = source.withLock { source in
            isStopped()
              ? nil
              : source.walk.next().map { item in
                source.next += 1
                return (source.next - 1, item)
              }
          }
          guard let (index, item) = next else { break }
          sender.yield(examine(item, index))
        }
        // Wakes the next waiting thread: it, too, finds nothing left and ends.
        room.signal()
        running.ended()
      }
    }
    var waiting: [Int: Answer] = [:]
    var next = 0
    for await found in answers {
      waiting[found.index] = found
      while let found = waiting.removeValue(forKey: next) {
        next += 1
        room.signal()
        answer(found.path, try found.result.get())
      }
    }
  }

  private func examine(_ item: DirectoryWalk.Item, _ index: Int) -> Answer {
    switch item {
    case .file(let path):
      let result = Result { () throws(ListError) in try moderator.examine(path) }
      return (index, path, result)
    case .unreadable(let path, let error):
      let reason = ImageError(.unreadable, "unreadable folder: \(error)")
      return (index, path, .success(Examination(verdict: .notScanned(reason), fingerprint: nil)))
    }
  }
}
