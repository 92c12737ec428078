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
  /// Where the settings came from, and how to read them again.
  let source: SettingsSource
  let reread: @Sendable () throws -> (Settings, SettingsSource)

  /// Runs until it is told to stop by SIGTERM or SIGINT.
  ///
  /// - Throws: ``StartError``, ``StorageError`` or ``ConfinementError`` when it cannot start.
  func run() async throws {
    let output = try LogOutput(settings)
    let logger = Logger(label: "hashd") { _ in LineLogHandler(output) }
    let inForce = try SettingsInForce(settings, from: source)
    signal(SIGPIPE, SIG_IGN)
    // Until the settings can be read again; it would end the process.
    signal(SIGHUP) { _ in }
    let maximumConnections = Self.connections(settings.maximumConnections)
    let connections = Connections(maximum: maximumConnections)
    let metrics = DaemonMetrics(connections: connections)
    // Sockets before the database: a second daemon fails here, and touches nothing.
    let tokens = TokenFile(settings.tokens)
    let sockets = try openSockets()
    defer { for socket in sockets { socket.file?.remove() } }
    if !settings.addresses.isEmpty, sockets.contains(where: { !$0.isUnix && $0.isInherited }) {
      logger.warning("the service manager has opened the TCP sockets: tcp.listen is not used")
    }
    try requireTokens(for: sockets, in: tokens)
    let lists = try OpenLists(settings.database)
    let decoders = try ChosenFingerprinter(
      settings.confinement, decoding(lists, metrics: metrics, logger: logger))
    if let shortfall = decoders.shortfall { logger.warning("\(shortfall)") }
    let api = API(
      settingsInForce: inForce, lists: lists, tokens: tokens,
      jobs: JobQueue(threads: settings.workers, waiting: settings.queue),
      decoders: decoders,
      reading: BodyReading(ledger: BodyLedger(maximum: settings.maximumBytesInFlight)),
      metrics: metrics)
    // Receiving and sending bytes is little work compared with decoding pictures.
    let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, settings.workers / 4))
    let manager = ServiceManager(environment, group: group)
    let ready = Countdown(sockets.count) { manager.notify("READY=1") }
    let router = api.responder()
    let listeners = sockets.map { socket in
      let responder = RequestResponder(
        router: router, isUnix: socket.isUnix, needsToken: socket.needsToken,
        isEnding: { connections.isEnding }, metrics: metrics, logger: logger)
      let channel = HTTP1Channel(
        responder: { try await responder.respond(to: $0, $1, $2) },
        configuration: HTTP1Channel.Configuration(
          additionalChannelHandlers: [
            ConnectionGuard(
              connections, isUnix: socket.isUnix, timeouts: inForce.current.timeouts,
              maximumDiscarded: BodyReading.maximumDiscarded(inForce.current.maximumBodyBytes),
              logger: logger)
          ], idleTimeout: TimeAmount(settings.timeouts.idle),
          httpDecoderConfiguration: .init(
            maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)))
      return HTTPListener(
        socket: socket, channel: channel, group: group, logger: logger,
        connections: connections, drainTime: settings.timeouts.drain,
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
        Rereading(output: output, settings: inForce, read: reread, logger: logger),
        HTTPListeners(listeners: listeners), manager,
      ],
      gracefulShutdownSignals: [.sigterm, .sigint], logger: Self.quiet(logger))
    configuration.maximumGracefulShutdownDuration = settings.timeouts.shutdown
    try await ServiceGroup(configuration: configuration).run()
    logger.info("stopped")
  }

  /// How pictures are decoded, and what is logged and counted when a decoder is lost.
  private func decoding(
    _ lists: OpenLists, metrics: DaemonMetrics, logger: Logger
  ) -> ConfinedFingerprinter.Options {
    // If the database cannot be written, the names of pictures in the log are valid for this run only.
    let key = (try? lists.current().installationKey()) ?? InstallationKey()
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
    let inherited = try ListeningSocket.inherited(environment)
    var sockets = inherited
    // The manager has the Unix socket, or all of them.
    if let path = settings.socketPath, inherited.isEmpty {
      sockets.append(
        try .unix(path, mode: settings.socketMode, group: settings.socketGroup))
    }
    do throws(StartError) {
      for address in settings.addresses where inherited.allSatisfy(\.isUnix) {
        sockets.append(try .tcp(address))
      }
    } catch {
      for socket in sockets { socket.file?.remove() }
      throw error
    }
    return sockets
  }

  /// Refuses to listen where only tokens let clients in, and there is none.
  private func requireTokens(
    for sockets: [ListeningSocket], in tokens: TokenFile
  ) throws(StartError) {
    let known = try tokens.tokens()
    guard known.isEmpty, let open = sockets.first(where: \.needsToken) else { return }
    throw StartError(
      "\(open.name) can be reached from other machines, and no client has a token; \"hashd token add NAME\" makes one"
        + " in \(tokens.path)")
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
