import ServiceLifecycle

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Notifies the service manager that started the daemon, by the protocol of `sd_notify(3)`; does nothing
/// where there is none. Run as a service, it reports when the daemon begins to stop.
struct ServiceManager: Service {
  private let address: UnixAddress?

  init(_ environment: [String: String]) {
    address = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : UnixAddress($0) }
  }

  func run() async throws {
    try? await gracefulShutdown()
    notify("STOPPING=1")
  }

  /// - Parameter state: Such as `READY=1`.
  func notify(_ state: String) {
    guard let address else { return }
    let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | UInt32(SOCK_CLOEXEC.rawValue)), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array(state.utf8)
    _ = address.withPointer {
      sendto(descriptor, bytes, bytes.count, CInt(MSG_NOSIGNAL), $0, $1)
    }
  }
}
