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

/// Who is at the other end of a connection.
enum Peer: Sendable, Hashable {
  /// On a Unix socket: the user id that the kernel reports.
  case user(UInt32)
  /// On TCP: the IP address.
  case address(String)

  /// Reads the peer from the kernel. On the connection's event loop the future is complete at once.
  static func of(_ channel: any Channel, isUnix: Bool) -> EventLoopFuture<Peer> {
    let address = Peer.address(channel.remoteAddress?.ipAddress ?? "")
    guard isUnix, let options = channel as? any SocketOptionProvider else {
      return channel.eventLoop.makeSucceededFuture(address)
    }
    let found: EventLoopFuture<Credentials> = options.unsafeGetSocketOption(
      level: .init(rawValue: SOL_SOCKET), name: .init(rawValue: SO_PEERCRED))
    return found.map { .user($0.user) }.recover { _ in address }
  }

  /// The user id; `nil` on TCP, where the kernel does not know it.
  var user: UInt32? {
    if case .user(let number) = self { number } else { nil }
  }
}
