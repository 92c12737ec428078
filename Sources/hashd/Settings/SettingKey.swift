/// What an operator can set: in the file, in the environment (`HASHD_` and the name in capitals), or with
/// `--set` on the command line. The environment overrides the file, and the command line overrides both.
enum SettingKey: String, CaseIterable {
  case database
  case socketPath = "socket.path"
  case socketMode = "socket.mode"
  case socketGroup = "socket.group"
  case tcpListen = "tcp.listen"
  case tcpHosts = "tcp.hosts"
  case tcpPort = "tcp.port"
  case tcpHost = "tcp.host"
  case tokens
  case writers
  case readers
  case pathRoot = "path_root"
  case workers
  case confinement
  case trailingData = "trailing_data"
  case queue
  case limitsBody = "limits.body"
  case limitsBodiesInFlight = "limits.bodies_in_flight"
  case limitsImport = "limits.import"
  case limitsConnections = "limits.connections"
  case limitsPixels = "limits.pixels"
  case limitsMemory = "limits.memory"
  case limitsFrames = "limits.frames"
  case limitsTime = "limits.time"
  case timeoutsHeader = "timeouts.header"
  case timeoutsBody = "timeouts.body"
  case timeoutsIdle = "timeouts.idle"
  case timeoutsWrite = "timeouts.write"
  case timeoutsRequest = "timeouts.request"
  case timeoutsDrain = "timeouts.drain"
  case timeoutsShutdown = "timeouts.shutdown"
  case logFile = "log.file"
  case logFormat = "log.format"
  case logLevel = "log.level"

  /// Its name in the environment.
  var variable: String {
    "HASHD_" + rawValue.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
  }

  /// One line for people.
  var help: String {
    switch self {
    case .database: "the folder of the database; created if there is none"
    case .socketPath: "the path of the Unix socket; \"none\" for no Unix socket"
    case .socketMode: "the permissions of the Unix socket; others can have none"
    case .socketGroup: "the group of the Unix socket; empty for the daemon's own"
    case .tcpListen:
      "addresses for clients that cannot use Unix sockets, as 127.0.0.1:8085, with commas; beyond the loopback"
        + " interface each request needs a token"
    case .tcpHosts:
      "names under which it may be asked over TCP, with commas, besides its own addresses and localhost"
    case .tcpPort: "older form of tcp.listen: a port on the loopback interface; 0 for none"
    case .tcpHost: "older form of tcp.listen: the address of that port, 127.0.0.1 or ::1"
    case .tokens: "the file of the access tokens; \"hashd token\" writes it"
    case .writers:
      "users of the socket who may change lists, besides root and the daemon's own: names or numbers, with commas"
    case .readers:
      "users of the socket who may read the lists' histories, besides those who may change lists"
    case .pathRoot: "the folder whose files may be scanned by path; empty for none"
    case .workers: "pictures decoded at once; 0 for as many as there are cores"
    case .confinement:
      "how decoders are confined: required, best-effort or off; with required the daemon does not start where"
        + " it cannot confine them fully"
    case .trailingData:
      "what becomes of a picture with something else behind it, as a video or an archive: told or not-scanned"
    case .queue: "pictures that may wait to be decoded; more are answered with 503"
    case .limitsBody: "largest picture file, in bytes"
    case .limitsBodiesInFlight: "bytes of request bodies held at once, over all requests"
    case .limitsImport: "largest list file to import, in bytes"
    case .limitsConnections: "connections open at once; beyond that, idle ones are closed first"
    case .limitsPixels: "largest number of pixels in a picture"
    case .limitsMemory: "memory that a decoder may use, in bytes"
    case .limitsFrames: "largest number of frames in an animation"
    case .limitsTime: "longest time to decode a picture and look it up"
    case .timeoutsHeader: "longest time from a request's first byte to the end of its header"
    case .timeoutsBody: "longest time from the end of the header to the end of the body"
    case .timeoutsIdle: "how long a connection without a request stays open"
    case .timeoutsWrite: "longest time for a client to receive its answer"
    case .timeoutsRequest: "longest time from a picture's arrival to its verdict, waiting included"
    case .timeoutsDrain:
      "how long connections that wait for a request are still served when the daemon is stopped"
    case .timeoutsShutdown:
      "how long requests under way may take to finish when the daemon is stopped"
    case .logFile: "the log file; empty for standard error; SIGHUP opens it anew"
    case .logFormat: "json or text"
    case .logLevel: "debug, info, warning or error"
    }
  }

  /// Its default, as text; `nil` when that depends on the environment.
  var standard: String? {
    switch self {
    case .database, .socketPath: nil
    case .socketMode: "0660"
    case .socketGroup, .tcpListen, .tcpHosts, .writers, .readers, .pathRoot, .logFile: ""
    case .tokens: "/etc/hashd.tokens"
    case .tcpPort, .workers: "0"
    case .tcpHost: "127.0.0.1"
    case .confinement: "best-effort"
    case .trailingData: "told"
    case .queue: "64"
    case .limitsBody: "64MiB"
    case .limitsBodiesInFlight: "512MiB"
    case .limitsImport: "4GiB"
    case .limitsConnections: "4096"
    case .limitsPixels: "268435456"
    case .limitsMemory: "512MiB"
    case .limitsFrames: "1000"
    case .limitsTime: "20s"
    case .timeoutsHeader, .timeoutsWrite: "10s"
    case .timeoutsBody, .timeoutsRequest, .timeoutsShutdown: "30s"
    case .timeoutsIdle: "60s"
    case .timeoutsDrain: "3s"
    case .logFormat: "text"
    case .logLevel: "info"
    }
  }

  /// Whether a new value counts as soon as the settings are read again; else when the daemon is started.
  var isRereadable: Bool {
    switch self {
    case .tcpHosts, .writers, .readers, .pathRoot, .trailingData, .limitsBody, .limitsImport,
      .limitsPixels, .limitsFrames, .limitsTime, .timeoutsHeader, .timeoutsBody, .timeoutsWrite,
      .timeoutsRequest, .logFile, .logFormat, .logLevel:
      true
    case .database, .socketPath, .socketMode, .socketGroup, .tcpListen, .tcpPort, .tcpHost, .tokens,
      .workers, .confinement, .queue, .limitsBodiesInFlight, .limitsConnections, .limitsMemory,
      .timeoutsIdle, .timeoutsDrain, .timeoutsShutdown:
      false
    }
  }
}
