import HashEngine
import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A list of paths from a file or a pipe, each taken as soon as it has come.
struct PathList: Sequence, IteratorProtocol {
  /// Where the paths come from.
  final class Source: Sendable {
    fileprivate let file: FileDescriptor
    fileprivate let end: UInt8
    private let isOwn: Bool
    private let name: String
    private let failure = Mutex<Failure?>(nil)

    /// - Parameter endsWithZero: Whether each path ends with a zero byte, instead of a line feed.
    /// - Throws: ``Failure`` when there is no such file.
    init(_ path: PathArgument, endsWithZero: Bool) throws(Failure) {
      isOwn = !path.isStandardInput
      name = path.isStandardInput ? "standard input" : "\(ShownPath(path.path))"
      end = endsWithZero ? 0 : UInt8(ascii: "\n")
      do {
        file =
          path.isStandardInput
          ? .standardInput
          : try FileDescriptor.open(path.path, .readOnly, options: .closeOnExec)
      } catch {
        throw Failure("\(ShownPath(path.path)): \(error)")
      }
    }

    deinit { if isOwn { try? file.close() } }

    /// Why the list could not be read to its end.
    var problem: Failure? { failure.withLock { $0 } }

    fileprivate func fail(_ reason: String) {
      failure.withLock { $0 = Failure("\(name): \(reason)") }
    }
  }

  private let source: Source
  private let isStopped: @Sendable () -> Bool
  private var waiting: [UInt8] = []
  /// Where the next path begins among what waits.
  private var start = 0
  private var isAtEnd = false

  /// A path of more bytes than this is none: no file system has one.
  private static let longestPath = 1 << 16

  /// - Parameter isStopped: Whether to wait for no more; asked several times a second.
  init(_ source: Source, isStopped: @escaping @Sendable () -> Bool) {
    self.source = source
    self.isStopped = isStopped
  }

  mutating func next() -> FilePath? {
    while true {
      if let end = waiting[start...].firstIndex(of: source.end) {
        defer { start = end + 1 }
        if end > start { return FilePath(bytes: waiting[start..<end]) }
      } else if isAtEnd {
        defer { start = waiting.count }
        return start < waiting.count ? FilePath(bytes: waiting[start...]) : nil
      } else {
        receive()
      }
    }
  }

  /// Waits for more bytes.
  private mutating func receive() {
    waiting.removeSubrange(..<start)
    start = 0
    guard waiting.count <= Self.longestPath else {
      return fail("a path of more than \(Self.longestPath) bytes")
    }
    var poll = pollfd(fd: source.file.rawValue, events: Int16(POLLIN), revents: 0)
    while true {
      if isStopped() {
        isAtEnd = true
        waiting = []
        return
      }
      // A regular file is always ready.
      if Glibc.poll(&poll, 1, 100) != 0 { break }
    }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    do {
      let count = try chunk.withUnsafeMutableBytes { try source.file.read(into: $0) }
      if count == 0 { isAtEnd = true }
      waiting += chunk[..<count]
    } catch {
      fail("\(error)")
    }
  }

  private mutating func fail(_ reason: String) {
    source.fail(reason)
    isAtEnd = true
    waiting = []
  }
}
