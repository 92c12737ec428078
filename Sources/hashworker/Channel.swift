#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The socket to the asker.
struct Channel {
  let descriptor: CInt

  /// How often to look for the next picture before sleeping: under load it arrives within microseconds, and
  /// being woken costs more than looking.
  private static let attempts = 20

  /// Sends all bytes; `false` when the asker is gone.
  func send(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = write(
          descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }
  }

  /// Waits for exactly so many bytes; `nil` when the asker is gone.
  func receive(_ count: Int) -> [UInt8]? {
    var attempts = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        // Within the buffer, which has room for `count`.
        let rest = UnsafeMutableRawBufferPointer(buffer)[initialized...]
        let isPatient = attempts < Self.attempts
        let got = recv(
          descriptor, UnsafeMutableRawBufferPointer(rebasing: rest).baseAddress, rest.count,
          isPatient ? CInt(MSG_DONTWAIT) : 0)
        if got < 0, errno == EINTR { continue }
        if got < 0, errno == EAGAIN, isPatient {
          attempts += 1
          sched_yield()
          continue
        }
        guard got > 0 else { return }
        initialized += got
      }
    }
    return bytes.count == count ? bytes : nil
  }
}
