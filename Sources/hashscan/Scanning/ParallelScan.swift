import Dispatch
import HashEngine
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Examines files on all cores and gives the answers in the files' order.
///
/// On threads of its own, since reading files and waiting for decoders block them.
struct ParallelScan: Sendable {
  private typealias Answer = (index: Int, path: FilePath, result: Result<Examination, ListError>)

  private let moderator: Moderator
  private let threads: Int

  /// - Parameter jobs: Pictures at once.
  init(moderator: Moderator, jobs: Int) {
    self.moderator = moderator
    threads = jobs
  }

  /// One for each core.
  static let standardJobs = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// - Throws: ``ListError`` when there is nothing to compare with, or the lists cannot be read.
  func run(
    _ walk: DirectoryWalk, answer: (FilePath, Examination) -> Void
  ) async throws(ListError) {
    // A slow file holds up the answers behind it, not the work: that may run ahead this far.
    let room = DispatchSemaphore(value: threads * 32)
    let source = Mutex<(walk: DirectoryWalk, next: Int)>((walk, 0))
    let (answers, sender) = AsyncStream.makeStream(of: Answer.self)
    let running = RunningThreads(threads) { sender.finish() }
    for _ in 0..<threads {
      startThread {
        while true {
          room.wait()
          let next = source.withLock { source in
            source.walk.next().map { item in
              source.next += 1
              return (source.next - 1, item)
            }
          }
          guard let (index, item) = next else { break }
          sender.yield(examine(item, index))
        }
        // For the next thread that waits: it, too, will find nothing.
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
