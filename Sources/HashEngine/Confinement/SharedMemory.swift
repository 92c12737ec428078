internal import CLinux
internal import Synchronization
internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Memory that this process writes and another can only read. It takes up memory only as it is used.
final class SharedMemory: Sendable {
  let descriptor: CInt
  private let size: Int
  // Written only by `put`, which the worker's one asker calls; unmapped only by `deinit`.
  nonisolated(unsafe) private let start: UnsafeMutableRawPointer
  /// Bytes of the last picture that was put in, and of the longest.
  private let used = Atomic(0)
  private let most = Atomic(0)

  /// - Throws: `Errno` when the system has no room for it.
  init(size: Int) throws(Errno) {
    let descriptor = clinux_shared_memory("hashscan picture", size)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    // Mapped before the memory is sealed: after that, nobody can make another writable mapping.
    guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0),
      start != MAP_FAILED
    else {
      let problem = Errno(rawValue: errno)
      close(descriptor)
      throw problem
    }
    guard clinux_seal(descriptor) == 0 else {
      let problem = Errno(rawValue: errno)
      munmap(start, size)
      close(descriptor)
      throw problem
    }
    self.descriptor = descriptor
    self.size = size
    self.start = start
  }

  deinit {
    munmap(start, size)
    close(descriptor)
  }

  /// The most bytes that were put in at once.
  var longest: Int { most.load(ordering: .relaxed) }

  /// Puts bytes at the beginning, and clears the rest of the bytes before them.
  ///
  /// - Returns: `false` when there is no room for them.
  func put(_ bytes: Span<UInt8>) -> Bool {
    guard bytes.count <= size else { return false }
    if bytes.count > longest {
      // Allocated before it is written: writing to a page that cannot be allocated would kill this process.
      var problem = EINTR
      // A signal to this process interrupts it, and says nothing about room.
      while problem == EINTR { problem = posix_fallocate(descriptor, 0, off_t(bytes.count)) }
      guard problem == 0 else { return false }
      most.store(bytes.count, ordering: .relaxed)
    }
    let before = used.exchange(bytes.count, ordering: .relaxed)
    bytes.withUnsafeBytes { bytes in
      // Both copies lie within `size`: it was checked above.
      if let source = bytes.baseAddress { start.copyMemory(from: source, byteCount: bytes.count) }
    }
    if before > bytes.count { memset(start + bytes.count, 0, before - bytes.count) }
    return true
  }
}
