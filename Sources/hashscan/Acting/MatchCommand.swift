import HashEngine
import SystemPackage

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A program that is started for a file.
struct MatchCommand {
  let program: FilePath
  /// With `{}` for the file's path.
  let arguments: [String]

  /// In seconds.
  private static let longestTime = 60

  /// Starts it, and waits for its end.
  ///
  /// - Parameter input: What it reads from standard input.
  /// - Throws: ``Failure`` when it cannot be started, fails, or takes too long.
  func run(for path: FilePath, input: String) throws(Failure) {
    let file = try Self.spool(input)
    defer { try? file.close() }
    let process = try start(path, file)
    let name = ShownPath(program)
    let deadline = ContinuousClock.now + .seconds(Self.longestTime)
    var status: CInt = 0
    while true {
      let ended = waitpid(process, &status, WNOHANG)
      if ended == process { break }
      guard ended == 0 || errno == EINTR else {
        throw Failure("\(name): \(Errno(rawValue: errno))")
      }
      guard ContinuousClock.now < deadline else {
        kill(-process, SIGKILL)
        waitpid(process, &status, 0)
        throw Failure("\(name): took longer than a minute, and was ended")
      }
      usleep(1000)
    }
    let signal = status & 0x7F
    guard signal == 0 else { throw Failure("\(name): ended by signal \(signal)") }
    let code = status >> 8 & 0xFF
    guard code == 0 else { throw Failure("\(name): ended with status \(code)") }
  }

  private static func spool(_ input: String) throws(Failure) -> FileDescriptor {
    do {
      let spool = try ListSpool()
      try spool.append(ArraySlice("\(input)\n".utf8))
      return try spool.rewound().duplicate()
    } catch {
      throw Failure("there is no room for what a program is to read: \(error)")
    }
  }

  private func start(_ path: FilePath, _ input: FileDescriptor) throws(Failure) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input.rawValue, STDIN_FILENO)
    // Standard output is the scan's own.
    posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    var copies = ([program.bytes] + arguments.map { argument($0, path) }).map { bytes in
      strdup(bytes.map { CChar(bitPattern: $0) } + [0])
    }
    defer { for copy in copies { free(copy) } }
    copies.append(nil)
    var process: pid_t = 0
    let result = program.withPlatformString {
      posix_spawnp(&process, $0, &actions, &attributes, copies, environ)
    }
    guard result == 0 else {
      throw Failure("\(ShownPath(program)): cannot be started: \(Errno(rawValue: result))")
    }
    return process
  }

  /// An argument with the path in its place, whatever bytes that has.
  private func argument(_ text: String, _ path: FilePath) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = text[...]
    while let place = rest.firstRange(of: "{}") {
      bytes += rest[..<place.lowerBound].utf8
      bytes += path.bytes
      rest = rest[place.upperBound...]
    }
    return bytes + Array(rest.utf8)
  }
}
