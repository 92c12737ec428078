#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What lies where the daemon wants its socket.
enum SocketFile {
  struct Refusal: Error, CustomStringConvertible {
    let description: String
  }

  /// Removes a socket that a killed daemon left behind.
  ///
  /// - Throws: ``Refusal`` when a daemon answers there, or something else is in the way.
  static func makeWay(at path: String) throws(Refusal) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw Refusal(description: "\(path): in the way, and not a socket")
    }
    guard !isAnswered(path) else {
      throw Refusal(description: "\(path): a daemon is running there")
    }
    guard unlink(path) == 0 else {
      throw Refusal(description: "\(path): \(String(cString: strerror(errno)))")
    }
  }

  private static func isAnswered(_ path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    let name = Array(path.utf8)
    guard name.count < capacity else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return withUnsafePointer(to: address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
  }
}
