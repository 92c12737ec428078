import ArgumentParser
import Glibc
import HashEngine
import SystemPackage

/// Asks hashd as fast as it answers, over connections that each have one request under way, and prints what
/// came of it as JSON. daemon.py runs it in turn with hashscan.
///
/// Blocking sockets and one thread a connection, so that as much of the processor as possible is left to the
/// daemon beside it.
@main
struct HashdLoad: ParsableCommand {
  @Argument(help: "hashd's socket.") var socket: String
  @Argument(help: "Files to send, in turn.") var files: [String] = []
  @Option(help: "Connections, each with one request at a time.") var connections = 8
  @Option(help: "Requests in all.") var requests = 1000
  @Option(help: "Where to send them; /v1/lookup when there is a body-file.") var path: String?
  @Option(
    help: ArgumentHelp(
      "A body in JSON, such as a batch for /v1/lookup. May be repeated.", valueName: "json"))
  var bodyFile: [String] = []

  func validate() throws {
    guard files.isEmpty != bodyFile.isEmpty else {
      throw ValidationError("files to send, or a --body-file")
    }
    guard connections > 0, requests > 0 else {
      throw ValidationError("at least one connection and one request")
    }
  }

  func run() throws {
    let bodies = try (files + bodyFile).map { try PictureFile.read(FilePath($0)) }
    let prepared = bodies.map { body in
      PreparedRequest(
        path: path ?? (bodyFile.isEmpty ? "/v1/match" : "/v1/lookup"),
        type: bodyFile.isEmpty ? "application/octet-stream" : "application/json", body: body)
    }
    // A connection that the daemon closes is an error to count, not the end.
    signal(SIGPIPE, SIG_IGN)
    let load = Load(socket: socket, requests: prepared, count: requests)
    let start = ContinuousClock.now
    let tally = load.run(connections: connections)
    print(Report(tally, seconds: (ContinuousClock.now - start) / .seconds(1)).json)
    guard tally.failures == 0 else { throw ExitCode(1) }
  }
}
