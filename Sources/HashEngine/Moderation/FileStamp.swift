#if canImport(Glibc)
  public import Glibc
#elseif canImport(Musl)
  public import Musl
#endif

/// What tells whether a file is still the one that was read: which file it is, its size, and when its content and its
/// state were last changed. Whoever changes a file can set its `mtime` back, but not its `ctime`.
public struct FileStamp: Sendable, Hashable {
  let device: UInt64
  let inode: UInt64
  /// In bytes.
  public let size: Int
  /// Nanoseconds since 1970.
  let changed: Int64
  let stateChanged: Int64

  init(device: UInt64, inode: UInt64, size: Int, changed: Int64, stateChanged: Int64) {
    self.device = device
    self.inode = inode
    self.size = size
    self.changed = changed
    self.stateChanged = stateChanged
  }

  /// The stamp of a regular file; `nil` for anything else.
  public init?(_ status: stat) {
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    size = Int(status.st_size)
    changed = Self.nanoseconds(status.st_mtim)
    stateChanged = Self.nanoseconds(status.st_ctim)
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec).multipliedReportingOverflow(by: 1_000_000_000).partialValue
      &+ Int64(time.tv_nsec)
  }

  /// The stamp of an open file; `nil` when it is no regular one.
  init?(ofDescriptor descriptor: CInt) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    self.init(status)
  }

  /// File systems date changes by a clock that is up to this much behind, in nanoseconds: of a file that was changed
  /// less than that before it was read, a later change may have the same date.
  static let leastAge: Int64 = 2_000_000_000

  /// Whether a change after this time shows in the stamp.
  ///
  /// - Parameters:
  ///   - time: When the file was read, in nanoseconds since 1970.
  ///   - leastAge: How far behind its file system's clock may be, in nanoseconds.
  func isSettled(at time: Int64, leastAge: Int64 = leastAge) -> Bool {
    time - stateChanged > leastAge
  }

  /// The time now, in nanoseconds since 1970.
  static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return nanoseconds(time)
  }
}
