import NIOCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The credentials of a Unix socket's peer, as `SO_PEERCRED` gives them: `struct ucred`.
private struct Credentials: Sendable {
  var process: pid_t = 0
  var user: uid_t = 0
  var group: gid_t = 0
}

/// Who is at the other end.
enum Peer {
  /// The user's number; `nil` where the system does not know: on TCP.
  static func user(of exchange: Exchange) async -> UInt32? {
    guard exchange.isUnix, let options = exchange.channel as? any SocketOptionProvider else {
      return nil
    }
    let found: EventLoopFuture<Credentials> = options.unsafeGetSocketOption(
      level: .init(rawValue: SOL_SOCKET), name: .init(rawValue: SO_PEERCRED))
    return try? await found.get().user
  }
}
