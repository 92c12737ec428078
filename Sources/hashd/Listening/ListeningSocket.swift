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
  /// Whether each request has to show a token: the clients may be on other machines.
  let needsToken: Bool
  /// Whether the service manager has opened it.
  var isInherited = false
  /// The file to remove when the daemon ends; `nil` when there is none, or it is not ours.
  let file: SocketFile?

  /// How many clients may wait to be accepted; the system may allow fewer.
  static let backlog: CInt = 4096

  /// A Unix socket that only owner and group can open, from the first moment on.
  ///
  /// - Throws: ``StartError``.
  static func unix(
    _ path: FilePath, mode: mode_t, group: String?
  ) throws(StartError) -> ListeningSocket {
    let activity = "cannot listen on \(path)"
    guard let address = UnixAddress(path.string) else {
      throw StartError("\(activity): too long for a socket's path")
    }
    let file = try SocketFile(claiming: path)
    let descriptor = socket(
      AF_UNIX, CInt(SOCK_STREAM.rawValue | UInt32(SOCK_CLOEXEC.rawValue)), 0)
    guard descriptor >= 0 else { throw StartError(activity, errno: errno) }
    do throws(StartError) {
      // Only the owner may open it until its group is set, and nobody can connect before it listens.
      let before = umask(0o177)
      let isBound = address.withPointer { bind(descriptor, $0, $1) == 0 }
      let code = errno
      umask(before)
      guard isBound else { throw StartError(activity, errno: code) }
      if let group { try give(path, to: group) }
      guard path.withPlatformString({ chmod($0, mode) }) == 0,
        listen(descriptor, backlog) == 0
      else { throw StartError(activity, errno: errno) }
    } catch {
      close(descriptor)
      file.remove()
      throw error
    }
    return ListeningSocket(
      descriptor: descriptor, name: path.string, isUnix: true, needsToken: false, file: file)
  }

  /// A port of an address of this machine. Beyond the loopback interface each request needs a token.
  ///
  /// - Throws: ``StartError``.
  static func tcp(_ address: TCPAddress) throws(StartError) -> ListeningSocket {
    let activity = "cannot listen on \(address)"
    let descriptor = socket(
      address.family, CInt(SOCK_STREAM.rawValue | UInt32(SOCK_CLOEXEC.rawValue)), 0)
    guard descriptor >= 0 else { throw StartError(activity, errno: errno) }
    var on: CInt = 1
    setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
    guard address.withPointer({ bind(descriptor, $0, $1) }) == 0, listen(descriptor, backlog) == 0
    else {
      let error = StartError(activity, errno: errno)
      close(descriptor)
      throw error
    }
    return ListeningSocket(
      descriptor: descriptor, name: address.description, isUnix: false,
      needsToken: !address.isLoopback, file: nil)
  }

  private static func give(_ path: FilePath, to group: String) throws(StartError) {
    let id = try number(ofGroup: group)
    guard path.withPlatformString({ lchown($0, uid_t.max, id) }) != 0 else { return }
    let activity = "cannot give the socket \(path) to group \(group)"
    guard errno == EPERM else { throw StartError(activity, errno: errno) }
    let user = getpwuid(geteuid()).map { String(cString: $0.pointee.pw_name) } ?? "\(geteuid())"
    throw StartError("\(activity): user \(user) is not a member of it")
  }

  /// The sockets that the service manager has opened, by the protocol of `sd_listen_fds(3)`; empty when it
  /// has opened none.
  ///
  /// - Throws: ``StartError`` when it has opened something else than sockets that listen.
  static func inherited(
    _ environment: [String: String]
  ) throws(StartError) -> [ListeningSocket] {
    guard environment["LISTEN_PID"].flatMap({ pid_t($0) }) == getpid(),
      let count = environment["LISTEN_FDS"].flatMap({ CInt($0) }), (1...64).contains(count)
    else { return [] }
    var sockets: [ListeningSocket] = []
    for descriptor in 3..<3 + count {
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      guard option(SO_ACCEPTCONN, of: descriptor) == 1 else {
        throw StartError(
          "descriptor \(descriptor) of the service manager is no stream socket that listens (LISTEN_FDS)"
        )
      }
      var address = sockaddr_storage()
      var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
      _ = withUnsafeMutablePointer(to: &address) { address in
        address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          getsockname(descriptor, $0, &size)
        }
      }
      sockets.append(
        ListeningSocket(
          descriptor: descriptor, name: "socket \(descriptor) of the service manager",
          isUnix: CInt(address.ss_family) == AF_UNIX, needsToken: TCPAddress.needsToken(address),
          isInherited: true, file: nil))
    }
    return sockets
  }

  private static func option(_ name: CInt, of descriptor: CInt) -> CInt? {
    var value: CInt = 0
    var size = socklen_t(MemoryLayout<CInt>.size)
    return getsockopt(descriptor, SOL_SOCKET, name, &value, &size) == 0 ? value : nil
  }

  private static func number(ofGroup group: String) throws(StartError) -> gid_t {
    if let number = gid_t(group) { return number }
    guard let found = getgrnam(group) else {
      throw StartError("socket.group: there is no group named \(group)")
    }
    return found.pointee.gr_gid
  }
}
