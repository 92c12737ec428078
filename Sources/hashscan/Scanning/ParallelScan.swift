import HashEngine
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Examines files on all cores and gives the answers in the files' order.
struct ParallelScan {
  let moderator: Moderator
  let jobs: Int

  init(moderator: Moderator, jobs: Int?) {
    self.moderator = moderator
    self.jobs = jobs ?? Self.standardJobs
  }

  /// One for each core.
  static let standardJobs = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// - Throws: ``StorageError`` when the lists cannot be read.
  func run(
    _ items: some Sequence<DirectoryWalk.Item>, answer: (FilePath, Examination) -> Void
  ) async throws {
    // A slow file holds up the answers behind it, not the work: that may run ahead this far.
    let window = jobs * 64
    var items = Array(items).enumerated().makeIterator()
    var waiting: [Int: (FilePath, Examination)] = [:]
    var nextAnswer = 0
    var started = 0
    try await withThrowingTaskGroup(of: (Int, FilePath, Examination).self) { group in
      var running = 0
      func start() {
        while running < jobs, started - nextAnswer < window, let (index, item) = items.next() {
          started += 1
          running += 1
          group.addTask { [moderator] in
            switch item {
            case .file(let path):
              return (index, path, try moderator.examine(path))
            case .unreadable(let path, let error):
              let reason = ImageError(.unreadable, "unreadable folder: \(error)")
              return (index, path, Examination(verdict: .notScanned(reason), fingerprint: nil))
            }
          }
        }
      }
      start()
      while let (index, path, examination) = try await group.next() {
        running -= 1
        waiting[index] = (path, examination)
        while let (path, examination) = waiting.removeValue(forKey: nextAnswer) {
          nextAnswer += 1
          answer(path, examination)
        }
        start()
      }
    }
  }
}
