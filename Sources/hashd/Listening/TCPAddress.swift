#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// An IP address of this machine and a port.
struct TCPAddress: Sendable, CustomStringConvertible {
  private var storage = sockaddr_storage()
  private let size: socklen_t
  let family: CInt
  /// As it is written: `127.0.0.1:8085`, `[::1]:8085`.
  let description: String

  /// - Parameter text: `127.0.0.1:8085`, `[::1]:8085` or `localhost:8085`.
  init?(_ text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":"),
      text[text.index(after: colon)...].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = UInt16(text[text.index(after: colon)...]), port > 0
    else { return nil }
    let host = text[..<colon] == "localhost" ? "127.0.0.1" : String(text[..<colon])
    self.init(host: host, port: port)
  }

  private init?(host: String, port: UInt16) {
    if host.hasPrefix("["), host.hasSuffix("]") {
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address.sin6_addr) == 1 else {
        return nil
      }
      (family, size) = (AF_INET6, socklen_t(MemoryLayout<sockaddr_in6>.size))
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in6.self) }
    } else {
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return nil }
      (family, size) = (AF_INET, socklen_t(MemoryLayout<sockaddr_in>.size))
      withUnsafeMutableBytes(of: &storage) { $0.storeBytes(of: address, as: sockaddr_in.self) }
    }
    description = "\(host):\(port)"
  }

  /// Whether only programs of this machine can reach it.
  var isLoopback: Bool { !Self.needsToken(storage) }

  /// Whether clients at a socket's address may be on other machines.
  static func needsToken(_ address: sockaddr_storage) -> Bool {
    withUnsafeBytes(of: address) { bytes in
      switch CInt(address.ss_family) {
      case AF_INET:
        let number = bytes.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
        return UInt32(bigEndian: number) >> 24 != 127
      case AF_INET6:
        let address = bytes.loadUnaligned(as: sockaddr_in6.self).sin6_addr
        return !withUnsafeBytes(of: address) {
          $0.dropLast().allSatisfy { $0 == 0 } && $0.last == 1
        }
      case AF_UNIX: return false
      default: return true
      }
    }
  }

  /// Whether it is an address of this machine at all, whoever listens there.
  var isOfThisMachine: Bool {
    let descriptor = socket(family, CInt(SOCK_STREAM.rawValue | UInt32(SOCK_CLOEXEC.rawValue)), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var other = self
    // Any free port: both kinds of address have it at the same place.
    withUnsafeMutableBytes(of: &other.storage) {
      $0.storeBytes(of: 0, toByteOffset: 2, as: UInt16.self)
    }
    return other.withPointer { bind(descriptor, $0, $1) } == 0
  }

  /// Calls `body` with the address and its size, as `bind` takes them.
  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: storage) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
    }
  }
}
