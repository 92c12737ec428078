#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The memory into which the asker puts pictures, one at a time; read-only in the worker.
struct SharedPicture {
  let size: Int
  private let start: UnsafeRawPointer

  /// Maps it, and closes the descriptor.
  init?(descriptor: CInt, size: Int) {
    guard let start = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), start != MAP_FAILED
    else { return nil }
    close(descriptor)
    self.start = UnsafeRawPointer(start)
    self.size = size
  }

  /// The first `count` bytes. The asker does not change them until it has its answer.
  ///
  /// - Parameter count: At most ``size``.
  @_lifetime(borrow self)
  func bytes(_ count: Int) -> Span<UInt8> {
    // Mapped for as long as the process lives; `count` bytes lie in it.
    let buffer = UnsafeBufferPointer(
      start: start.assumingMemoryBound(to: UInt8.self), count: max(0, min(count, size)))
    return _overrideLifetime(buffer.span, borrowing: self)
  }
}
