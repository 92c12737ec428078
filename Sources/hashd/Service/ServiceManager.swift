import NIOCore
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
  /// How often the manager wants a sign of life; `nil` for never.
  private let interval: Duration?
  private let group: any EventLoopGroup

  /// - Parameter group: Whose threads must all answer for the daemon to count as alive.
  init(_ environment: [String: String], group: any EventLoopGroup) {
    address = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : UnixAddress($0) }
    let isMeant = environment["WATCHDOG_PID"].map { pid_t($0) == getpid() } ?? true
    let limit = environment["WATCHDOG_USEC"].flatMap { Int64($0) }
    interval = isMeant ? limit.flatMap { $0 > 0 ? .microseconds($0 / 2) : nil } : nil
    self.group = group
  }

  func run() async throws {
    await withDiscardingTaskGroup { tasks in
      if let interval { tasks.addTask { await giveSigns(every: interval) } }
      try? await gracefulShutdown()
      notify("STOPPING=1")
      tasks.cancelAll()
    }
  }

  /// Tells the manager again and again that the daemon is alive. It falls silent when a thread that serves connections
  /// does not answer, and the manager then starts the daemon anew.
  private func giveSigns(every interval: Duration) async {
    while (try? await Task.sleep(for: interval)) != nil {
      for loop in group.makeIterator() { try? await loop.submit {}.get() }
      notify("WATCHDOG=1")
    }
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
