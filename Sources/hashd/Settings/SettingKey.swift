/// What an operator can set: in the file, as `HASHD_` and the name in capitals in the environment, or with
/// `--set` on the command line; what comes later here goes before.
enum SettingKey: String, CaseIterable {
  case database
  case socketPath = "socket.path"
  case socketMode = "socket.mode"
  case socketGroup = "socket.group"
  case tcpPort = "tcp.port"
  case tcpHost = "tcp.host"
  case writers
  case pathRoot = "path_root"
  case workers
  case confinement
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
    case .database: "the folder of the database; made if there is none"
    case .socketPath: "the Unix socket; none for none"
    case .socketMode: "its permissions; nothing for others"
    case .socketGroup: "its group; empty for the daemon's own"
    case .tcpPort:
      "a port on the loopback interface as well, for clients that know no Unix sockets; 0 for none"
    case .tcpHost: "127.0.0.1 or ::1"
    case .writers:
      "users who may change lists, by name or number, with commas; besides root and the daemon's own"
    case .pathRoot: "the folder whose files may be scanned by path; empty for none"
    case .workers: "pictures decoded at once; 0 for as many as there are cores"
    case .confinement:
      "how decoders are confined: required, best-effort or off; what cannot be confined as required keeps the"
        + " daemon from starting"
    case .queue: "pictures that may wait for that; more are answered 503"
    case .limitsBody: "bytes of a picture"
    case .limitsBodiesInFlight: "bytes of all pictures that are held at once"
    case .limitsImport: "bytes of a list to import"
    case .limitsConnections: "connections at once; of more, the longest idle are closed"
    case .limitsPixels: "pixels of a picture"
    case .limitsMemory: "bytes a decoder may hold"
    case .limitsFrames: "frames of an animation"
    case .limitsTime: "time to decode a picture and look it up"
    case .timeoutsHeader: "from a request's first byte to the end of its header"
    case .timeoutsBody: "from the header to the end of the body"
    case .timeoutsIdle: "of a connection without a request"
    case .timeoutsWrite: "until a client has taken its answer"
    case .timeoutsRequest: "from a picture's arrival to its verdict, waiting included"
    case .timeoutsShutdown: "that requests under way have when the daemon is stopped"
    case .logFile: "where to log; empty for standard error; SIGHUP opens it anew"
    case .logFormat: "json or text"
    case .logLevel: "debug, info, warning or error"
    }
  }

  /// Its value where nothing is set, as text; `nil` when that depends on the environment.
  var standard: String? {
    switch self {
    case .database, .socketPath: nil
    case .socketMode: "0660"
    case .socketGroup, .writers, .pathRoot, .logFile: ""
    case .tcpPort, .workers: "0"
    case .tcpHost: "127.0.0.1"
    case .confinement: "best-effort"
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
    case .logFormat: "text"
    case .logLevel: "info"
    }
  }
}
