#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Why the daemon cannot start: it cannot listen, or a file that it needs cannot be opened.
struct StartError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  /// The system's last error (`errno`) for a path or address.
  init(_ place: some CustomStringConvertible, errno code: CInt = errno) {
    description = "\(place): \(String(cString: strerror(code)))"
  }
}
