import Foundation
import SystemPackage
import TestSupport

/// A daemon of its own for a test, with the fixtures' list in its database.
final class DaemonProcess: Sendable {
  let folder: TemporaryFolder
  let socket: String
  let process: Process

  static let programs = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent()

  /// - Parameters:
  ///   - settings: `KEY=VALUE`.
  ///   - list: Whether the fixtures' list is imported.
  init(
    _ settings: [String] = [], list: Bool = true, in folder: TemporaryFolder? = nil,
    waits: Bool = true
  ) throws {
    let folder = try folder ?? TemporaryFolder()
    self.folder = folder
    socket = folder.path("hashd.sock").string
    let database = folder.path("db").string
    if list {
      _ = try Self.run(
        "hashscan",
        [
          "import", TestFiles.fixtures.appending("blocklist.csv").string, "--list", "demo", "--db",
          database,
        ])
    }
    process = Process()
    process.executableURL = Self.programs.appending(path: "hashd")
    process.arguments =
      ["--socket", socket, "--database", database, "--set", "log.file=\(folder.path("log"))"]
      + settings.flatMap { ["--set", $0] }
    process.standardError = FileHandle.nullDevice
    try process.run()
    for _ in 0..<400 where waits && process.isRunning {
      if (try? get("/v1/health").status) == 200 { break }
      usleep(25_000)
    }
  }

  deinit {
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
  }

  var log: String {
    get throws { String(decoding: try TestFiles.bytes(of: folder.path("log")), as: UTF8.self) }
  }

  func get(_ target: String) throws -> Reply { try request("GET", target) }

  func post(_ target: String, _ body: [UInt8], headers: [String: String] = [:]) throws -> Reply {
    try request("POST", target, body, headers: headers)
  }

  /// A request on a connection of its own.
  func request(
    _ method: String, _ target: String, _ body: [UInt8] = [], headers: [String: String] = [:]
  ) throws -> Reply {
    let client = try RawClient(socket)
    var text = "\(method) \(target) HTTP/1.1\r\nHost: h\r\nContent-Length: \(body.count)\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    try client.send(Array((text + "\r\n").utf8) + body)
    return try client.reply()
  }

  /// Runs one of the project's programs to its end.
  @discardableResult
  static func run(
    _ program: String, _ arguments: [String], environment: [String: String]? = nil
  ) throws -> (status: Int32, output: String, errors: String) {
    let process = Process()
    process.executableURL = programs.appending(path: program)
    process.arguments = arguments
    if let environment { process.environment = environment }
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let errorText = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (
      process.terminationStatus, String(decoding: text, as: UTF8.self),
      String(decoding: errorText, as: UTF8.self)
    )
  }

  /// Sends bytes to a port of the loopback interface; the status of the answer.
  static func runTCP(_ port: Int, _ text: String) throws -> Int {
    let descriptor = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let result = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else { throw RawClient.Failure(what: "no connection: \(errno)") }
    let bytes = Array(text.utf8)
    guard Foundation.send(descriptor, bytes, bytes.count, 0) == bytes.count else {
      throw RawClient.Failure(what: "not sent")
    }
    var answer = [UInt8](repeating: 0, count: 64)
    guard recv(descriptor, &answer, answer.count, 0) > 12 else {
      throw RawClient.Failure(what: "no answer")
    }
    return Int(String(decoding: answer[9..<12], as: UTF8.self)) ?? 0
  }

  static func upload(_ name: String) throws -> [UInt8] {
    try TestFiles.bytes(of: TestFiles.fixtures.appending("uploads").appending(name))
  }
}
