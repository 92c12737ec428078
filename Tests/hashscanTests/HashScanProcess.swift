import Foundation
import SystemPackage
import TestSupport

/// Runs the built `hashscan` as a user would.
struct HashScanProcess {
  struct Result {
    let status: Int32
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }
  }

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The database that the commands work on.
  var database: FilePath { folder.path("db") }

  func run(_ arguments: String..., input: FilePath? = nil) throws -> Result {
    let process = try start(arguments, input: input)
    return try finish(process)
  }

  func run(arguments: [String]) throws -> Result { try finish(try start(arguments)) }

  /// Runs a line of shell in the checkout, with `hashscan` on the path.
  func runShell(_ line: String) throws -> Result {
    try finish(
      try start(
        ["-c", line], program: URL(filePath: "/bin/sh"), folder: TestFiles.root.string))
  }

  /// Starts it without waiting; its output goes to files.
  func start(
    _ arguments: [String], input: FilePath? = nil, program: URL = Self.executable,
    folder workingFolder: String? = nil
  ) throws -> Process {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = [
      "HASHSCAN_DB": database.string,
      "PATH": "\(Self.executable.deletingLastPathComponent().path):/usr/bin:/bin",
      "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
    ]
    process.currentDirectoryURL = URL(filePath: workingFolder ?? folder.path.string)
    process.standardInput = try FileHandle(
      forReadingFrom: URL(filePath: input?.string ?? "/dev/null"))
    let name = UUID().uuidString
    for (suffix, set) in [
      ("out", { process.standardOutput = $0 }), ("err", { process.standardError = $0 }),
    ] as [(String, (Any) -> Void)] {
      let path = folder.path("\(name).\(suffix)").string
      _ = FileManager.default.createFile(atPath: path, contents: nil)
      set(try FileHandle(forWritingTo: URL(filePath: path)))
    }
    outputs.set(process, folder.path(name).string)
    try process.run()
    return process
  }

  func finish(_ process: Process) throws -> Result {
    process.waitUntilExit()
    let name = outputs.get(process)
    func text(_ suffix: String) throws -> String {
      String(decoding: try Data(contentsOf: URL(filePath: "\(name).\(suffix)")), as: UTF8.self)
    }
    return Result(
      status: process.terminationStatus, output: try text("out"), errors: try text("err"))
  }

  private let outputs = Outputs()

  /// Beside the test program in the build folder.
  static let executable = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "hashscan")
}

/// Where the output of each process goes.
private final class Outputs {
  private var names: [ObjectIdentifier: String] = [:]

  func set(_ process: Process, _ name: String) { names[ObjectIdentifier(process)] = name }
  func get(_ process: Process) -> String { names[ObjectIdentifier(process)] ?? "" }
}
