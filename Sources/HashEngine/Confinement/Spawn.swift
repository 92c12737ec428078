internal import SystemPackage

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// Starts and ends programs of our own.
enum Spawn {
  /// Starts a program in a process group of its own. It inherits nothing but the given descriptors: its
  /// standard streams are `/dev/null`, its environment is ``environment``, and no signals are blocked or
  /// ignored.
  ///
  /// - Parameter descriptors: Each with the number that the program finds it at, from 3 on.
  /// - Throws: `Errno`.
  static func start(
    _ program: FilePath, _ arguments: [String], descriptors: [(own: CInt, theirs: CInt)]
  ) throws(Errno) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for stream in CInt(0)...2 {
      posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0)
    }
    var copies: [CInt] = []
    defer { for copy in copies { close(copy) } }
    for (own, theirs) in descriptors {
      // Duplicated to a high number, out of the way of the numbers that they get in the program.
      var copy = fcntl(own, F_DUPFD_CLOEXEC, 16)
      // For when the limit of open files is sixteen or fewer.
      if copy < 0 { copy = fcntl(own, F_DUPFD_CLOEXEC, theirs + 2) }
      guard copy >= 0 else { throw Errno(rawValue: errno) }
      copies.append(copy)
      posix_spawn_file_actions_adddup2(&actions, copy, theirs)
    }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    // A group of its own: Ctrl-C at the terminal reaches only the asker, whose end also ends the worker.
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var process: pid_t = 0
    // A program that is just being written cannot be started: an installation is under way, or a process that
    // starts elsewhere still holds the file open.
    for _ in 0..<busyTries {
      let result = withCStrings([program.string] + arguments) { arguments in
        withCStrings(environment) { environment in
          program.withPlatformString {
            posix_spawn(&process, $0, &actions, &attributes, arguments, environment)
          }
        }
      }
      if result == 0 { return process }
      guard result == ETXTBSY else { throw Errno(rawValue: result) }
      usleep(10_000)
    }
    throw Errno(rawValue: ETXTBSY)
  }

  /// How often a program that is being written is tried, ten milliseconds apart.
  private static let busyTries = 200

  /// No backtraces, since the asker reports a crash; and where the loader finds Swift's libraries in a build
  /// that does not contain them.
  private static var environment: [String] {
    var variables = ["SWIFT_BACKTRACE=enable=no"]
    if let path = getenv("LD_LIBRARY_PATH") {
      variables.append("LD_LIBRARY_PATH=" + String(cString: path))
    }
    return variables
  }

  /// Kills a process, unless it has ended, and waits for its end.
  ///
  /// - Returns: How it ended, as `wait4(2)` has it, and the most memory that it held, in bytes.
  static func end(_ process: pid_t) -> (status: CInt, peak: Int) {
    var status: CInt = 0
    var usage = rusage()
    kill(process, SIGKILL)
    while wait4(process, &status, 0, &usage) < 0 {
      guard errno == EINTR else { return (0, 0) }
    }
    return (status, usage.ru_maxrss << 10)
  }

  /// The signal that ended a process; `nil` when it ended by itself.
  static func signal(in status: CInt) -> CInt? {
    let signal = status & 0x7F
    return signal == 0 ? nil : signal
  }

  /// How a process ended, for people.
  static func text(_ status: CInt) -> String {
    signal(in: status).map { "ended by signal \($0)" } ?? "status \(status >> 8 & 0xFF)"
  }

  private static func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}
