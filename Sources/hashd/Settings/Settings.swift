import HashEngine
import Logging
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The daemon's settings; see ``SettingKey`` for the meaning of each.
struct Settings: Sendable {
  enum LogFormat: String, Sendable { case json, text }

  struct Timeouts: Sendable {
    var header = Duration.seconds(10)
    var body = Duration.seconds(30)
    var idle = Duration.seconds(60)
    var write = Duration.seconds(10)
    var request = Duration.seconds(30)
    var drain = Duration.seconds(3)
    var shutdown = Duration.seconds(30)
  }

  var database: FilePath
  var socketPath: FilePath?
  var socketMode: mode_t = 0o660
  var socketGroup: String?
  var addresses: [TCPAddress] = []
  /// Names of hosts under which clients on TCP may ask, in small letters.
  var hosts: Set<String> = []
  /// The file of the access tokens.
  var tokens = FilePath("/etc/hashd.tokens")
  /// Users who may change lists, besides root and the daemon's own.
  var writers: Set<UInt32> = []
  /// Users who may read histories, besides those who may change lists.
  var readers: Set<UInt32> = []
  var pathRoot: FilePath?
  var workers: Int
  var confinement = Confinement.bestEffort
  var trailingData = MatchPolicy.TrailingData.told
  var queue = 64
  var maximumBodyBytes = 64 << 20
  var maximumBytesInFlight = 512 << 20
  var maximumImportBytes = 4 << 30
  var maximumConnections = 4096
  /// Limits for decoding a picture; the one on bytes is ``maximumBodyBytes``.
  var decoding = DecodingLimits()
  /// How long a picture may take, from the moment that its turn comes.
  var pictureTime = Duration.seconds(20)
  var timeouts = Timeouts()
  var logFile: FilePath?
  var logFormat = LogFormat.text
  var logLevel = Logger.Level.info

  /// - Throws: ``SettingsError`` that names the key, the place and what is wrong.
  init(_ source: SettingsSource, environment: [String: String]) throws(SettingsError) {
    let reader = SettingsReader(source: source)
    if let text = try reader.text(.database) {
      database = FilePath(text)
      // hashscan does not read this file, and would change another database than the daemon's.
      if let file = SettingsSource.systemFile, source.value(of: .database)?.place == file.string,
        database != DatabaseLocation.system
      {
        throw SettingsError(
          description:
            "\(file): database: hashscan would use \(DatabaseLocation.system) and so another one; to have"
            + " it elsewhere, mount that disk there, or make \(DatabaseLocation.system) a link")
      }
    } else {
      database = FilePath(try Self.standardDatabase(environment))
    }
    let socket = try reader.text(.socketPath) ?? Self.standardSocket(environment)
    socketPath = socket == "none" ? nil : FilePath(socket)
    socketMode = try reader.mode(.socketMode)
    socketGroup = try reader.text(.socketGroup)
    addresses = try reader.addresses()
    hosts = Set(try reader.names(.tcpHosts).map { $0.lowercased() })
    if let path = try reader.text(.tokens) { tokens = FilePath(path) }
    writers = try reader.users(.writers)
    readers = try reader.users(.readers)
    pathRoot = try reader.text(.pathRoot).map { FilePath($0) }
    let cores = max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)))
    let workers = try reader.number(.workers, in: 0...1024)
    self.workers = workers == 0 ? cores : workers
    confinement = try reader.value(.confinement, "required, best-effort or off") {
      Confinement(rawValue: $0)
    }
    trailingData = try reader.value(.trailingData, "told or not-scanned") {
      MatchPolicy.TrailingData(rawValue: $0)
    }
    queue = try reader.number(.queue, in: 0...1_000_000)
    maximumBodyBytes = try reader.bytes(.limitsBody)
    maximumBytesInFlight = try reader.bytes(.limitsBodiesInFlight)
    maximumImportBytes = try reader.bytes(.limitsImport)
    maximumConnections = try reader.number(.limitsConnections, in: 1...1_000_000)
    decoding.bytes = maximumBodyBytes
    decoding.pixels = try reader.number(.limitsPixels, in: 1...1 << 40)
    decoding.memory = try reader.bytes(.limitsMemory)
    decoding.frames = try reader.number(.limitsFrames, in: 1...1_000_000)
    pictureTime = try reader.duration(.limitsTime)
    timeouts = Timeouts(
      header: try reader.duration(.timeoutsHeader), body: try reader.duration(.timeoutsBody),
      idle: try reader.duration(.timeoutsIdle), write: try reader.duration(.timeoutsWrite),
      request: try reader.duration(.timeoutsRequest), drain: try reader.duration(.timeoutsDrain),
      shutdown: try reader.duration(.timeoutsShutdown))
    logFile = try reader.text(.logFile).map { FilePath($0) }
    logFormat = try reader.value(.logFormat, "json or text") { LogFormat(rawValue: $0) }
    logLevel = try reader.value(.logLevel, "debug, info, warning or error") {
      ["debug", "info", "warning", "error"].contains($0) ? Logger.Level(rawValue: $0) : nil
    }
    guard maximumBytesInFlight >= maximumBodyBytes else {
      throw SettingsError(
        description: "limits.bodies_in_flight: smaller than limits.body, the size of one picture")
    }
    guard socketPath != nil || !addresses.isEmpty else {
      throw SettingsError(
        description: "socket.path is none and tcp.listen is empty: no client could connect")
    }
  }

  /// What a user of the Unix socket may do.
  func rights(of user: UInt32) -> Set<Right> {
    if user == 0 || user == getuid() || writers.contains(user) { return Set(Right.allCases) }
    return readers.contains(user) ? [.ask, .history] : [.ask]
  }

  private static func standardSocket(_ environment: [String: String]) -> String {
    if let folder = environment["XDG_RUNTIME_DIR"], !folder.isEmpty,
      !DatabaseLocation.isUserOfSystem
    {
      return folder + "/hashd.sock"
    }
    return "/run/hashd/hashd.sock"
  }

  /// The default database, which is also that of `hashscan`.
  private static func standardDatabase(
    _ environment: [String: String]
  ) throws(SettingsError) -> String {
    do {
      return try DatabaseLocation.standard(in: environment).string
    } catch {
      throw SettingsError(description: "database: \(error)")
    }
  }
}
