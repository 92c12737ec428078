#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Why the daemon cannot start: it cannot listen, or a file that it needs cannot be opened.
struct StartError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  /// The system's last error (`errno`).
  ///
  /// - Parameter activity: What could not be done to what, as in "cannot listen on 127.0.0.1:8085".
  init(_ activity: some CustomStringConvertible, errno code: CInt) {
    let reason = String(cString: strerror(code))
    description = "\(activity): \(reason.prefix(1).lowercased() + reason.dropFirst())"
  }
}
