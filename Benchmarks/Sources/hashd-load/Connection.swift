import Glibc

/// What goes wrong between the daemon and this program.
enum ConnectionError: Error {
  /// What the system said.
  case system(CInt)
  /// It closed before the answer was complete.
  case closed
  case noHTTP
}

/// A blocking connection to a Unix socket, with one request at a time.
struct Connection: ~Copyable {
  private let descriptor: CInt
  /// Kept from answer to answer.
  private var buffer: [UInt8]

  /// - Throws: ``ConnectionError``.
  init(to path: String) throws(ConnectionError) {
    let descriptor = try Self.connected(to: path)
    self.descriptor = descriptor
    buffer = [UInt8](repeating: 0, count: 1 << 16)
  }

  deinit { close(descriptor) }

  private static func connected(to path: String) throws(ConnectionError) -> CInt {
    let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw .system(errno) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = Array(path.utf8)
    // A zero follows the name.
    guard name.count < MemoryLayout.size(ofValue: address.sun_path) else {
      close(descriptor)
      throw .system(ENAMETOOLONG)
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let isConnected = withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    guard isConnected else {
      let code = errno
      close(descriptor)
      throw .system(code)
    }
    return descriptor
  }

  /// Sends a request and waits for its answer.
  ///
  /// - Throws: ``ConnectionError``; the connection is of no use after it.
  mutating func ask(_ request: PreparedRequest) throws(ConnectionError) -> Answer {
    try send(request)
    return try receive()
  }

  /// Header and body in one call, and what the socket did not take at once after it.
  private func send(_ request: PreparedRequest) throws(ConnectionError) {
    let whole = request.header.count + request.body.count
    var sent = 0
    while sent < whole {
      let count = request.header.withUnsafeBytes { header in
        request.body.withUnsafeBytes { body in
          let (fromHeader, fromBody) = (
            header.dropFirst(sent), body.dropFirst(max(0, sent - header.count))
          )
          let pieces = [fromHeader, fromBody].map { piece in
            let bytes = UnsafeRawBufferPointer(rebasing: piece)
            return iovec(
              iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
          }
          return writev(descriptor, pieces, CInt(pieces.count))
        }
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw count < 0 ? .system(errno) : .closed }
      sent += count
    }
  }

  private mutating func receive() throws(ConnectionError) -> Answer {
    var filled = 0
    var whole: Int?
    while whole.map({ filled < $0 }) ?? true {
      if filled == buffer.count {
        buffer.append(contentsOf: repeatElement(0, count: buffer.count))
      }
      let (descriptor, start) = (descriptor, filled)
      let count = buffer.withUnsafeMutableBytes { bytes in
        let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
        return read(descriptor, rest.baseAddress, rest.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw count < 0 ? .system(errno) : .closed }
      filled += count
      if whole == nil {
        whole = try Answer.length(of: buffer[..<filled])
      }
    }
    return Answer(buffer[..<filled])
  }
}
