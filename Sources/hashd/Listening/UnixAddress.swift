#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The address of a Unix socket.
struct UnixAddress {
  private var address = sockaddr_un()
  private let size: socklen_t

  /// - Parameter path: Of the file; one that begins with `@` names a socket without a file.
  /// - Returns: `nil` when it is too long.
  init?(_ path: String) {
    var name = Array(path.utf8)
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    if name.first == UInt8(ascii: "@") { name[0] = 0 }
    address.sun_family = sa_family_t(AF_UNIX)
    // Shorter than the array, so that a zero follows.
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let start = MemoryLayout.offset(of: \sockaddr_un.sun_path) ?? 0
    size = socklen_t(start + name.count)
  }

  /// Calls `body` with the address and its size, as `bind` and `connect` take them.
  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
    }
  }
}
