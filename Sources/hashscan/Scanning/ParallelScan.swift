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
/// One thread goes ahead: it walks, looks files up in the ledger, and has the system read those that are to be read. Others
/// read and examine. All are threads of their own, since files, pipes and decoders block them.
struct ParallelScan: Sendable {
  private typealias Answer = (index: Int, path: FilePath, result: Result<Examination, ListError>)

  private struct Task: Sendable {
    let index: Int
    let file: WalkedFile
    let recollection: FileScan.Recollection
  }

  private let moderator: Moderator
  /// `nil` where there is no ledger.
  private let scan: FileScan?
  private let threads: Int
  private let readAhead: Int
  private let pace: Pace

  /// - Parameters:
  ///   - scan: Remembers what was scanned; `nil` for nobody.
  ///   - jobs: How many files are examined at once.
  ///   - readAhead: How many files the system is asked to read before they are examined.
  init(
    moderator: Moderator, scan: FileScan? = nil, jobs: Int = standardJobs, readAhead: Int = 0,
    pace: Pace = Pace(bytesPerSecond: nil)
  ) {
    self.moderator = moderator
    self.scan = scan
    threads = jobs
    self.readAhead = readAhead
    self.pace = pace
  }

  /// One job for each core.
  static let standardJobs = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// - Parameters:
  ///   - files: Makes what is scanned, on the thread that uses it.
  ///   - isStopped: Whether to take no further file; those that were begun are still answered.
  /// - Throws: ``ListError`` when there is nothing to compare with, or the lists cannot be read.
  func run(
    _ files: @escaping @Sendable () -> AnyIterator<DirectoryWalk.Item>,
    isStopped: @escaping @Sendable () -> Bool = { false },
    answer: (FilePath, Examination) -> Void
  ) async throws(ListError) {
    // A slow file holds up the results behind it, but not the work, which may run ahead by this many files.
    let room = DispatchSemaphore.withRoom(for: threads * 32 + readAhead)
    let tasks = BoundedQueue<Task>(capacity: max(readAhead, threads))
    let (answers, sender) = AsyncStream.makeStream(of: Answer.self)
    let running = RunningThreads(threads + 1) { sender.finish() }
    startThread {
      var index = 0
      for item in files() {
        room.wait()
        if isStopped() { break }
        if let answer = goAhead(to: item, index, tasks) { sender.yield(answer) }
        index += 1
      }
      tasks.close()
      running.ended()
    }
    for _ in 0..<threads {
      startThread {
        while let task = tasks.next() { sender.yield(examine(task)) }
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

  /// Answers what can be answered at once, and hands on the rest.
  private func goAhead(
    to item: DirectoryWalk.Item, _ index: Int, _ tasks: BoundedQueue<Task>
  ) -> Answer? {
    switch item {
    case .unreadable(let path, let error):
      let reason = ImageError(.unreadable, "unreadable folder: \(error)")
      return (index, path, .success(Examination(verdict: .notScanned(reason), fingerprint: nil)))
    case .file(let file):
      do throws(ListError) {
        let recollection = try scan?.recall(file) ?? .nothing
        if case .verdict(let examination) = recollection {
          return (index, file.path, .success(examination))
        }
        if case .nothing = recollection, file.stamp != nil, readAhead > 0 { Self.readAhead(file) }
        tasks.append(Task(index: index, file: file, recollection: recollection))
        return nil
      } catch {
        return (index, file.path, .failure(error))
      }
    }
  }

  private func examine(_ task: Task) -> Answer {
    if case .nothing = task.recollection { pace.wait(for: task.file.stamp?.size ?? 0) }
    let result = Result { () throws(ListError) in
      if let scan { return try scan.examine(task.file, task.recollection) }
      return try moderator.examine(task.file)
    }
    return (task.index, task.file.path, result)
  }

  /// Has the system begin to read a file.
  private static func readAhead(_ file: WalkedFile) {
    let options: FileDescriptor.OpenOptions = [.nonBlocking, .closeOnExec, .noFollow]
    guard let open = try? FileDescriptor.open(file.path, .readOnly, options: options) else {
      return
    }
    posix_fadvise(open.rawValue, 0, 0, CInt(POSIX_FADV_WILLNEED))
    try? open.close()
  }
}
