import ArgumentParser
import Hummingbird
import Logging
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The daemon: answers upload servers over a Unix socket. What matches is decided in `HashEngine`.
@main
struct Hashd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hashd",
    abstract: "Answer upload servers over a Unix socket.",
    discussion: """
      So far it answers GET /v1/health only. SIGTERM and SIGINT stop it once it has answered \
      what it was asked.
      """,
    version: "0.1.0")

  @Option(
    help: ArgumentHelp(
      "The socket.",
      discussion: "Default: hashd.sock in $XDG_RUNTIME_DIR, else /run/hashd/hashd.sock.",
      valueName: "path"))
  var socket: String?

  func run() async throws {
    var logger = Logger(label: "hashd")
    logger.logLevel = .info
    let path = socket ?? Self.defaultSocket
    do {
      try SocketFile.makeWay(at: path)
    } catch {
      logger.error("\(error)")
      throw ExitCode(2)
    }
    let service = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [Self.application(address: .unixDomainSocket(path: path), logger: logger)],
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: logger))
    // The socket is made with these permissions, so that there is no moment with wider ones.
    umask(0o117)
    try await service.run()
  }

  /// The application on an address; its routes are the daemon's whole face.
  static func application(
    address: BindAddress, logger: Logger
  ) -> some ApplicationProtocol {
    let router = Router()
    router.get("/v1/health") { _, _ in Health(status: "ok") }
    return Application(
      router: router,
      configuration: ApplicationConfiguration(address: address, serverName: "hashd"),
      logger: logger)
  }

  private static var defaultSocket: String {
    if let folder = getenv("XDG_RUNTIME_DIR"), folder.pointee != 0 {
      return String(cString: folder) + "/hashd.sock"
    }
    return "/run/hashd/hashd.sock"
  }
}

/// The answer to `GET /v1/health`.
struct Health: ResponseEncodable {
  let status: String
}
