import HashEngine
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The files below some folders, and then those that come: each once it was written to its end.
///
/// Whatever the kernel did not report, since too much happened at once, is found by walking again.
struct WatchedFiles: IteratorProtocol {
  private let watch: FolderWatch
  private let folders: [FilePath]
  private let choice: FileChoice
  private let avoided: FilePath?
  private let onProblem: @Sendable (Failure) -> Void
  private var walk: DirectoryWalk?
  private var waiting: [FolderWatch.Event] = []
  /// The place of the next event among those that wait.
  private var position = 0

  /// With more events than this waiting, walking again is cheaper than keeping them.
  private static let most = 1 << 16

  /// - Parameters:
  ///   - avoided: A folder that is neither scanned nor watched.
  ///   - isOnlyNew: Whether to leave out what is there already.
  ///   - onProblem: Called for each folder that cannot be watched, or no longer.
  /// - Throws: ``Failure`` when the kernel watches nothing more.
  init(
    _ folders: [FilePath], _ choice: FileChoice, avoiding avoided: FilePath?, isOnlyNew: Bool,
    onProblem: @escaping @Sendable (Failure) -> Void
  ) throws(Failure) {
    self.folders = folders
    self.choice = choice
    self.avoided = avoided
    watch = try FolderWatch()
    self.onProblem = onProblem
    if isOnlyNew {
      // To watch every folder, each has to be found.
      for _ in walk(folders) {}
    } else {
      walk = walk(folders)
    }
  }

  private func walk(_ folders: [FilePath]) -> DirectoryWalk {
    // Watched before its names are read: what comes in between is found twice, not missed.
    choice.walk(folders, avoiding: avoided) { [watch, named = Set(self.folders)] in
      watch.add($0, isNamed: named.contains($0))
    }
  }

  mutating func next() -> DirectoryWalk.Item? {
    while !ScanRun.isStopped() {
      tellProblems()
      if let item = walk?.next() {
        receive(waits: false)
        // Its end will be reported.
        if case .file(let file) = item, FolderWatch.isBeingWritten(file.path) { continue }
        return item
      }
      walk = nil
      guard position < waiting.count else {
        guard !watch.isEmpty else {
          onProblem(Failure("there is no folder left to watch"))
          return nil
        }
        waiting = []
        position = 0
        receive(waits: true)
        continue
      }
      defer { position += 1 }
      switch waiting[position] {
      case .overflow: walk = walk(folders)
      case .folder(let path): walk = walk([path])
      case .file(let path): if let file = choice.file(at: path) { return .file(file) }
      }
    }
    return nil
  }

  private mutating func receive(waits: Bool) {
    waiting += watch.events(waits: waits)
    if waiting.count - position > Self.most {
      waiting = [.overflow]
      position = 0
    }
  }

  private mutating func tellProblems() {
    for problem in watch.problems { onProblem(problem) }
    watch.problems = []
  }
}
