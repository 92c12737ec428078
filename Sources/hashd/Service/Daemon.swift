import HashEngine
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// All parts of the daemon, put together.
struct Daemon {
  let settings: Settings
  let environment: [String: String]

  /// Runs until it is told to stop by SIGTERM or SIGINT.
  ///
  /// - Throws: ``StartError``, ``StorageError`` or ``ConfinementError`` when it cannot start.
  func run() async throws {
    let output = try LogOutput(settings.logFile)
    let logger = Logger(label: "hashd") { _ in
      LineLogHandler(output, format: settings.logFormat, level: settings.logLevel)
    }
    signal(SIGPIPE, SIG_IGN)
    let maximumConnections = Self.connections(settings.maximumConnections)
    let connections = Connections(maximum: maximumConnections)
    let metrics = DaemonMetrics(connections: connections)
    // Sockets before the database: a second daemon fails here, and touches nothing.
    let sockets = try openSockets()
    defer { for socket in sockets { socket.file?.remove() } }
    let store = try ListStore(at: settings.database, creates: true)
    let decoders = try ChosenFingerprinter(
      settings.confinement, decoding(store, metrics: metrics, logger: logger))
    if let shortfall = decoders.shortfall { logger.warning("\(shortfall)") }
    let api = API(
      settings: settings, store: store,
      root: try settings.pathRoot.map { path throws(StartError) in try PathRoot(path) },
      jobs: JobQueue(threads: settings.workers, waiting: settings.queue),
      decoders: decoders,
      reading: BodyReading(ledger: BodyLedger(maximum: settings.maximumBytesInFlight)),
      metrics: metrics)
    let manager = ServiceManager(environment)
    let ready = Countdown(sockets.count) { manager.notify("READY=1") }
    // Receiving and sending bytes is little work compared with decoding pictures.
    let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, settings.workers / 4))
    let router = api.responder()
    let listeners = sockets.map { socket in
      let responder = RequestResponder(
        router: router, isUnix: socket.isUnix, metrics: metrics, logger: logger)
      let channel = HTTP1Channel(
        responder: { try await responder.respond(to: $0, $1, $2) },
        configuration: HTTP1Channel.Configuration(
          additionalChannelHandlers: [
            ConnectionGuard(
              connections, isUnix: socket.isUnix, timeouts: settings.timeouts,
              maximumDiscarded: BodyReading.maximumDiscarded(settings.maximumBodyBytes),
              logger: logger)
          ], idleTimeout: TimeAmount(settings.timeouts.idle),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)))
      return HTTPListener(
        socket: socket, channel: channel, group: group, logger: logger,
        onListening: { ready.count() })
    }
    logger.info(
      "starting",
      metadata: [
        "version": "\(Version.text)", "database": "\(settings.database)",
        "workers": .stringConvertible(settings.workers),
        "confinement": "\(decoders.levelText)",
        "connections": .stringConvertible(maximumConnections),
      ])
    var configuration = ServiceGroupConfiguration(
      // Stopped from the last to the first.
      services: [
        LogReopening(output: output, logger: logger), HTTPListeners(listeners: listeners), manager,
      ],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet(logger))
    configuration.maximumGracefulShutdownDuration = settings.timeouts.shutdown
    try await ServiceGroup(configuration: configuration).run()
    logger.info("stopped")
  }

  /// How pictures are decoded, and what is logged and counted when a decoder is lost.
  private func decoding(
    _ store: ListStore, metrics: DaemonMetrics, logger: Logger
  ) -> ConfinedFingerprinter.Options {
    // If the database cannot be written, the names of pictures in the log are valid for this run only.
    let key = (try? store.installationKey()) ?? InstallationKey()
    var options = ConfinedFingerprinter.Options(
      workers: settings.workers, limits: settings.decoding, niceness: JobQueue.niceness)
    options.onLoss = { lost in
      metrics.decoderLost(lost.error)
      logger.warning(
        lost.isByPicture
          ? "a picture crashed or blocked its decoder"
          : "a decoder was ended or stopped by something else",
        metadata: [
          "error": "\(lost.error.code.rawValue)", "bytes": .stringConvertible(lost.byteCount),
          "picture": "\(key.name(of: lost.sha256))",
        ])
    }
    options.onFailure = { error in
      logger.error("a decoder did not start", metadata: ["error": "\(error)"])
    }
    return options
  }

  /// The sockets that the service manager has opened; if it has opened none, our own.
  private func openSockets() throws(StartError) -> [ListeningSocket] {
    let inherited = ListeningSocket.inherited(environment)
    guard inherited.isEmpty else { return inherited }
    var sockets: [ListeningSocket] = []
    if let path = settings.socketPath {
      sockets.append(
        try .unix(path, mode: settings.socketMode, group: settings.socketGroup))
    }
    if settings.tcpPort != 0 {
      do throws(StartError) {
        sockets.append(try .loopback(settings.tcpHost, port: settings.tcpPort))
      } catch {
        for socket in sockets { socket.file?.remove() }
        throw error
      }
    }
    return sockets
  }

  /// How many connections to allow: as many as wanted, within the system's limit of open files.
  private static func connections(_ wanted: Int) -> Int {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return wanted }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    // Lists, logs, files scanned by path and connections about to be refused need descriptors as well.
    return max(1, min(wanted, Int(clamping: limit.rlim_cur) - 128))
  }

  /// A logger without the lines on services that start and stop, which say nothing to an operator.
  private static func quiet(_ logger: Logger) -> Logger {
    var quiet = logger
    quiet.logLevel = .warning
    return quiet
  }
}
