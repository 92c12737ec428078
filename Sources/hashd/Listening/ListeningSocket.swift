import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A socket that listens, made by this process or handed to it.
struct ListeningSocket: Sendable {
  let descriptor: CInt
  /// Its path or address, for the log.
  let name: String
  /// Whether it is a Unix socket, where the kernel knows each client's user.
  let isUnix: Bool
  /// The file to remove when the daemon ends; `nil` when there is none, or it is not ours.
  let file: SocketFile?

  /// How many clients may wait to be accepted; the system may allow fewer.
  private static let backlog: CInt = 4096

  /// A Unix socket that only owner and group can open, from the first moment on.
  ///
  /// - Throws: ``StartError``.
  static func unix(
    _ path: FilePath, mode: mode_t, group: String?
  ) throws(StartError) -> ListeningSocket {
    guard let address = UnixAddress(path.string) else {
      throw StartError("\(path): too long for a socket's path")
    }
    let file = try SocketFile(claiming: path)
    let descriptor = socket(
      AF_UNIX, CInt(SOCK_STREAM.rawValue | UInt32(SOCK_CLOEXEC.rawValue)), 0)
    guard descriptor >= 0 else { throw StartError(path) }
    do throws(StartError) {
      // Only the owner may open it until its group is set, and nobody can connect before it listens.
      let before = umask(0o177)
      let isBound = address.withPointer { bind(descriptor, $0, $1) == 0 }
      let code = errno
      umask(before)
      guard isBound else { throw StartError(path, errno: code) }
      if let group {
        let id = try number(ofGroup: group)
        guard path.withPlatformString({ lchown($0, uid_t.max, id) }) == 0 else {
          throw StartError("\(path): cannot be given to the group \(group)")
        }
      }
      guard path.withPlatformString({ chmod($0, mode) }) == 0 else { throw StartError(path) }
      guard listen(descriptor, backlog) == 0 else { throw StartError(path) }
    } catch {
      close(descriptor)
      file.remove()
      throw error
    }
    return ListeningSocket(
      descriptor: descriptor, name: path.string, isUnix: true, file: file)
  }

  /// A port of the loopback interface.
  ///
  /// - Parameter host: `127.0.0.1` or `::1`.
  /// - Throws: ``StartError``.
  static func loopback(_ host: String, port: UInt16) throws(StartError) -> ListeningSocket {
    let name = host == "::1" ? "[::1]:\(port)" : "\(host):\(port)"
    let family = host == "::1" ? AF_INET6 : AF_INET
    let descriptor = socket(
      family, CInt(SOCK_STREAM.rawValue | UInt32(SOCK_CLOEXEC.rawValue)), 0)
    guard descriptor >= 0 else { throw StartError(name) }
    var on: CInt = 1
    setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
    let isBound: Bool
    if family == AF_INET6 {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      inet_pton(AF_INET6, host, &address.sin6_addr)
      isBound = bind(descriptor, address)
    } else {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      inet_pton(AF_INET, host, &address.sin_addr)
      isBound = bind(descriptor, address)
    }
    guard isBound, listen(descriptor, backlog) == 0 else {
      let error = StartError(name)
      close(descriptor)
      throw error
    }
    return ListeningSocket(descriptor: descriptor, name: name, isUnix: false, file: nil)
  }

  /// The sockets that the service manager has opened, by the protocol of `sd_listen_fds(3)`; empty when it
  /// has opened none.
  static func inherited(_ environment: [String: String]) -> [ListeningSocket] {
    guard environment["LISTEN_PID"].flatMap({ pid_t($0) }) == getpid(),
      let count = environment["LISTEN_FDS"].flatMap({ CInt($0) }), (1...64).contains(count)
    else { return [] }
    return (3..<3 + count).compactMap { descriptor in
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      var address = sockaddr_storage()
      var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let isSocket = withUnsafeMutablePointer(to: &address) { address in
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          getsockname(descriptor, $0, &size) == 0
        }
      }
      guard isSocket else { return nil }
      return ListeningSocket(
        descriptor: descriptor, name: "socket \(descriptor) of the service manager",
        isUnix: CInt(address.ss_family) == AF_UNIX, file: nil)
    }
  }

  private static func number(ofGroup group: String) throws(StartError) -> gid_t {
    if let number = gid_t(group) { return number }
    guard let found = getgrnam(group) else { throw StartError("no group named \(group)") }
    return found.pointee.gr_gid
  }
}

private func bind<Address>(_ descriptor: CInt, _ address: Address) -> Bool {
  withUnsafePointer(to: address) { address in
    address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, socklen_t(MemoryLayout<Address>.size)) == 0
    }
  }
}
